/**
 * Calls of `emrdm restore` that cannot succeed, and what a user must be told of each. The files are
 * made by code, so that each is broken in one way. This is a table, as long as there are ways.
 */

import { loadModel, saveModel } from "../../checkpoints/mod.ts";
import type { Raster } from "../../core/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import { createModel } from "../../model/mod.ts";
import { BANDS, cloudyDates, TINY, tinyModel } from "./tiny.ts";

/** What a case is made with: a folder of its own, and the models' files. */
export class Bench {
  readonly folder: string;
  readonly models: string;
  /** An address under which nothing is, one that knows no ranges, and one that nobody answers. */
  readonly servers: { readonly [K in "missing" | "plain" | "page" | "dead"]: string };

  constructor(folder: string, options: Pick<Bench, "models" | "servers">) {
    this.folder = folder;
    this.models = options.models;
    this.servers = options.servers;
  }

  path(name: string): string {
    return `${this.folder}/${name}`;
  }

  /** Writes a raster, bytes or text. */
  async put(name: string, content: Raster | Uint8Array | string): Promise<string> {
    const path = this.path(name);
    await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else if (content instanceof Uint8Array) await Deno.writeFile(path, content);
    else await writeCog(path, content);
    return path;
  }

  /** Dates that are in order. */
  async dates(count = 2): Promise<readonly string[]> {
    const days = Array.from({ length: count }, (_, i) => `s_2018-0${i + 1}-07.tif`);
    return await Promise.all(days.map((name, i) => this.put(name, DATES[i % DATES.length]!)));
  }

  /** The bytes of a date as a GeoTIFF. */
  async bytes(raster: Raster = DATES[0]!): Promise<Uint8Array> {
    const bytes = await Deno.readFile(await this.put("bytes.tif", raster));
    await Deno.remove(this.path("bytes.tif"));
    return bytes;
  }

  get out(): string {
    return this.path("clear.tif");
  }

  get model(): string {
    return `${this.models}/tiny.safetensors`;
  }
}

/** One call. */
export interface BrokenCall {
  readonly name: string;
  /** As `emrdm --help` says. */
  readonly code: 1 | 2 | 3 | 4;
  /** Parts of the message: what it names, and the cure. `@` stands for the case's folder. */
  readonly says: readonly string[];
  /** Makes the files and gives the arguments. */
  readonly make: (bench: Bench) => Promise<readonly string[]> | readonly string[];
  /** Options of a disk that is mounted at `disk` in the folder; it runs as a process of its own. */
  readonly disk?: string;
  /** Runs as a process of its own, with a network. */
  readonly apart?: boolean;
}

/** An image of the CRS that `crs` says, or of none. */
function placed(raster: Raster, epsg = 32633): Raster {
  const directory = [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, epsg];
  return {
    ...raster,
    transform: [600000, 10, 0, 5300000, 0, -10],
    crs: { epsg, geoKeys: { directory } },
  };
}

export const SIZE = { width: 24, height: 20 };
/** Three good dates. */
export const DATES: readonly Raster[] = cloudyDates(SIZE, 3).map((raster) => placed(raster));
const [GOOD] = DATES as readonly [Raster];

function moved(transform: NonNullable<Raster["transform"]>): Raster {
  return { ...GOOD, transform };
}

function withoutPlace({ transform: _transform, crs: _crs, ...raster }: Raster): Raster {
  return raster;
}

/** Some bands of an image. */
export function bandsOf(raster: Raster, names: readonly string[]): Raster {
  const { bands, data } = raster;
  const places = names.map((name) => bands.indexOf(name));
  const count = data.length / bands.length * names.length;
  return {
    ...raster,
    bands: names,
    data: Uint16Array.from(
      { length: count },
      (_, i) => data[Math.floor(i / names.length) * bands.length + places[i % names.length]!]!,
    ),
  };
}

/** The upper left part of an image. */
export function part({ width: full, ...raster }: Raster, width: number, height: number): Raster {
  const count = raster.bands.length;
  const data = Uint16Array.from({ length: width * height * count }, (_, i) => {
    const [x, y] = [Math.floor(i / count) % width, Math.floor(i / count / width)];
    return raster.data[(y * full + x) * count + i % count]!;
  });
  return { ...raster, width, height, data };
}

