/**
 * Time and memory of `compositeScene` against those of only reading and decoding its dates. Each
 * measurement runs in its own process, whose peak memory and CPU seconds the operating system reports.
 *
 *     deno run -A benches/composite.ts [--sizes 1024,2048] [--rows N] [--reference 2018-03-07] [--folder DIR]
 *
 * Dates are those of the real series in ../shared/data, mirrored to the wanted size: six partly cloudy
 * ones and four clear ones, 13 bands. `--rows` writes only the first N rows; the survey is of the whole.
 */

import { readRaster } from "../rasters/mod.ts";
import { encodeTile } from "../rasters/tiff_tile.ts";
import { compositeScene, type CompositeSceneOptions } from "../restoration/mod.ts";
import { openReflectance } from "../restoration/reflectance_series.ts";
import { FrameRows } from "../restoration/rows/frame_rows.ts";

const SERIES = new URL("../../shared/data/sen12mscr_ts", import.meta.url).pathname;
const DAYS = [
  "2018-01-21",
  "2018-02-25",
  "2018-03-07",
  "2018-04-01",
  "2018-06-10",
  "2018-07-05",
  "2018-07-20",
  "2018-08-09",
  "2018-09-18",
  "2018-10-08",
];
/** Pixels that the survey of a large scene reads. */
const SURVEYED = 2 ** 24;
/** Rows that are read together, as the composite reads them. */
const ROWS = 256;

/** Files of the real series by day. */
function seriesFiles(): ReadonlyMap<string, string> {
  const names = Deno.readDirSync(SERIES).map(({ name }) => name).toArray();
  return new Map(
    names.flatMap((name) => {
      const day = /\d{4}-\d\d-\d\d/.exec(name)?.[0];
      return day === undefined ? [] : [[day, `${SERIES}/${name}`] as const];
    }),
  );
}

/** Side of a tile: an image of the series, mirrored once. */
const TILE = 512;

/** One directory entry of a TIFF: its type (3 SHORT, 4 LONG, 12 DOUBLE, 2 ASCII) and values. */
type Entry = readonly [tag: number, type: 2 | 3 | 4 | 12, values: readonly number[]];

const SIZES = { 2: 1, 3: 2, 4: 4, 12: 8 } as const;

/**
 * Writes a date of the series, mirrored to a square. All tiles are equal, and the file stores them once,
 * so that the dates of a whole product take 50 MB.
 */
async function write(path: string, { source, side }: {
  readonly source: string;
  readonly side: number;
}): Promise<void> {
  const { data, width, bands: { length: bands } } = await readRaster(source);
  const pixels = new Uint16Array(TILE * TILE * bands);
  const mirrored = (i: number) => i < width ? i : 2 * width - 1 - i;
  for (let i = 0; i < TILE * TILE; i++) {
    const at = (mirrored(Math.floor(i / TILE)) * width + mirrored(i % TILE)) * bands;
    pixels.set(data.subarray(at, at + bands) as Uint16Array, i * bands);
  }
  const tile = encodeTile(pixels, { side: TILE, bands, dtype: "uint16" });
  const tiles = Math.ceil(side / TILE) ** 2;
  const each = (value: number, count: number) => Array.from({ length: count }, () => value);
  const entries: Entry[] = [
    [256, 4, [side]],
    [257, 4, [side]],
    [258, 3, each(16, bands)],
    [259, 3, [8]],
    [262, 3, [1]],
    [277, 3, [bands]],
    [284, 3, [1]],
    [317, 3, [2]],
    [322, 4, [TILE]],
    [323, 4, [TILE]],
    [324, 4, each(8, tiles)],
    [325, 4, each(tile.length, tiles)],
    [338, 3, each(0, bands - 1)],
    [339, 3, each(1, bands)],
    [33550, 12, [10, 10, 0]],
    [33922, 12, [0, 0, 0, 500000, 5000000, 0]],
    [42113, 2, [48, 0]],
  ];
  // Head, the tile, the values of the directory, the directory.
  const start = 8 + tile.length + tile.length % 2;
  const room = entries.reduce((sum, [, type, values]) => sum + 8 * values.length * SIZES[type], 0);
  const bytes = new Uint8Array(start + room + 16 * entries.length);
  const view = new DataView(bytes.buffer);
  bytes.set(tile, 8);
  const put = (at: number, [, type, values]: Entry) =>
    values.forEach((value, i) => {
      const to = at + i * SIZES[type];
      if (type === 12) view.setFloat64(to, value, true);
      else if (type === 4) view.setUint32(to, value, true);
      else if (type === 3) view.setUint16(to, value, true);
      else view.setUint8(to, value);
    });
  let free = start;
  const places = entries.map((entry) => {
    const [, type, values] = entry;
    if (values.length * SIZES[type] <= 4) return undefined;
    put(free, entry);
    const place = free;
    free += 8 * Math.ceil(values.length * SIZES[type] / 8);
    return place;
  });
  view.setUint32(0, 0x002a4949, true);
  view.setUint32(4, free, true);
  view.setUint16(free, entries.length, true);
  entries.forEach((entry, i) => {
    const [tag, type, values] = entry;
    const at = free + 2 + 12 * i;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, values.length, true);
    if (places[i] === undefined) put(at + 8, entry);
    else view.setUint32(at + 8, places[i], true);
  });
  await Deno.writeFile(path, bytes.subarray(0, free + 6 + 12 * entries.length));
}

