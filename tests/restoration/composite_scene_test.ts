/** Composites from files to files: what is kept, what rests on what, and that no cut shows. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Raster } from "../../core/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import {
  compositeScene,
  type CompositeSceneOptions,
  joinShards,
  PROVENANCE,
} from "../../restoration/mod.ts";
import { BANDS, DAYS, kind, KINDS, pixels, season, SIZE } from "./season.ts";
import { inFolder } from "./tiny.ts";

/** Part of a raster. */
function cut(
  { width, bands, data }: Raster,
  [x, y, w, h]: readonly [number, number, number, number],
) {
  const depth = bands.length;
  return Array.from(
    { length: w * h * depth },
    (_, i) =>
      data[
        ((y + Math.floor(i / depth / w)) * width + x + Math.floor(i / depth) % w) * depth +
        i % depth
      ]!,
  );
}

for (const method of ["composite", "geomedian"] as const) {
  Deno.test(`compositeScene() by ${method}: a window and joined shards have the pixels of the whole`, async () => {
    await inFolder(async (folder) => {
      const { inputs } = await season(folder);
      const common: Omit<CompositeSceneOptions, "write"> = {
        inputs,
        method,
        reference: "2018-07-05",
        mask: { source: `${folder}/{date}.mask.tif` },
      };
      const whole = `${folder}/whole.tif`;
      await compositeScene({ ...common, write: { output: whole } });
      const shards = [1, 2, 3].map((index) => `${folder}/part.${index}.tif`);
      for (const [i, output] of shards.entries()) {
        await compositeScene({ ...common, shard: { index: i + 1, count: 3 }, write: { output } });
      }
      await joinShards(shards, `${folder}/joined.tif`);
      const window = { column: 120, row: 201, width: 150, height: 60 };
      await compositeScene({ ...common, window, write: { output: `${folder}/window.tif` } });
      for (const name of KINDS) {
        const all = await pixels(kind(whole, name));
        assertEquals((await pixels(kind(`${folder}/joined.tif`, name))).data, all.data, name);
        const part = await pixels(kind(`${folder}/window.tif`, name));
        assertEquals(Array.from(part.data), cut(all, [120, 201, 150, 60]), name);
      }
    });
  });
}

Deno.test("compositeScene() keeps clear pixels bit for bit, and says what the others rest on", async () => {
  await inFolder(async (folder) => {
    const { inputs, dates, clouds } = await season(folder);
    const output = `${folder}/clear.tif`;
    const { images: [image], dates: days } = await compositeScene({
      inputs,
      reference: "2018-07-05",
      method: "linear",
      mask: { source: `${folder}/{date}.mask.tif`, dilate: 0, feather: 0 },
      write: { output },
    });
    assertEquals(days, DAYS);
    const [composed, origin, support, gaps] = await Promise.all(
      KINDS.map((name) => pixels(kind(output, name))),
    );
    const [before, own, after] = [1, 2, 3].map((l) => dates[l]!.data);
    const share = (Date.parse(DAYS[2]!) - Date.parse(DAYS[1]!)) /
      (Date.parse(DAYS[3]!) - Date.parse(DAYS[1]!));
    for (let p = 0; p < SIZE.width * SIZE.height; p++) {
      const clear = [0, 1, 2, 3].filter((l) => clouds[l]![p] === 0);
      const at = p * 4;
      if (clear.includes(2)) {
        assertEquals(composed!.data.subarray(at, at + 4), own!.subarray(at, at + 4));
        assertEquals([origin!.data[p], support!.data[p], gaps!.data[p]], [
          PROVENANCE.observed,
          100,
          0,
        ]);
        continue;
      }
      assertEquals(
        origin!.data[p],
        clear.length > 0 ? PROVENANCE.otherDate : PROVENANCE.reconstructed,
      );
      if (!clear.includes(1) || !clear.includes(3)) continue;
      assertEquals(gaps!.data[p], 15);
      for (let b = at; b < at + 4; b++) {
        const expected = before![b]! + (after![b]! - before![b]!) * share;
        // Half a digital number of rounding, and float32 reflectance.
        assert(
          Math.abs(composed!.data[b]! - expected) <= 0.501,
          `${composed!.data[b]} ${expected}`,
        );
      }
    }
    assertEquals(image!.tags.EMRDM_METHOD, "linear");
    assertEquals(image!.tags.EMRDM_REFERENCE, "2018-07-05");
    assertEquals(image!.tags.EMRDM_DATES, "2018-03-07,2018-05-06,2018-07-20");
    const { observed, otherDate, reconstructed, noData } = image!.report.pixels!;
    assertEquals(observed + otherDate + reconstructed + noData, SIZE.width * SIZE.height);
  });
});