/** An image of one band of classes. */
export function classes(raster: Raster, value = 0): Raster {
  const { width, height, transform, crs } = raster;
  const data = new Uint8Array(width * height).fill(value);
  return {
    width,
    height,
    bands: ["1"],
    dtype: "uint8",
    data,
    ...(transform && { transform }),
    ...(crs && { crs }),
  };
}

/** Radar in dB on the grid of the dates. */
function radar(bands: readonly string[]): Raster {
  const data = new Float32Array(SIZE.width * SIZE.height * bands.length).fill(-12);
  return { ...GOOD, bands, dtype: "float32", data };
}

/** Numbers that DEFLATE cannot shrink, so that they fill a disk. */
function noise(side: number): Raster {
  const data = new Uint16Array(side * side * BANDS.length);
  let state = 1;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = (state >>> 16) + 1;
  }
  return { ...GOOD, width: side, height: side, data };
}

/** A little-endian classic TIFF with other values of some tags, as LONG. */
function changed(bytes: Uint8Array, ...tags: readonly (readonly [number, number])[]): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  const directory = view.getUint32(4, true);
  const end = directory + 2 + view.getUint16(directory, true) * 12;
  for (const [tag, value] of tags) {
    let at = directory + 2;
    while (at < end && view.getUint16(at, true) !== tag) at += 12;
    if (at >= end) throw new Error(`no tag ${tag}`);
    view.setUint16(at + 2, 4, true);
    view.setUint32(at + 4, 1, true);
    view.setUint32(at + 8, value, true);
  }
  return copy;
}

/** Saves the models of the cases into a folder. */
export async function saveModels(folder: string): Promise<void> {
  await saveModel(tinyModel(), `${folder}/tiny.safetensors`);
  const auxiliary = createModel({
    ...TINY,
    name: "radar",
    condition: {
      order: ["cloudy", "auxiliary"],
      auxiliary: [{ name: "VV", unit: "dB" }, { name: "VH", unit: "dB" }],
      auxiliaryScaling: { low: -25, high: 0, clip: true },
    },
  }, { seed: 1 });
  await saveModel(auxiliary, `${folder}/radar.safetensors`);
  const infrared = createModel({ ...TINY, name: "infrared", bands: [{ name: "B08", unit: "DN" }] });
  await saveModel(infrared, `${folder}/infrared.safetensors`);
  // A file that cannot be loaded would make every case fail in the same way.
  await loadModel(`${folder}/tiny.safetensors`);
}

/** A file in the place of the first of two dates. */
function file(
  name: string,
  content: (bench: Bench) => Promise<Uint8Array | Raster | string> | Uint8Array | Raster | string,
  ...says: readonly string[]
): BrokenCall {
  return {
    name,
    code: 3,
    says: ["Cannot read raster @/bad_2017-01-01.tif: ", ...says],
    make: async (bench) => {
      const bad = await bench.put("bad_2017-01-01.tif", await content(bench));
      return [bad, ...await bench.dates(1), "--out", bench.out];
    },
  };
}

const latin = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const CUT = "cut off: download or copy it again";
const HUGE = 2_000_000_000;

