/** Transplanted clouds: exact truth, exact masks, and the dates around. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { createRng, InputError } from "../../core/mod.ts";
import { type DatasetConfig, openDataset, type Sample } from "../../datasets/mod.ts";
import { readRaster } from "../../rasters/mod.ts";
import { inFolder, makeSeries, SERIES_DAYS } from "./look_alikes.ts";

const BANDS = ["B02", "B03", "B04", "B08"];
const SIDE = 40;

/** Samples of the look-alike, whole. */
async function samplesOf(
  options: Omit<DatasetConfig, "type" | "root">,
  { length = 3, tileSize = SIDE, count = 3 } = {},
): Promise<readonly Sample[]> {
  let samples: readonly Sample[] = [];
  await inFolder(async (root) => {
    await makeSeries(root);
    const model = { tileSize, length, bands: BANDS };
    const dataset = await openDataset({ type: "transplant", root, ...options }, model);
    samples = await Promise.all(
      Array.from({ length: count }, (_, i) => dataset.sample(i, createRng(1))),
    );
  });
  return samples;
}

Deno.test("a transplant is the clear date, except where the donor's pixels are pasted", async () => {
  const [{ cloudy, target, mask, reference, dates, name }] = await samplesOf({ dilate: 0 }) as [
    Sample,
  ];
  assertEquals([dates, reference], [["2018-03-01", "2018-03-06", "2018-03-16"], 0]);
  assertEquals(name, "2018-03-01, clouds of 2018-03-16");
  await inFolder(async (root) => {
    await makeSeries(root);
    const [clear, , donor] = await Promise.all(
      SERIES_DAYS.map((day) => readRaster(`${root}/place_${day}.tif`)),
    );
    assertEquals(target, Float32Array.from(clear!.data));
    const pixels = SIDE * SIDE;
    for (let i = 0; i < pixels; i++) {
      const from = mask![reference * pixels + i] === 1 ? donor! : clear!;
      for (let b = 0; b < 4; b++) {
        const at = (reference * pixels + i) * 4 + b;
        assertEquals(cloudy[at], from.data[i * 4 + b]);
      }
    }
    // Other dates are as they are, under the detector's masks.
    assertEquals(cloudy.slice(2 * pixels * 4), Float32Array.from(donor!.data));
    const hidden = mask!.slice(2 * pixels);
    assertEquals(mask!.slice(0, pixels), hidden);
    assertEquals(mask!.slice(pixels, 2 * pixels).includes(1), false);
    assert(hidden[0] === 1 && hidden[SIDE - 1] === 0);
  });
});

Deno.test("the pasted clouds grow by `dilate` pixels, the other masks do not", async () => {
  const width = ({ mask, reference }: Sample, l = reference) =>
    mask!.subarray((l * SIDE + 20) * SIDE, (l * SIDE + 21) * SIDE).reduce(
      (sum, one) => sum + one,
      0,
    );
  const [tight] = await samplesOf({ dilate: 0 }, { count: 1 });
  const [grown] = await samplesOf({ dilate: 5 }, { count: 1 });
  assertEquals(width(grown!), width(tight!) + 5);
  assertEquals(width(grown!, 2), width(tight!, 2));
});

Deno.test("frames are the nearest dates that show enough ground, then the others", async () => {
  const shown = async (options: Omit<DatasetConfig, "type" | "root">, length: number) =>
    (await samplesOf(options, { length })).map(({ dates, reference }) => [
      dates![reference],
      ...dates!.filter((_, l) => l !== reference).map((day) => SERIES_DAYS.indexOf(day)),
    ]);
  // Half of the third date is clear: enough by default, not here.
  assertEquals(await shown({}, 2), [["2018-03-01", 1], ["2018-03-06", 0], ["2018-03-21", 2]]);
  assertEquals(await shown({ usable: 0.9 }, 2), [
    ["2018-03-01", 1],
    ["2018-03-06", 0],
    ["2018-03-21", 1],
  ]);
  const rest = [0, 1, 2, 3, 4];
  assertEquals(
    await shown({}, 5),
    [0, 1, 3].map((own) => [SERIES_DAYS[own], ...rest.filter((l) => l !== own)]),
  );
});

Deno.test("references and donors take turns, and days can be named", async () => {
  const named = { references: ["2018-03-06", "2018-03-01"], donors: ["2018-03-16", "2018-04-10"] };
  const names = (await samplesOf(named, { count: 4 })).map(({ name }) => name);
  assertEquals(names, [
    "2018-03-06, clouds of 2018-03-16",
    "2018-03-01, clouds of 2018-04-10",
    "2018-03-06, clouds of 2018-04-10",
    "2018-03-01, clouds of 2018-03-16",
  ]);
});

Deno.test("small tiles show clouds in the reference, wherever they lie in the donor", async () => {
  const samples = await samplesOf({ dilate: 0 }, { tileSize: 8, count: 9 });
  for (const { mask, reference } of samples) {
    assert(mask!.subarray(reference * 64, (reference + 1) * 64).includes(1));
  }
  assert(new Set(samples.map(({ cloudy }) => cloudy.join())).size === 9);
});

Deno.test("a folder a place, and donors of another folder", async () => {
  await inFolder(async (root) => {
    for (const place of ["here", "there"]) await makeSeries(`${root}/${place}`);
    const model = { tileSize: SIDE, length: 2, bands: BANDS };
    const dataset = await openDataset(
      { type: "transplant", root, donorRoot: `${root}/there`, dilate: 0 },
      model,
    );
    assertEquals(dataset.size, 6);
    const last = await dataset.sample(5, createRng(1));
    assertEquals(last.name, "there, 2018-03-21, clouds of 2018-03-16");
  });
});

Deno.test("transplants refuse series that cannot give them, and say what was found", async () => {
  const refused = async (options: Omit<DatasetConfig, "type" | "root">, length = 2) =>
    (await assertRejects(() => samplesOf(options, { length }), InputError)).message;
  const has = (message: string, part: string) => assert(message.includes(part), message);
  has(await refused({ donorCover: [0.7, 0.8] }), "2018-03-16: 50.0 %");
  has(await refused({ references: ["2018-03-02"] }), "must have a date of 2018-03-02");
  has(await refused({ donors: ["2018-03-16"], references: ["2018-03-16"] }), "no reference");
  has(await refused({}, 6), "must have 6 dates");
  has(await refused({ bands: ["B02"] }), "must have 1 bands, got 4");
  await inFolder(async (root) => {
    const model = { tileSize: 8, length: 2, bands: BANDS };
    const error = await assertRejects(
      () => openDataset({ type: "transplant", root }, model),
      InputError,
    );
    has(error.message, "GeoTIFFs with a day in their names");
  });
});
