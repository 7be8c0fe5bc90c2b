/**
 * Time and memory of `compositeScene` against those of only reading and decoding its dates. Each
 * measurement runs in its own process, whose peak memory and CPU seconds the operating system reports.
 *
 *     deno run -A benches/composite.ts [--sizes 1024,2048] [--rows N] [--reference 2018-03-07] [--folder DIR]
 *
 * Dates are those of the real series in ../shared/data, mirrored to the wanted size: six partly cloudy
 * ones and four clear ones, 13 bands. `--rows` writes only the first N rows; the survey is of the whole.
 */

import { createCog, openRaster, readRaster } from "../rasters/mod.ts";
import { compositeScene, type CompositeSceneOptions } from "../restoration/mod.ts";
import { openReflectance } from "../restoration/reflectance_series.ts";
import { FrameRows } from "../restoration/rows/frame_rows.ts";
import { reflect } from "../restoration/rows/tiles.ts";

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

/** Writes a date of the series, mirrored to a square. */
async function write(path: string, { source, side }: {
  readonly source: string;
  readonly side: number;
}): Promise<void> {
  const { transform: _, crs: __, ...like } = await readRaster(source);
  const bands = like.bands.length;
  const writer = await createCog(path, {
    ...like,
    width: side,
    height: side,
    transform: [500000, 10, 0, 5000000, 0, -10],
    nodata: 0,
  }, { overwrite: true });
  const row = new Uint16Array(side * bands);
  for (let y = 0; y < side; y++) {
    const from = reflect(y, like.height) * like.width;
    for (let x = 0; x < side; x++) {
      const at = (from + reflect(x, like.width)) * bands;
      row.set(like.data.subarray(at, at + bands) as Uint16Array, x * bands);
    }
    await writer.write(row);
  }
  await writer.commit();
}

interface Figures {
  readonly seconds: number;
  readonly cpu: number;
  readonly peak: number;
  /** Seconds of each stage of a composite. */
  readonly stages?: Readonly<Record<string, number>>;
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

/** Reads and decodes all rows of the dates once. */
async function reading({ inputs }: CompositeSceneOptions): Promise<Figures> {
  const series = await openReflectance({ inputs });
  const { grid: { width, height }, frames } = series.scene;
  const start = performance.now();
  const dates = frames.map((frame) => new FrameRows(frame, [0, width]));
  for (let row = 0; row < height; row += ROWS) {
    for (const date of dates) {
      await date.load(row, Math.min(height, row + ROWS));
      date.drop(row + ROWS);
    }
  }
  const seconds = (performance.now() - start) / 1000;
  await series.close();
  return { seconds, ...usage() };
}

async function composing(options: CompositeSceneOptions): Promise<Figures> {
  const start = performance.now();
  const since = () => (performance.now() - start) / 1000;
  let [survey, fit] = [0, 0];
  const { images } = await compositeScene({
    ...options,
    onProgress: ({ stage }) => {
      if (stage === "survey") survey = since();
    },
    log: (line) => {
      if (/ from | kept as it is/.test(line)) fit = since();
    },
  });
  const seconds = since();
  return {
    seconds,
    stages: { survey, fit: fit - survey, images: seconds - fit },
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
const rows = Number(flag("rows", "0"));
const reference = flag("reference", "2018-03-07");
const folder = flag("folder", await Deno.makeTempDir());
await Deno.mkdir(folder, { recursive: true });
const files = seriesFiles();
console.log(
  "| scene | read s | again s | composite s | survey, fit, images | CPU s (read, composite) | " +
    "ratio to one reading | to the same windows | peak MB (read, composite) |",
);
console.log(`|${" --- |".repeat(9)}`);
for (const side of sizes) {
  const inputs: { path: string; date: string }[] = [];
  for (const date of DAYS) {
    const path = `${folder}/series_${side}_${date}.tif`;
    if (!await openRaster(path).then((file) => file.close().then(() => true), () => false)) {
      await write(path, { source: files.get(date)!, side });
    }
    inputs.push({ path, date });
  }
  const read = await measured("read", { inputs });
  const composed = await measured("compose", {
    inputs,
    reference,
    ...(rows > 0 && { window: { column: 0, row: 0, width: side, height: rows } }),
    write: { output: `${folder}/composite_${side}.tif`, overwrite: true },
  });
  const again = await measured("read", {
    inputs: inputs.filter(({ date }) => date === reference || composed.used!.includes(date)),
  });
  const s = (value: number) => value.toFixed(1);
  const mb = (value: number) => (value / 1e6).toFixed(0);
  console.log(
    `| ${side}² | ${s(read.seconds)} | ${s(again.seconds)} | ${s(composed.seconds)} | ${
      Object.values(composed.stages!).map(s).join(", ")
    } | ${s(read.cpu)}, ${s(composed.cpu)} | ${(composed.seconds / read.seconds).toFixed(1)} | ${
      (composed.seconds / (read.seconds + again.seconds)).toFixed(1)
    } | ${mb(read.peak)}, ${mb(composed.peak)} |`,
  );
}