const FILES: readonly BrokenCall[] = [
  {
    name: "a file that is missing",
    code: 3,
    says: ["Cannot read raster @/no.tif: the file must exist; check its path"],
    make: async (bench) => [...await bench.dates(1), bench.path("no.tif"), "--out", bench.out],
  },
  file("a file of no bytes", () => new Uint8Array(), "an empty file; download or export it again"),
  file("a text file", () => "clouds everywhere", 'begins with "clouds everywhere"'),
  file("a web page", () => "<!DOCTYPE html><html><body>log in", "a web page; check the address"),
  file(
    "a PNG called .tif",
    () => latin("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01"),
    "a PNG picture; use the original image",
  ),
  file("a ZIP called .tif", () => latin("PK\x03\x04 and so on and on"), "unpack it first"),
  file(
    "a wrong magic number",
    async (bench) => {
      const bytes = await bench.bytes();
      bytes[2] = 44;
      return bytes;
    },
    "it must be a GeoTIFF",
    "check the path, or convert it",
  ),
  file("a file cut off in its header", async (b) => (await b.bytes()).subarray(0, 6), CUT),
  file("a file cut off in its directory", async (b) => (await b.bytes()).subarray(0, 120), CUT),
  file("a file cut off in its pixels", async (b) => (await b.bytes()).slice(0, -500), CUT),
  file(
    "a huge declared size",
    async (b) => changed(await b.bytes(), [256, HUGE], [257, HUGE]),
    "blocks for its size, got 1; the file is damaged",
  ),
  file(
    "huge tiles",
    async (b) => changed(await b.bytes(), [322, HUGE], [323, HUGE]),
    "gdal_translate -co TILED=YES",
  ),
  file("tiles beyond the file", async (b) => changed(await b.bytes(), [324, HUGE]), CUT),
  file(
    "a width of zero",
    async (b) => changed(await b.bytes(), [256, 0]),
    "it must state its size, got 0×20 pixels",
    "the file is damaged",
  ),
  file(
    "an unsupported compression",
    async (b) => changed(await b.bytes(), [259, 34712]),
    "gdal_translate -co COMPRESS=DEFLATE",
  ),
  file(
    "complex numbers",
    async (b) => changed(await b.bytes(bandsOf(GOOD, ["B02"])), [339, 5]),
    "its pixel type must be an integer of up to 32 bits",
    "gdal_translate -ot Float64",
  ),
  file("pixels that do not decode", async (bench) => {
    const bytes = await bench.bytes();
    return bytes.fill(0xaa, bytes.length - 1500);
  }, "download or copy it again"),
  {
    name: "an address of a kind that is not read",
    code: 3,
    says: ["s3://bucket/a.tif", "https address or download it first"],
    make: (bench) => ["s3://bucket/a.tif", "--out", bench.out],
  },
];

/** A folder of bands as the second of two dates. */
function folder(
  name: string,
  { at = "bands", fill }: { at?: string; fill: (bench: Bench, at: string) => Promise<unknown> },
  ...says: readonly string[]
): BrokenCall {
  return {
    name,
    code: 3,
    says,
    make: async (bench) => {
      await Deno.mkdir(bench.path(at), { recursive: true });
      await fill(bench, at);
      return [...await bench.dates(1), bench.path(at), "--out", bench.out];
    },
  };
}

async function putBands(bench: Bench, at: string, names: readonly string[] = BANDS): Promise<void> {
  for (const name of names) await bench.put(`${at}/${name}.tif`, bandsOf(GOOD, [name]));
}

const SAFE = "S2A_MSIL1C_20220404T101601_N0400_R065_T33UUP_20220404T122239.SAFE";

const FOLDERS: readonly BrokenCall[] = [
  folder(
    "an empty folder",
    { fill: async () => {} },
    "@/bands",
    "a GeoTIFF or JPEG 2000 file per band",
  ),
  folder(
    "a folder of other things",
    { fill: (bench, at) => bench.put(`${at}/notes.txt`, "none") },
    "@/bands",
    "got notes.txt",
  ),
  folder(
    "two files of a band",
    {
      fill: async (bench, at) => {
        await putBands(bench, at);
        await bench.put(`${at}/T33UUP_B02.tif`, bandsOf(GOOD, ["B02"]));
      },
    },
    "@/bands",
    "B02.tif and T33UUP_B02.tif for B02; move one of them away",
  ),
  folder(
    "a folder that lacks a band",
    { fill: (bench, at) => putBands(bench, at, ["B02", "B03", "B04"]) },
    "Cannot restore @/bands: ",
    "model tiny needs the bands B02, B03, B04, B08, got B02, B03, B04",
    "use a model for these bands",
  ),
  folder(
    "a folder of several CRS",
    {
      fill: async (bench, at) => {
        await putBands(bench, at);
        await bench.put(`${at}/B12.tif`, placed(bandsOf(GOOD, ["B02"]), 32634));
      },
    },
    "@/bands",
    "EPSG:32634",
    "B12.tif",
  ),
  folder(
    "a folder with a broken file",
    {
      fill: async (bench, at) => {
        await putBands(bench, at);
        await bench.put(`${at}/B03.tif`, "nothing");
      },
    },
    "Cannot read raster @/bands/B03.tif: ",
    "it must be a GeoTIFF",
  ),
  folder(
    "a SAFE folder without granules",
    { at: SAFE, fill: async () => {} },
    `@/${SAFE}`,
    "unpack",
  ),
  folder(
    "a SAFE folder without IMG_DATA",
    {
      at: SAFE,
      fill: (bench, at) =>
        Deno.mkdir(bench.path(`${at}/GRANULE/L1C_T33UUP/QI_DATA`), { recursive: true }),
    },
    `@/${SAFE}/GRANULE/L1C_T33UUP/IMG_DATA`,
    "must exist; check its path, or unpack the whole product",
  ),
  {
    name: "a product that is still packed",
    code: 3,
    says: [`@/${SAFE}.zip`, "unzip"],
    make: async (bench) => [await bench.put(`${SAFE}.zip`, "PK\x03\x04"), "--out", bench.out],
  },
  {
    name: "a broken JPEG 2000 file",
    code: 3,
    says: ["Cannot read raster @/a.jp2: ", "must be JPEG 2000"],
    make: async (bench) => [await bench.put("a.jp2", "x".repeat(100)), "--out", bench.out],
  },
];

