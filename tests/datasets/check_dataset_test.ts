import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Raster } from "../../core/mod.ts";
import {
  checkDataset,
  type Finding,
  FINDINGS,
  listCuhkCr,
  listFolderDataset,
  listIndexDataset,
  type Listing,
  listPlaces,
  listSen12MsCr,
  listSen2MtcNew,
} from "../../datasets/mod.ts";
import { readRaster } from "../../rasters/mod.ts";
import {
  inFolder,
  makeCuhkCr,
  makeFolder,
  makeIndex,
  makePlaces,
  makeSen12MsCr,
  makeSen2MtcNew,
  noiseRaster,
  RGBN,
  S1,
  S2,
  sen12Path,
  SIDE,
  TWO,
  write,
  writePicture,
} from "./look_alikes.ts";

/** A dataset's look-alike and its listing. */
interface Kind {
  readonly make: (root: string) => Promise<void>;
  readonly list: (root: string) => Promise<Listing>;
}

const KINDS = {
  sen12MsCr: { make: makeSen12MsCr, list: (root) => listSen12MsCr({ root }) },
  sen2MtcNew: { make: makeSen2MtcNew, list: (root) => listSen2MtcNew({ root }) },
  cuhkCr: {
    make: makeCuhkCr,
    list: (root) => listCuhkCr({ root: `${root}/rgb`, nirRoot: `${root}/nir` }),
  },
  folder: { make: makeFolder, list: (root) => listFolderDataset({ root }) },
  index: { make: makeIndex, list: (root) => listIndexDataset({ file: `${root}/index.csv` }) },
  synthetic: { make: makePlaces, list: (root) => listPlaces({ root, bands: ["B04", "B08"] }) },
} as const satisfies Readonly<Record<string, Kind>>;

for (const [type, { make, list }] of Object.entries(KINDS)) {
  Deno.test(`checkDataset() finds nothing wrong with a clean ${type}`, () =>
    inFolder(async (root) => {
      await make(root);
      const listing = await list(root);
      const { report } = await checkDataset(listing, { tileSize: SIDE / 2 });
      assertEquals([report.type, report.findings, report.notes], [type, [], []]);
      const paths = new Set(listing.samples.flatMap(({ target, frames }) => [
        ...target.map(({ path }) => path),
        ...frames.flatMap(({ cloudy, auxiliary = [], mask }) =>
          [...cloudy, ...auxiliary, ...(mask ? [mask] : [])].map(({ path }) => path)
        ),
      ]));
      assertEquals(report.files, paths.size);
      assert(report.splits.every(({ samples, checked }) => samples > 0 && samples === checked));
    }));
}

/** One thing that is wrong: how it comes about, and what must be found. */
interface Defect {
  readonly name: string;
  readonly type: keyof typeof KINDS;
  readonly damage: (root: string) => Promise<void>;
  readonly kind: Finding["kind"];
  /** Relative to the root. */
  readonly path: string;
  /** Part of the message. */
  readonly says: string;
}

const TEST_ROI = ["ROIs1158_spring", 106] as const;
const file = (kind: string, patch = 9) => sen12Path("", kind, TEST_ROI, patch).slice(1);
const CLEAR = file("s2");
const CLOUDY = file("s2_cloudy");
const SAR = file("s1");
const TILE = "Sen2_MTC/T12TUR";

const put = (path: string, raster: Raster) => (root: string) => write(`${root}/${path}`, raster);
const remove = (path: string) => (root: string) =>
  Deno.remove(`${root}/${path}`, { recursive: true });