interface Options extends CompositeSceneOptions {
  readonly side: number;
  /** Rows that are read, or written. */
  readonly rows: number;
}

interface Figures {
  readonly seconds: number;
  readonly cpu: number;
  readonly peak: number;
  /** Stages of a composite: opening ends with the first block of the survey. */
  readonly stages?: Readonly<Record<string, Pick<Figures, "seconds" | "cpu">>>;
  /** Days that a composite reads. */
  readonly used?: readonly string[];
}

/** Peak memory of this process in bytes and its CPU seconds. */
function usage(): { readonly peak: number; readonly cpu: number } {
  const status = Deno.readTextFileSync("/proc/self/status");
  const stat = Deno.readTextFileSync("/proc/self/stat").replace(/^.*\) /, "").split(" ");
  const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) * 1024;
  return { peak, cpu: (Number(stat[11]) + Number(stat[12])) / 100 };
}

/** Reads and decodes the first rows of the dates once. */
async function reading({ inputs, rows }: Options): Promise<Figures> {
  const series = await openReflectance({ inputs });
  const { grid: { width }, frames } = series.scene;
  const before = usage().cpu;
  const start = performance.now();
  const dates = frames.map((frame) => new FrameRows(frame, [0, width]));
  for (let row = 0; row < rows; row += ROWS) {
    for (const date of dates) {
      await date.load(row, Math.min(rows, row + ROWS));
      date.drop(row + ROWS);
    }
  }
  const seconds = (performance.now() - start) / 1000;
  await series.close();
  const { peak, cpu } = usage();
  return { seconds, peak, cpu: cpu - before };
}

async function composing({ rows, ...options }: Options): Promise<Figures> {
  const start = performance.now();
  const now = () => ({ seconds: (performance.now() - start) / 1000, cpu: usage().cpu });
  const begin = now();
  let [open, survey, fit] = [begin, begin, begin];
  const { images } = await compositeScene({
    ...options,
    window: { column: 0, row: 0, width: options.side, height: rows },
    onProgress: ({ stage, done }) => {
      if (stage === "survey") survey = now();
      if (done === 1) open = survey;
    },
    log: (line) => {
      if (/ from | kept as it is/.test(line)) fit = now();
    },
  });
  const end = now();
  const between = (a: typeof end, b: typeof end) => ({
    seconds: b.seconds - a.seconds,
    cpu: b.cpu - a.cpu,
  });
  return {
    seconds: end.seconds,
    stages: {
      open: between(begin, open),
      survey: between(open, survey),
      fit: between(survey, fit),
      images: between(fit, end),
    },
    used: images[0]!.used.map(({ name }) => name),
    ...usage(),
  };
}

/** Measures in a process of its own. */
async function measured(kind: "read" | "compose", options: unknown): Promise<Figures> {
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      import.meta.filename!,
      "--one",
      kind,
      JSON.stringify(options),
    ],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
}

if (Deno.args[0] === "--one") {
  const options = JSON.parse(Deno.args[2]!);
  console.log(
    JSON.stringify(await (Deno.args[1] === "read" ? reading(options) : composing(options))),
  );
  Deno.exit();
}

const flag = (name: string, fallback: string) => {
  const at = Deno.args.indexOf(`--${name}`);
  return at < 0 ? fallback : Deno.args[at + 1]!;
};
const sizes = flag("sizes", "1024,2048").split(",").map(Number);
const most = Number(flag("rows", "0")) || Infinity;
const reference = flag("reference", "2018-03-07");
const folder = flag("folder", await Deno.makeTempDir());
await Deno.mkdir(folder, { recursive: true });
const files = seriesFiles();
console.log(
  "| scene | rows | reading all dates once, s (CPU) | composite, s (CPU) | opening, survey, fit, images | " +
    "ratio to one reading (CPU) | to the windows that it reads (CPU) | peak MB, reading, composite |",
);
console.log(`|${" --- |".repeat(8)}`);
for (const side of sizes) {
  const inputs: { path: string; date: string }[] = [];
  for (const date of DAYS) {
    const path = `${folder}/series_${side}_${date}.tif`;
    await write(path, { source: files.get(date)!, side });
    inputs.push({ path, date });
  }
  const rows = Math.min(side, most);
  const read = await measured("read", { inputs, rows });
  const composed = await measured("compose", {
    inputs,
    side,
    rows,
    reference,
    write: { output: `${folder}/composite_${side}.tif`, overwrite: true },
  });
  // Windows of the survey, and of the image in the reference and the dates that it uses.
  const pixels = Math.min(side * side, SURVEYED) * DAYS.length +
    rows * side * (1 + composed.used!.length);
  const share = pixels / (rows * side * DAYS.length);
  const s = (value: number) => value.toFixed(1);
  const mb = (value: number) => (value / 1e6).toFixed(0);
  const ratio = (by: number) =>
    `${s(composed.seconds / read.seconds / by)} (${s(composed.cpu / read.cpu / by)})`;
  console.log(
    `| ${side}² | ${rows} | ${s(read.seconds)} (${s(read.cpu)}) | ${s(composed.seconds)} (${
      s(composed.cpu)
    }) | ${
      Object.values(composed.stages!).map(({ seconds, cpu }) => `${s(seconds)} (${s(cpu)})`)
        .join(", ")
    } | ${ratio(1)} | ${ratio(share)} | ${mb(read.peak)}, ${mb(composed.peak)} |`,
  );
}