/** A raster that does not go with the reference. */
function other(
  name: string,
  raster: Raster,
  { args = [], says }: { args?: readonly string[]; says: readonly string[] },
): BrokenCall {
  return {
    name,
    code: 3,
    says,
    make: async (bench) => {
      const bad = await bench.put("other_2017-01-01.tif", raster);
      return [bad, ...await bench.dates(1), "--out", bench.out, ...args];
    },
  };
}

/** Arguments beside two good dates. */
function args(
  name: string,
  given: readonly string[],
  { code = 2, says }: { code?: BrokenCall["code"]; says: readonly string[] },
): BrokenCall {
  return {
    name,
    code,
    says,
    make: async (bench) => [
      ...await bench.dates(),
      "--out",
      bench.out,
      ...given.map((arg) => arg.replace("@", bench.folder)),
    ],
  };
}

const USED = "Cannot use @/other_2017-01-01.tif with @/s_2018-01-07.tif: ";
const WARP =
  "align it with: gdalwarp -t_srs EPSG:32633 -dstnodata 0 -te 600000 5299800 600240 5300000";

const SERIES: readonly BrokenCall[] = [
  other("another CRS", placed(GOOD, 32634), {
    says: [USED, "the CRS must be EPSG:32633, got EPSG:32634", WARP],
  }),
  other("half a pixel apart", moved([600005, 10, 0, 5300000, 0, -10]), {
    says: [USED, "[600005, 10, 0, 5300000, 0, -10]", WARP],
  }),
  other("another resolution", moved([600000, 20, 0, 5300000, 0, -20]), { says: [USED, WARP] }),
  other("a rotated grid", moved([600000, 9.8, 2, 5300000, 2, -9.8]), { says: [USED, WARP] }),
  other("another place", moved([700000, 10, 0, 5300000, 0, -10]), {
    says: [USED, "they must overlap", "10000 columns", "do they show the same area?"],
  }),
  other("another size without georeference", withoutPlace(part(GOOD, 20, 20)), {
    says: [USED, "24×20, got 20×20", "georeference both, or cut one to the other"],
  }),
  other("a band that is missing", bandsOf(GOOD, ["B02", "B03", "B08"]), {
    says: ["@/other_2017-01-01.tif", "model tiny needs the bands B02, B03, B04, B08"],
  }),
  other("bands without names", { ...GOOD, bands: ["1", "2", "3", "4"] }, {
    says: ["@/other_2017-01-01.tif", "give them in the order of the file (--band-names)"],
  }),
  other("too few names of bands", { ...GOOD, bands: ["1", "2", "3", "4"] }, {
    args: ["--band-names", "B02,B03,B04"],
    says: ["@/other_2017-01-01.tif", "B02, B03, B04"],
  }),
  args("a band to write that there is none of", ["--bands", "B02,B11"], {
    code: 3,
    says: ["Cannot write the bands B11: ", "@/s_2018-02-07.tif", "B02, B03, B04, B08"],
  }),
  args("a date in another notation", ["--date", "2018-01-07", "--date", "7.2.2018"], {
    says: ["--date must be a day such as 2018-03-07, got 7.2.2018"],
  }),
  args("a date that is no day", ["--date", "2018-01-07", "--date", "2018-02-30"], {
    says: ["--date must be a day such as 2018-03-07, got 2018-02-30"],
  }),
  args("fewer dates than inputs", ["--date", "2018-01-07"], {
    says: ["--date must be given for each of 2 inputs, got 1"],
  }),
  args("a reference that is none of the dates", ["--reference", "2018-03-07"], {
    says: [
      "2018-03-07 for the reference: none of the inputs has this date or path",
      "an index (0 … 1), or one of 2018-01-07, 2018-02-07",
    ],
  }),
  args("a reference beyond the dates", ["--reference", "2"], { says: ["0 … 1"] }),
  args("a reference that is two of the dates", [
    ...["--date", "2018-03-07", "--date", "2018-03-07", "--reference", "2018-03-07"],
  ], {
    says: [
      "2018-03-07 for the reference",
      "0 (@/s_2018-01-07.tif), 1 (@/s_2018-02-07.tif)",
      "give its index",
    ],
  }),
  {
    name: "no input",
    code: 2,
    says: ["expected at least one date, or --manifest, got nothing"],
    make: (bench) => ["--out", bench.out],
  },
  {
    name: "no output",
    code: 2,
    says: ["--out, the GeoTIFF to write, is required"],
    make: async (bench) => await bench.dates(),
  },
];