Deno.test("compositeScene() of all dates in one pass writes what each alone writes", async () => {
  await inFolder(async (folder) => {
    const size = { width: 90, height: 70 };
    const { inputs } = await season(folder, size);
    const common = { inputs, mask: { source: `${folder}/{date}.mask.tif` } };
    const { images } = await compositeScene({
      ...common,
      reference: "all",
      write: { output: `${folder}/all_{date}.tif` },
    });
    assertEquals(images.map(({ reference }) => reference), [0, 1, 2, 3]);
    for (const day of DAYS) {
      await compositeScene({
        ...common,
        reference: day,
        write: { output: `${folder}/one_${day}.tif` },
      });
      for (const name of KINDS) {
        assertEquals(
          (await pixels(kind(`${folder}/all_${day}.tif`, name))).data,
          (await pixels(kind(`${folder}/one_${day}.tif`, name))).data,
          `${day}${name}`,
        );
      }
    }
  });
});

Deno.test("compositeScene() has the same pixels with any number of threads", async () => {
  await inFolder(async (folder) => {
    // Two cells of each of four images: with fewer, no thread is started.
    const { inputs } = await season(folder, { width: 530, height: 40 });
    for (const threads of [0, 2]) {
      await compositeScene({
        inputs,
        mask: { source: `${folder}/{date}.mask.tif` },
        reference: "all",
        threads,
        write: { output: `${folder}/${threads}_{date}.tif` },
      });
    }
    for (const day of DAYS) {
      for (const name of [...KINDS, ".uncertainty"]) {
        const [alone, together] = await Promise.all(
          [0, 2].map((threads) => pixels(kind(`${folder}/${threads}_${day}.tif`, name))),
        );
        assertEquals(alone!.data, together!.data, `${day}${name}`);
      }
    }
  });
});

Deno.test("compositeScene() of a period needs no reference, and takes only its dates", async () => {
  await inFolder(async (folder) => {
    const size = { width: 40, height: 30 };
    const { inputs, dates, clouds } = await season(folder, size);
    const output = `${folder}/may.tif`;
    const { images: [image], dates: days } = await compositeScene({
      inputs,
      from: "2018-05-01",
      to: "2018-07-31",
      method: "medoid",
      mask: { source: `${folder}/{date}.mask.tif`, dilate: 0, feather: 0 },
      write: { output },
    });
    assertEquals(days, DAYS.slice(1));
    assertEquals(image!.reference, undefined);
    assertEquals(image!.tags.EMRDM_PERIOD, "2018-05-01/2018-07-31");
    const { data } = await pixels(output);
    const origin = await pixels(kind(output, ".provenance"));
    for (let p = 0; p < size.width * size.height; p++) {
      const clear = [1, 2, 3].filter((l) => clouds[l]![p] === 0);
      if (clear.length === 0) continue;
      assertEquals(origin.data[p], PROVENANCE.otherDate);
      const spectrum = data.subarray(p * 4, p * 4 + 4).join();
      assert(
        clear.some((l) => dates[l]!.data.subarray(p * 4, p * 4 + 4).join() === spectrum),
        `the medoid must be an observation, got ${spectrum}`,
      );
    }
  });
});

Deno.test("compositeScene() leaves nodata of the depicted date, and fills it in a period", async () => {
  await inFolder(async (folder) => {
    const size = { width: 20, height: 20 };
    const { inputs, dates } = await season(folder, size);
    const last = dates[3]!;
    const data = Uint16Array.from(last.data, (value, i) => i < 4 * 20 ? 0 : value);
    await writeCog(inputs[3]!.path, { ...last, data }, { overwrite: true });
    const common = { inputs, mask: { source: `${folder}/{date}.mask.tif` } };
    await compositeScene({ ...common, method: "mean", write: { output: `${folder}/date.tif` } });
    await compositeScene({
      ...common,
      reference: "none",
      write: { output: `${folder}/period.tif` },
    });
    assert((await pixels(`${folder}/date.tif`)).data.subarray(0, 80).every((value) => value === 0));
    const support = await pixels(`${folder}/date.support.tif`);
    assert(support.data.subarray(0, 20).every((value) => value === 255));
    assert((await pixels(`${folder}/period.tif`)).data.subarray(0, 80).every((value) => value > 0));
  });
});

/** Options that fail, and what the error says. */
const WRONG: Readonly<
  Record<string, { readonly options: Partial<CompositeSceneOptions>; readonly says: string }>