const text = (path: string, content: string) => async (root: string) => {
  await Deno.mkdir(`${root}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
  await Deno.writeTextFile(`${root}/${path}`, content);
};

function filled(values: (i: number) => number, raster = noiseRaster("filled", S2)): Raster {
  raster.data.forEach((_, i) => raster.data[i] = values(i));
  return raster;
}

/** The noise with one value, so that nothing else is odd. */
function withValue(value: number, raster: Raster): Raster {
  raster.data[40] = value;
  return raster;
}

const GEOREFERENCE = noiseRaster("moved", { ...S2, east: 600010 });
const OTHER_ZONE: Raster = {
  ...noiseRaster("zone", S1),
  crs: {
    epsg: 32633,
    geoKeys: { directory: [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32633] },
  },
};

const DEFECTS: readonly Defect[] = [
  {
    name: "a missing SAR file",
    type: "sen12MsCr",
    damage: remove(SAR),
    kind: "missing",
    path: SAR,
    says: "the file must exist, as ",
  },
  {
    name: "a file that is no image",
    type: "sen12MsCr",
    damage: text(CLEAR, "<!doctype html><p>Log in first</p>"),
    kind: "unreadable",
    path: CLEAR,
    says: "a web page",
  },
  {
    name: "a file that is cut off",
    type: "sen12MsCr",
    damage: async (root) => {
      const bytes = await Deno.readFile(`${root}/${CLOUDY}`);
      await Deno.writeFile(`${root}/${CLOUDY}`, bytes.subarray(0, bytes.length - 100));
    },
    kind: "truncated",
    path: CLOUDY,
    says: "it is cut off",
  },
  {
    name: "pixels that cannot be decoded",
    type: "sen12MsCr",
    damage: async (root) => {
      const bytes = await Deno.readFile(`${root}/${CLOUDY}`);
      bytes.fill(0x5a, bytes.length - 2000, bytes.length - 200);
      await Deno.writeFile(`${root}/${CLOUDY}`, bytes);
    },
    kind: "unreadable",
    path: CLOUDY,
    says: "Cannot read raster",
  },
  {
    name: "a file without bytes",
    type: "sen12MsCr",
    damage: text(SAR, ""),
    kind: "empty",
    path: SAR,
    says: "got an empty file",
  },
  {
    name: "an image without data",
    type: "sen12MsCr",
    damage: put(CLOUDY, filled(() => 0)),
    kind: "empty",
    path: CLOUDY,
    says: "it must hold data",
  },
  {
    name: "an image of one value",
    type: "sen12MsCr",
    damage: put(CLOUDY, filled(() => 1000)),
    kind: "empty",
    path: CLOUDY,
    says: "its bands must hold more than one value, got 1000",
  },
  {
    name: "a band of one value",
    type: "sen12MsCr",
    damage: put(CLOUDY, filled((i) => i % 13 === 9 ? 7 : 900 + i % 100)),
    kind: "empty",
    path: CLOUDY,
    says: "B09 must hold more than one value, got 7",
  },
  {
    name: "an image of another size",
    type: "sen12MsCr",
    damage: put(CLOUDY, noiseRaster("small", { ...S2, side: 12 })),
    kind: "size",
    path: CLOUDY,
    says: "16×16 pixels like most files, got 12×12",
  },
  {
    name: "a missing band",
    type: "sen12MsCr",
    damage: put(CLEAR, noiseRaster("twelve", { bands: 12 })),
    kind: "bands",
    path: CLEAR,
    says: "must have 13 bands",
  },
  {
    name: "bands in another order",
    type: "sen12MsCr",
    damage: async (root) => {
      const raster = await readRaster(`${root}/${CLEAR}`);
      const bands = ["B02", "B01", ...raster.bands.slice(2).map((_, i) => `B${`${i + 3}`}`)];
      await write(`${root}/${CLEAR}`, { ...raster, bands });
    },
    kind: "bands",
    path: CLEAR,
    says: "its bands must be B01, B02",
  },
  {
    name: "another pixel type",
    type: "sen12MsCr",
    damage: put(CLEAR, noiseRaster("float", { ...S2, dtype: "float32" })),
    kind: "dtype",
    path: CLEAR,
    says: "must be uint16 or int16, got float32",
  },
  {
    name: "a value that makes no sense",
    type: "sen12MsCr",
    damage: put(CLOUDY, withValue(65535, noiseRaster("hot", S2))),
    kind: "range",
    path: CLOUDY,
    says: "got 1 of 3328 that do not, such as 65535",
  },
  {
    name: "SAR as power, not in dB",
    type: "sen12MsCr",
    damage: put(SAR, noiseRaster("power", { ...S1, low: 0.01, high: 0.4 })),
    kind: "range",
    path: SAR,
    says: "is it in another unit?",
  },
  {
    name: "reflectance in percent, not DN",
    type: "sen2MtcNew",
    damage: put(`${TILE}/cloud/R027_1_1.tif`, noiseRaster("percent", { ...RGBN, low: 1, high: 9 })),
    kind: "range",
    path: `${TILE}/cloud/R027_1_1.tif`,
    says: "is it in another unit?",
  },
  {
    name: "NaN",
    type: "sen12MsCr",
    damage: put(SAR, withValue(NaN, noiseRaster("nan", S1))),
    kind: "nan",
    path: SAR,
    says: "got 1 of 512 that are not",
  },
  {
    name: "an image that lies elsewhere",
    type: "sen12MsCr",
    damage: put(CLOUDY, GEOREFERENCE),
    kind: "georeference",
    path: CLOUDY,
    says: "600010",
  },
  {
    name: "an image in another CRS",
    type: "sen12MsCr",
    damage: put(SAR, OTHER_ZONE),
    kind: "georeference",
    path: SAR,
    says: "EPSG:32632, got EPSG:32633",
  },
  {
    name: "a copy of another split's image",
    type: "sen12MsCr",
    damage: async (root) => {
      const other = sen12Path(root, "s2", ["ROIs1158_spring", 1], 30);
      await Deno.copyFile(other, `${root}/${CLEAR}`);
    },
    kind: "duplicate",
    path: CLEAR,
    says: "ROIs1158_spring_s2_1_p30.tif (split train)",
  },
  {
    name: "a cloudy image that is the clear one",
    type: "folder",
    damage: (root) => Deno.copyFile(`${root}/clear/b.tif`, `${root}/cloudy/b_1.tif`),
    kind: "duplicate",
    path: "cloudy/b_1.tif",
    says: "clear/b.tif",
  },
  {
    name: "a file whose name fits no pattern",
    type: "sen12MsCr",
    damage: text("ROIs1158_spring_s1/s1_106/ROIs1158_spring_s1_106_p9 (1).tif", "x"),
    kind: "name",
    path: "ROIs1158_spring_s1/s1_106/ROIs1158_spring_s1_106_p9 (1).tif",
    says: "must be ROIs1158_spring_s1_106_pNUMBER.tif",
  },
  {
    name: "a folder whose name fits no pattern",
    type: "sen12MsCr",
    damage: (root) => Deno.mkdir(`${root}/ROIs1158_spring_s3`),
    kind: "name",
    path: "ROIs1158_spring_s3",
    says: "_s1, _s2 or _s2_cloudy",
  },
  {
    name: "a fourth frame",
    type: "sen2MtcNew",
    damage: put(`${TILE}/cloud/R027_1_3.tif`, noiseRaster("fourth", RGBN)),
    kind: "name",
    path: `${TILE}/cloud/R027_1_3.tif`,
    says: "NAME_2.tif",
  },
  {
    name: "a frame without its clear image",
    type: "sen2MtcNew",
    damage: put(`${TILE}/cloud/R099_0.tif`, noiseRaster("orphan", RGBN)),
    kind: "missing",
    path: `${TILE}/cloudless/R099.tif`,
    says: "the file must exist, as ",
  },
  {
    name: "a tile that is in two splits",
    type: "sen2MtcNew",
    damage: text("val.txt", "T13RCN T49RDP"),
    kind: "split",
    path: "test.txt",
    says: "T49RDP once in all splits, got it in val",
  },
  {
    name: "a split that lists what is not there",
    type: "sen2MtcNew",
    damage: text("val.txt", "T13RCN T00XXX"),
    kind: "missing",
    path: "Sen2_MTC/T00XXX",
    says: "as val.txt lists it",
  },
  {
    name: "a missing list",
    type: "sen2MtcNew",
    damage: remove("val.txt"),
    kind: "missing",
    path: "val.txt",
    says: "the list of the split",
  },
  {
    name: "a missing near infrared picture",
    type: "cuhkCr",
    damage: remove("nir/test/cloud/2.png"),
    kind: "missing",
    path: "nir/test/cloud/2.png",
    says: "the file must exist, as ",
  },
  {
    name: "roots that do not match",
    type: "cuhkCr",
    damage: async (root) => {
      await Deno.rename(`${root}/nir/test`, `${root}/other`);
      for (const part of ["label", "cloud"]) {
        for (const name of ["x", "y", "z"]) {
          await writePicture(`${root}/nir/test/${part}/${name}.png`, { channels: 1 });
        }
      }
    },
    kind: "mismatch",
    path: "nir/test/label",
    says: "must be as many files",
  },
  {
    name: "a picture that is cut off",
    type: "cuhkCr",
    damage: async (root) => {
      const path = `${root}/rgb/train/label/1.png`;
      await Deno.writeFile(path, (await Deno.readFile(path)).subarray(0, 100));
    },
    kind: "truncated",
    path: "rgb/train/label/1.png",
    says: "it is cut off",
  },
  {
    name: "a picture in grey",
    type: "cuhkCr",
    damage: async (root) => {
      await writePicture(`${root}/rgb/train/label/1.png`, { channels: 1, seed: "grey" });
    },
    kind: "bands",
    path: "rgb/train/label/1.png",
    says: "must have 3 bands",
  },
  {
    name: "a missing mask",
    type: "folder",
    damage: remove("mask/a_1.tif"),
    kind: "missing",
    path: "mask/a",
    says: "got 1",
  },
  {
    name: "a cloudy image of another size than its clear one",
    type: "folder",
    damage: put("cloudy/b_0.tif", noiseRaster("large", { ...TWO, side: 20 })),
    kind: "size",
    path: "cloudy/b_0.tif",
    says: "16×16 pixels, got 20×20",
  },
  {
    name: "SAR bands in another order",
    type: "folder",
    damage: put("sar/b.tif", noiseRaster("order", { ...S1, bands: ["VH", "VV"] })),
    kind: "bands",
    path: "sar/b.tif",
    says: "VH, VV",
  },
  {
    name: "a listed file that is not there",
    type: "index",
    damage: remove("cloudy/b_1.tif"),
    kind: "missing",
    path: "cloudy/b_1.tif",
    says: "as b names it",
  },
  {
    name: "a date that is no day",
    type: "index",
    damage: async (root) => {
      const path = `${root}/index.csv`;
      const content = await Deno.readTextFile(path);
      await Deno.writeTextFile(path, content.replace("2018-05-06", "2018-06-31"));
    },
    kind: "date",
    path: "index.csv",
    says: "got 2018-06-31",
  },
  {
    name: "an id that stands for two rows",
    type: "index",
    damage: async (root) => {
      const path = `${root}/index.csv`;
      const content = await Deno.readTextFile(path);
      await Deno.writeTextFile(path, content.replace("\nb,", "\na,"));
    },
    kind: "name",
    path: "index.csv",
    says: "id a must stand for one row, got lines 1 and 2",
  },
  {
    name: "a target that is in two splits",
    type: "index",
    damage: async (root) => {
      const path = `${root}/index.csv`;
      const content = await Deno.readTextFile(path);
      await Deno.writeTextFile(path, content.replace("clear/b.tif", "clear/a.tif"));
    },
    kind: "split",
    path: "index.csv",
    says: "the target clear/a.tif must be in one split",
  },
  {
    name: "reflectance next to digital numbers",
    type: "folder",
    damage: put("cloudy/a_0.tif", noiseRaster("r", { ...TWO, dtype: "float32", low: 0, high: 1 })),
    kind: "unit",
    path: "cloudy/a_0.tif",
    says: "the unit of its clear image, digital numbers, got reflectance",
  },
  {
    name: "8 bits next to 16",
    type: "folder",
    damage: put("cloudy/a_1.tif", noiseRaster("8", { ...TWO, dtype: "uint8", low: 9, high: 90 })),
    kind: "unit",
    path: "cloudy/a_1.tif",
    says: "got 8 bits",
  },
  {
    name: "offsets that differ",
    type: "folder",
    damage: async (root) => {
      const tagged = (BOA_ADD_OFFSET: string) => ({
        ...noiseRaster(BOA_ADD_OFFSET, TWO),
        tags: { BOA_ADD_OFFSET },
      });
      await put("clear/b.tif", tagged("0"))(root);
      await put("cloudy/b_0.tif", tagged("-1000"))(root);
    },
    kind: "unit",
    path: "cloudy/b_0.tif",
    says: "the offset of its clear image, 0 DN, got -1000 DN",
  },
  {
    name: "a missing band file",
    type: "synthetic",
    damage: remove("there/20180705/B08.tif"),
    kind: "missing",
    path: "there/20180705/B08.tif",
    says: "band B08",
  },
  {
    name: "a date's folder that is none",
    type: "synthetic",
    damage: (root) => Deno.rename(`${root}/here/20180705`, `${root}/here/july`),
    kind: "name",
    path: "here/july",
    says: "named by its date",
  },
];

for (const { name, type, damage, kind, path, says } of DEFECTS) {
  Deno.test(`checkDataset() finds ${name} (${kind}, ${type}), and nothing else`, () =>
    inFolder(async (root) => {
      const { make, list } = KINDS[type];
      await make(root);
      await damage(root);
      const { report: { findings } } = await checkDataset(await list(root));
      const found = findings.map((finding) => [finding.kind, finding.path.slice(root.length + 1)]);
      assertEquals(found, [[kind, path]]);
      assert(findings[0]!.message.includes(says), findings[0]!.message);
    }));
}

Deno.test("the table of defects has every kind of finding", () => {
  const kinds = new Set(DEFECTS.map(({ kind }) => kind));
  assertEquals(Object.keys(FINDINGS).filter((kind) => !kinds.has(kind as Finding["kind"])), []);
});

Deno.test("checkDataset() goes on after a bad file and names all of them", () =>
  inFolder(async (root) => {
    await makeSen12MsCr(root);
    const damaged = new Set([CLEAR, CLOUDY, SAR, file("s2_cloudy", 30)]);
    for (const path of damaged) await Deno.writeTextFile(`${root}/${path}`, "x");
    const { report, sheet } = await checkDataset(await listSen12MsCr({ root }), { rows: 9 });
    const paths = report.findings.map(({ path }) => path.slice(root.length + 1));
    assertEquals(new Set(paths), damaged);
    assertEquals([report.files, paths.length], [18, 4]);
    // Only the four sound samples are on the sheet: 16 pixels and 4 between.
    assertEquals([sheet!.width, sheet!.height], [3 * 16 + 2 * 4, 4 * 16 + 3 * 4]);
  }));

Deno.test("what GDAL and systems put beside images is no finding", () =>
  inFolder(async (root) => {
    await makeSen12MsCr(root);
    const folder = `${root}/${CLEAR}`.replace(/\/[^/]*$/, "");
    for (const name of ["x.tif.aux.xml", "x.tif.ovr", ".DS_Store", "._x.tif", "Thumbs.db"]) {
      await Deno.writeTextFile(`${folder}/${name}`, "x");
    }
    const { findings } = await listSen12MsCr({ root });
    assertEquals(findings, []);
  }));

Deno.test("checkDataset() tells images that are smaller than a tile", () =>
  inFolder(async (root) => {
    await makeCuhkCr(root);
    const listing = await listCuhkCr({ root: `${root}/rgb` });
    // The loader halves 16 pixels to 8.
    const fits = await checkDataset(listing, { tileSize: 8 });
    assertEquals(fits.report.findings, []);
    const { report } = await checkDataset(listing, { tileSize: 9 });
    assertEquals(report.findings.length, 8);
    assert(report.findings[0]!.message.includes("at least 18×18 pixels, got 16×16"));
  }));

Deno.test("checkDataset() reads some samples of each split, evenly spread", () =>
  inFolder(async (root) => {
    await makeSen12MsCr(root);
    const seen: string[] = [];
    const { report } = await checkDataset(await listSen12MsCr({ root }), {
      limit: 1,
      onProgress: (done, total, name) => seen.push(`${done}/${total} ${name}`),
    });
    assertEquals(report.splits.map(({ samples, checked }) => [samples, checked]), [
      ...[[2, 1], [2, 1], [2, 1]],
    ]);
    assertEquals([report.files, seen.length, seen.at(-1)!.slice(0, 3)], [9, 3, "3/3"]);
  }));

Deno.test("the ranges of a report are those of the values", () =>
  inFolder(async (root) => {
    for (const [i, part] of ["clear", "cloudy"].entries()) {
      // 0 in both bands is nodata; the others are 1 … 400 once for each pixel.
      const data = Uint16Array.from({ length: 2 * 401 }, (_, j) => (i + 1) * Math.floor(j / 2));
      const raster = { width: 401, height: 1, bands: ["B04", "B08"], dtype: "uint16" } as const;
      await write(`${root}/${part}/a.tif`, { ...raster, data });
    }
    const { report } = await checkDataset(await listFolderDataset({ root }));
    assertEquals(report.ranges.map(({ role, band }) => `${role} ${band}`), [
      ...["target B04", "target B08", "cloudy B04", "cloudy B08"],
    ]);
    const [clear, , cloudy] = report.ranges;
    assertEquals([clear!.min, clear!.max, clear!.mean, clear!.count], [1, 400, 200.5, 400]);
    assertEquals([cloudy!.min, cloudy!.max, cloudy!.mean], [2, 800, 401]);
    // Percentiles to the nearest value: 0.01 · 399 = 3.99 of 0 … 399.
    assertEquals([clear!.p1, clear!.p99], [5, 396]);
    assertAlmostEquals(report.empty, 1 / 401, 1e-12);
  }));