function mask(name: string, content: Raster | string, ...says: readonly string[]): BrokenCall {
  return {
    name,
    code: 3,
    says: ["@/mask.tif", ...says],
    make: async (bench) => {
      const path = await bench.put("mask.tif", content);
      return [...await bench.dates(), "--mask", path, "--out", bench.out];
    },
  };
}

const MASKS: readonly BrokenCall[] = [
  mask(
    "a mask of another size",
    withoutPlace(classes(part(GOOD, 7, 20))),
    "24×20",
    "got 7×20; georeference both",
  ),
  mask("a mask of another CRS", classes(placed(GOOD, 32634)), "EPSG:32633", "gdalwarp"),
  mask(
    "a mask of a part",
    classes(part(GOOD, 10, 20)),
    "only columns 0 to 9 and rows 0 to 19; extend it with unknown pixels: gdalwarp",
  ),
  mask(
    "a mask of several bands",
    GOOD,
    "it must have one band, or one named SCL, got B02",
    "gdal_translate -b 1",
  ),
  mask("a mask that is no raster", "cloudy", "it must be a GeoTIFF"),
  args("a mask that is missing", ["--mask", "@/no.tif"], {
    code: 3,
    says: ["@/no.tif", "the file must exist"],
  }),
  args("a scene classification that there is none of", ["--mask", "scl"], {
    code: 3,
    says: ["@/s_2018-02-07.tif", "SCL", "give its path with --mask, or use the detector"],
  }),
  {
    name: "a detector without visible bands",
    code: 3,
    says: ["@/s_2018-02-07.tif", "needs B02, B03 and B04", "give a mask"],
    make: async (bench) => [
      ...await bench.dates(),
      ...["--keep-clear", "--model", `${bench.models}/infrared.safetensors`, "--out", bench.out],
    ],
  },
  args("two masks", ["--keep-clear", "--mask", "scl"], {
    says: ["--keep-clear and --mask exclude each other"],
  }),
];

function auxiliary(
  name: string,
  { raster, model = "radar", says }: {
    readonly raster?: Raster;
    readonly model?: string;
    readonly says: readonly string[];
  },
): BrokenCall {
  return {
    name,
    code: 3,
    says,
    make: async (bench) => [
      ...await bench.dates(),
      ...["--out", bench.out, "--model", `${bench.models}/${model}.safetensors`],
      ...(raster === undefined ? [] : ["--auxiliary", await bench.put("radar.tif", raster)]),
    ],
  };
}

const AUXILIARY: readonly BrokenCall[] = [
  auxiliary("no auxiliary bands", {
    says: ["@/s_2018-02-07.tif", "auxiliary band VV", "(--auxiliary)"],
  }),
  auxiliary("an auxiliary band that is missing", {
    raster: radar(["VV", "angle"]),
    says: ["auxiliary band VH", "@/radar.tif"],
  }),
  auxiliary("auxiliary bands on another grid", {
    raster: { ...radar(["VV", "VH"]), transform: [600003, 10, 0, 5300000, 0, -10] },
    says: ["@/radar.tif with @/s_2018-02-07.tif", "on one grid", "gdalwarp"],
  }),
  auxiliary("auxiliary bands for a model that takes none", {
    raster: radar(["VV", "VH"]),
    model: "tiny",
    says: ["@/radar.tif", "model tiny takes no auxiliary bands; leave it out"],
  }),
];