> = {
  "all dates without {date} in the name": {
    options: { reference: "all" },
    says: "must have {date} or {name} in it, as clear_{date}.tif",
  },
  "a period of no date": {
    options: { from: "2019-01-01" },
    says: "there must be at least one, got 2018-03-07",
  },
  "a period that ends before it starts": {
    options: { from: "2018-06-01", to: "2018-05-01" },
    says: "the first day must not be after the last",
  },
  "a reference outside of the period": {
    options: { from: "2018-05-01", reference: "2018-03-07" },
    says: "none of the inputs has this date or path",
  },
  "an interpolation without a date": {
    options: { reference: "none", method: "linear" },
    says: "it must depict one date",
  },
  "a mask of a date that is not there": {
    options: { mask: { source: ["2018-04-01=x.tif"] } },
    says: "there must be one input of the date 2018-04-01, got none; the dates are 2018-03-07",
  },
  "too few masks": {
    options: { mask: { source: ["a.tif", "b.tif"] } },
    says: "there must be one mask for each of 4 inputs, in their order, got 2; or name their dates",
  },
  "masks of which some have a date": {
    options: { mask: { source: ["2018-03-07=a.tif", "b.tif"] } },
    says: "all masks must say their date (DATE=FILE) or none, got b.tif without one",
  },
  "two masks for one date": {
    options: { mask: { source: ["2018-03-07=detector", "0=detector"] } },
    says: "there must be one mask for 0, got two",
  },
  "a pattern without a file for a date": {
    options: { mask: { source: "nowhere/{date}.tif" } },
    says: "there must be a file for every date, got no nowhere/2018-03-07.tif",
  },
};

for (const [what, { options, says }] of Object.entries(WRONG)) {
  Deno.test(`compositeScene() refuses ${what}, and says what to do`, async () => {
    await inFolder(async (folder) => {
      const { inputs } = await season(folder, { width: 12, height: 10 });
      const error = await assertRejects(
        () => compositeScene({ inputs, write: { output: `${folder}/out.tif` }, ...options }),
        Error,
      );
      assertStringIncludes(error.message, says);
      assertEquals([...Deno.readDirSync(folder)].filter(({ name }) => /^out/.test(name)), []);
    });
  });
}

Deno.test("masks of the dates are taken by pattern, in the order of the inputs, or by date", async () => {
  await inFolder(async (folder) => {
    const size = { width: 24, height: 20 };
    const { inputs } = await season(folder, size);
    const mask = (l: number) => `${folder}/${DAYS[l]}.mask.tif`;
    // Without hyphens, as in the names of products.
    for (const [l, day] of DAYS.entries()) {
      await Deno.copyFile(mask(l), `${folder}/clouds_${day.replaceAll("-", "")}.tif`);
    }
    const backwards = inputs.toReversed();
    const results: string[] = [];
    const sources = [
      `${folder}/{date}.mask.tif`,
      `${folder}/clouds_{date}.tif`,
      [mask(3), mask(2), mask(1), mask(0)],
      DAYS.map((day, l) => `${day}=${mask(l)}`),
      [0, 1, 2, 3].map((input) => `${input}=${mask(3 - input)}`),
    ];
    for (const [i, source] of sources.entries()) {
      const output = `${folder}/out${i}.tif`;
      await compositeScene({
        inputs: backwards,
        method: "mean",
        mask: { source, values: [1] },
        write: { output },
      });
      results.push((await pixels(output)).data.join());
    }
    assertEquals(new Set(results).size, 1);
  });
});

Deno.test("a mask on another grid is an error with the command that aligns it", async () => {
  await inFolder(async (folder) => {
    const { inputs } = await season(folder, { width: 24, height: 20 });
    await writeCog(`${folder}/odd.tif`, {
      width: 7,
      height: 9,
      transform: [500000, 10, 0, 5200000, 0, -10],
      bands: ["1"],
      dtype: "uint8",
      data: new Uint8Array(63),
    });
    const error = await assertRejects(
      () =>
        compositeScene({
          inputs,
          mask: { source: ["2018-03-07=" + `${folder}/odd.tif`] },
          write: { output: `${folder}/out.tif` },
        }),
      Error,
    );
    assertStringIncludes(
      error.message,
      "it must cover the whole scene, 24×20 pixels, got only columns 0 to 6 and rows 0 to 8; extend it ",
    );
  });
});

Deno.test("bands that not every date has are left out, with a warning", async () => {
  await inFolder(async (folder) => {
    const size = { width: 12, height: 10 };
    const { inputs, dates } = await season(folder, size);
    const three = BANDS.slice(0, 3);
    const data = Uint16Array.from(
      { length: 12 * 10 * 3 },
      (_, i) => dates[0]!.data[Math.floor(i / 3) * 4 + i % 3]!,
    );
    await writeCog(inputs[0]!.path, { ...dates[0]!, bands: three, data }, { overwrite: true });
    const lines: string[] = [];
    await compositeScene({
      inputs,
      mask: { source: `${folder}/{date}.mask.tif` },
      write: { output: `${folder}/out.tif` },
      log: (line) => lines.push(line),
    });
    assertEquals((await pixels(`${folder}/out.tif`)).bands, three);
    assert(lines.some((line) => line.includes("left out B08")), lines.join("\n"));
  });
});