const AREAS: readonly BrokenCall[] = [
  args("a window outside", ["--window", "20,0,5,20"], {
    says: ["window 20,0,5,20", "inside the scene, which is 0,0,24,20"],
  }),
  args("a window without columns", ["--window", "0,0,0,5"], { says: ["window 0,0,0,5"] }),
  args("a window of parts of pixels", ["--window", "0,0,4.5,5"], { says: ["whole pixels"] }),
  args("a window of three numbers", ["--window", "0,0,5"], {
    says: ["--window must be four numbers, got 0,0,5"],
  }),
  args("a box outside", ["--bbox", "0,0,1,1"], {
    says: ["bbox 0,0,1,1", "600000,5299800,600240,5300000 in its CRS"],
  }),
  {
    name: "a box in a scene without georeference",
    code: 2,
    says: ["georeferenced", "use a window"],
    make: async (bench) => [
      await bench.put("a.tif", withoutPlace(GOOD)),
      ...["--bbox", "0,0,1,1", "--out", bench.out],
    ],
  },
  args("a window and a box", ["--window", "0,0,5,5", "--bbox", "0,0,1,1"], {
    says: ["give only one of the two"],
  }),
  args("a shard of none", ["--shard", "5/4"], { says: ["--shard must be i/n", "got 5/4"] }),
  args("more shards than rows", ["--shard", "1/21"], { says: ["a row for each, got 20 rows"] }),
];

function address(name: string, of: keyof Bench["servers"], ...says: readonly string[]): BrokenCall {
  return {
    name,
    code: 3,
    says: ["Cannot read raster http://127.0.0.1:", ...says],
    make: async (bench) => [...await bench.dates(1), bench.servers[of], "--out", bench.out],
  };
}

const ADDRESSES: readonly BrokenCall[] = [
  address(
    "an address that refuses",
    "dead",
    "the address must answer",
    "onnection refused",
    "check it",
  ),
  address("an address without a file", "missing", "got HTTP 404 Not Found; check it"),
  address("an address without ranges", "plain", "download the file first"),
  address("an address of a web page", "page", "a web page; check the address"),
  {
    name: "an address that does not resolve",
    code: 3,
    apart: true,
    says: ["Cannot read raster https://no-such-host.invalid/a.tif: the address must answer"],
    make: async (bench) => [
      ...await bench.dates(1),
      ...["https://no-such-host.invalid/a.tif", "--out", bench.out],
    ],
  },
];

function output(
  name: string,
  { at, says, make }: {
    readonly at: string;
    readonly says: readonly string[];
    /** Makes what is in the way; gives further arguments. */
    readonly make: (bench: Bench) => Promise<readonly string[] | void>;
  },
): BrokenCall {
  return {
    name,
    code: 4,
    says,
    make: async (bench) => {
      const dates = await bench.dates();
      const more = await make(bench);
      return [...dates, "--out", bench.path(at), ...(more ?? [])];
    },
  };
}

const INPUT = "it must not be one of the inputs, got";

const OUTPUTS: readonly BrokenCall[] = [
  output("an output that exists", {
    at: "clear.tif",
    says: ["Cannot write @/clear.tif: ", "allow it to be overwritten (--overwrite)"],
    make: async (bench) => void await bench.put("clear.tif", "mine"),
  }),
  output("an output below a file", {
    at: "file/clear.tif",
    says: ["Cannot write @/file/clear.tif: ", "choose another"],
    make: async (bench) => void await bench.put("file", ""),
  }),
  output("an output that is a folder", {
    at: "sub",
    says: ["Cannot write @/sub: it must name a file, got a folder"],
    make: (bench) => Deno.mkdir(bench.path("sub")),
  }),
  output("an output with a name that is too long", {
    at: `${"x".repeat(300)}.tif`,
    says: ["the name must be shorter; choose another"],
    make: async () => {},
  }),
  {
    name: "an output that is an address",
    code: 4,
    says: ["Cannot write https://host.invalid/a.tif: it must be a path, got an address"],
    make: async (bench) => [...await bench.dates(), "--out", "https://host.invalid/a.tif"],
  },
  output("an output that is an input", {
    at: "s_2018-01-07.tif",
    says: [`Cannot write @/s_2018-01-07.tif: ${INPUT} @/s_2018-01-07.tif; choose another name`],
    make: () => Promise.resolve(["--overwrite"]),
  }),
  output("an output that is an input by another way", {
    at: "here/../s_2018-01-07.tif",
    says: [`Cannot write @/here/../s_2018-01-07.tif: ${INPUT} @/s_2018-01-07.tif`],
    make: async (bench) => {
      await Deno.mkdir(bench.path("here"));
      return ["--overwrite"];
    },
  }),
  output("an output that is an input by a link", {
    at: "link.tif",
    says: [`Cannot write @/link.tif: ${INPUT} @/s_2018-01-07.tif`],
    make: async (bench) => {
      await Deno.link(bench.path("s_2018-01-07.tif"), bench.path("link.tif"));
      return ["--overwrite"];
    },
  }),
  output("an output that is the mask", {
    at: "mask.tif",
    says: [`Cannot write @/mask.tif: ${INPUT} @/mask.tif`],
    make: async (bench) => [
      ...["--mask", await bench.put("mask.tif", classes(GOOD)), "--overwrite"],
    ],
  }),
  output("an output that is a band of an input", {
    at: "bands/new_B02.tif",
    says: ["Cannot write @/bands/new_B02.tif: ", "the name of a band in @/bands"],
    make: async (bench) => {
      await putBands(bench, "bands");
      return ["--input", bench.path("bands"), "--overwrite"];
    },
  }),
  output("a picture that is the output", {
    at: "clear.tif",
    says: ["Cannot write @/clear.tif: each file must have a name of its own"],
    make: (bench) => Promise.resolve(["--png", bench.out]),
  }),
  output("a picture that exists", {
    at: "clear.tif",
    says: ["Cannot write @/clear.png: the file exists"],
    make: async (bench) => ["--png", await bench.put("clear.png", "mine")],
  }),
  output("a provenance raster that exists", {
    at: "clear.tif",
    says: ["Cannot write @/clear.provenance.tif: the file exists"],
    make: async (bench) => {
      await bench.put("clear.provenance.tif", "mine");
      return ["--keep-clear"];
    },
  }),
  {
    name: "a disk that is read-only",
    code: 4,
    disk: "ro,size=1m",
    says: ["Cannot write @/disk/clear.tif: ", "a read-only file system; choose another folder"],
    make: async (bench) => [...await bench.dates(), "--out", bench.path("disk/clear.tif")],
  },
  {
    name: "a disk that is full",
    code: 4,
    disk: "size=64k",
    says: ["Cannot write @/disk/clear.tif: ", "free some space or choose another disk"],
    // All is clear: pixels come back as they are, and only the disk takes part.
    make: async (bench) => [
      await bench.put("a.tif", noise(128)),
      ...["--mask", await bench.put("mask.tif", classes(noise(128)))],
      ...["--out", bench.path("disk/clear.tif")],
    ],
  },
];

function model(
  name: string,
  content: (bench: Bench) => Promise<Uint8Array | Raster | string> | Uint8Array | string,
  ...says: readonly string[]
): BrokenCall {
  return {
    name,
    code: 3,
    says: ["Cannot read model @/model.safetensors: ", ...says],
    make: async (bench) => {
      const path = await bench.put("model.safetensors", await content(bench));
      return [...await bench.dates(), "--model", path, "--out", bench.out];
    },
  };
}

const MAKE = "download it again, or make a model with emrdm convert or emrdm train";

/** A safetensors file without tensors. */
function safetensors(header: unknown): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 8);
  return bytes;
}

const MODELS: readonly BrokenCall[] = [
  args("a model that is missing", ["--model", "@/no.safetensors"], {
    code: 3,
    says: ["Cannot read model @/no.safetensors: the file must exist", MAKE],
  }),
  args("a model that is a folder", ["--model", "@"], {
    code: 3,
    says: ["Cannot read model @: it must be a file, got a folder", MAKE],
  }),
  model("a model of no bytes", () => new Uint8Array(), "at least 8 bytes, got 0", MAKE),
  model(
    "a model that is cut off",
    async (bench) => (await Deno.readFile(bench.model)).slice(0, -100),
    MAKE,
  ),
  model("a model that is a raster", (bench) => bench.bytes(), MAKE),
  model("a PyTorch checkpoint", () => latin("PK\x03\x04 and so on"), "emrdm convert"),
  model("a model without a card", () => safetensors({}), "emrdm convert"),
  model(
    "a card that is wrong",
    () => safetensors({ __metadata__: { "emrdm.card": '{"name": 3}' } }),
    "card.",
    MAKE,
  ),
];

/** A manifest as lines; `@` stands for the folder. */
function manifest(
  name: string,
  { code = 3, lines, says }: {
    readonly code?: BrokenCall["code"];
    readonly lines: readonly string[];
    readonly says: readonly string[];
  },
): BrokenCall {
  return {
    name,
    code,
    says,
    make: async (bench) => {
      await bench.dates();
      return ["--manifest", await bench.put("scenes.csv", lines.join("\n"))];
    },
  };
}

const A = "s_2018-01-07.tif";

const MANIFESTS: readonly BrokenCall[] = [
  {
    name: "a manifest that is missing",
    code: 3,
    says: ["Cannot read manifest @/no.csv: the file must exist"],
    make: (bench) => ["--manifest", bench.path("no.csv")],
  },
  manifest("a manifest with an unknown column", {
    lines: ["output,inputs,colour", `a.tif,${A},red`],
    says: ["manifest @/scenes.csv: ", "among output, inputs, dates", "got colour"],
  }),
  manifest("a manifest without scenes", {
    lines: ["output,inputs"],
    says: ["manifest @/scenes.csv", "a header line and a line for each scene, got no scene"],
  }),
  manifest("a manifest of no bytes", { lines: [], says: ["@/scenes.csv", "got no scene"] }),
  manifest("a manifest that names an output twice", {
    lines: ["output,inputs", `a.tif,${A}`, `./a.tif,${A}`],
    says: ["manifest @/scenes.csv, scene 2", "named once, got ./a.tif as in scene 1"],
  }),
  manifest("a scene without inputs", {
    lines: ["output,inputs", `a.tif,${A}`, "b.tif,"],
    says: ["manifest @/scenes.csv, scene 2: there must be inputs, got none"],
  }),
  manifest("a scene without an output", {
    lines: ["inputs", A],
    says: ["manifest @/scenes.csv, scene 1: there must be an output, got none"],
  }),
  manifest("a line that is too short", {
    lines: ["output,inputs,dates", `a.tif,${A}`],
    says: ["manifest @/scenes.csv", "CSV with a header line", "line 2"],
  }),
  manifest("a quote that does not end", {
    lines: ["output,inputs", `"a.tif,${A}`],
    says: ["manifest @/scenes.csv", "CSV with a header line"],
  }),
  manifest("a scene with a date that is no day", {
    lines: ["output,inputs,dates", `a.tif,${A},2018-02-30`],
    says: ["manifest @/scenes.csv, scene 1: its dates must be days", "got 2018-02-30"],
  }),
  manifest("a scene with fewer dates than inputs", {
    lines: ["output,inputs,dates", `a.tif,${A};s_2018-02-07.tif,2018-01-07`],
    says: ["manifest @/scenes.csv, scene 1: there must be a date for each of 2 inputs, got 1"],
  }),
  manifest("a manifest of nothing that exists", {
    code: 1,
    lines: ["output,inputs", "a.tif,no.tif", "b.tif,no.tif"],
    says: ["scenes: 0 restored, 0 already complete, 2 failed"],
  }),
  args("an input next to a manifest", ["--manifest", "@/scenes.csv"], {
    says: ["--manifest names all scenes and their outputs; leave out @/s_2018-01-07.tif"],
  }),
];

/** Every call that cannot succeed. */
export const BROKEN: readonly BrokenCall[] = [
  ...FILES,
  ...FOLDERS,
  ...SERIES,
  ...MASKS,
  ...AUXILIARY,
  ...AREAS,
  ...ADDRESSES,
  ...OUTPUTS,
  ...MODELS,
  ...MANIFESTS,
];
