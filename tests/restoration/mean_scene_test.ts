/** Models whose mean is made of all dates, from files to files. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Raster } from "../../core/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import type { ModelConfig } from "../../model/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import {
  compositeScene,
  joinShards,
  PROVENANCE,
  restoreEvery,
  restoreScene,
  type RestoreSceneOptions,
  restoreSeries,
  selfCheck,
} from "../../restoration/mod.ts";
import { disposeModel, livelyModel, MONO } from "../model/small.ts";
import { slowTest } from "../slow.ts";
import { BANDS, DAYS, kind, KINDS, pixels, season } from "./season.ts";
import { inFolder } from "./tiny.ts";

await useEngine("cpu");

const MODEL: ModelConfig = {
  ...MONO,
  bands: BANDS.map((name) => ({ name, unit: "DN" })),
  length: 3,
  steps: 1,
  mean: { type: "composite" },
  condition: { order: ["cloudy", "mean", "evidence", "misfit"] },
};

/** Part of a raster. */
function cut(
  { width, bands: { length: depth }, data }: Raster,
  [x, y, w, h]: readonly [number, number, number, number],
): readonly number[] {
  return Array.from({ length: w * h * depth }, (_, i) => {
    const [row, column] = [y + Math.floor(i / depth / w), x + Math.floor(i / depth) % w];
    return data[(row * width + column) * depth + i % depth]!;
  });
}

slowTest(
  "a scene with a mean of all dates is the same whole, in shards, in windows and in batches",
  async () => {
    const model = livelyModel(MODEL);
    await inFolder(async (folder) => {
      const { inputs } = await season(folder);
      const common: Omit<RestoreSceneOptions, "write"> = {
        inputs,
        reference: "2018-07-05",
        mask: { source: `${folder}/{date}.mask.tif` },
      };
      const whole = `${folder}/whole.tif`;
      const { report } = await restoreScene(model, { ...common, write: { output: whole } });
      assert(report.tiles.restored > 0 && report.tiles.restored < report.tiles.total);
      const shards = [1, 2, 3].map((index) => `${folder}/part.${index}.tif`);
      for (const [i, output] of shards.entries()) {
        await restoreScene(model, {
          ...common,
          shard: { index: i + 1, count: 3 },
          tiles: { batch: i + 1 },
          write: { output },
        });
      }
      await joinShards(shards, `${folder}/joined.tif`);
      const window = { column: 120, row: 201, width: 150, height: 60 };
      await restoreScene(model, { ...common, window, write: { output: `${folder}/window.tif` } });
      for (const name of KINDS) {
        const all = await pixels(kind(whole, name));
        assertEquals((await pixels(kind(`${folder}/joined.tif`, name))).data, all.data, name);
        const part = await pixels(kind(`${folder}/window.tif`, name));
        assertEquals(Array.from(part.data), cut(all, [120, 201, 150, 60]), name);
      }
    });
    disposeModel(model);
  },
);

/** A small scene. */
const SMALL = { width: 48, height: 40 };

Deno.test("restoreScene() with a mean of all dates says what each pixel rests on, as composites do", async () => {
  const model = livelyModel(MODEL);
  await inFolder(async (folder) => {
    // Two dates, whose clouds overlap.
    const { inputs, dates, clouds } = await season(folder, SMALL, DAYS.slice(1, 3));
    const common = {
      inputs,
      reference: 1,
      mask: { source: `${folder}/{date}.mask.tif`, dilate: 0, feather: 0 },
    };
    const output = `${folder}/clear.tif`;
    const lines: string[] = [];
    const result = await restoreScene(model, {
      ...common,
      write: { output },
      log: (line) => lines.push(line),
    });
    assertEquals([result.support, result.days], [kind(output, ".support"), kind(output, ".days")]);
    const [image, origin, support, days] = await Promise.all(
      KINDS.map((name) => pixels(kind(output, name))),
    );
    for (const [p, cloud] of clouds[1]!.entries()) {
      const own = [origin!.data[p], support!.data[p], days!.data[p]];
      if (cloud === 0) {
        const at = p * BANDS.length;
        assertEquals(
          image!.data.subarray(at, at + BANDS.length),
          dates[1]!.data.subarray(at, at + BANDS.length),
        );
        assertEquals(own, [PROVENANCE.observed, 100, 0]);
      } else if (own[0] === PROVENANCE.otherDate) assert(own[1]! > 0 && own[2] === 60, own.join());
      else assertEquals(own, [PROVENANCE.reconstructed, 0, -1]);
    }
    const { otherDate, reconstructed } = result.report.pixels!;
    assert(otherDate > 0 && reconstructed > 0, JSON.stringify(result.report.pixels));
    assertStringIncludes(result.tags.EMRDM_MEAN!, "composite from 2018-05-06 (error");
    assert(lines.some((line) => line.startsWith("mean of 2018-07-05: composite from")), `${lines}`);
    const memory = await restoreSeries(model, dates, {
      reference: 1,
      masks: clouds,
      days: DAYS.slice(1, 3).map((day) => Date.parse(day) / 86_400_000),
    });
    for (const [p, cloud] of clouds[1]!.entries()) {
      if (cloud === 0) continue;
      const at = p * BANDS.length;
      assertEquals(
        image!.data.subarray(at, at + BANDS.length),
        memory.data.subarray(at, at + BANDS.length),
      );
    }
  });
  disposeModel(model);
});

Deno.test("a model whose mean is made of all dates takes the product's masks or the detector's", async () => {
  const model = livelyModel(MODEL);
  await inFolder(async (folder) => {
    const { inputs } = await season(folder, { width: 40, height: 36 });
    const { tags, provenance } = await restoreScene(model, {
      inputs,
      write: { output: `${folder}/clear.tif` },
    });
    assertStringIncludes(tags.EMRDM_MASK!, "auto dilate 8 feather 6");
    assert(provenance !== undefined);
    // Any number of dates, whatever the model was trained with.
    assertEquals(tags.EMRDM_DATES, DAYS.join());
  });
  disposeModel(model);
});

slowTest(
  "restoreScene() takes the composite where it is better on hidden ground, and says so",
  async () => {
    // Random weights lose against any composite.
    const model = livelyModel(MODEL);
    await inFolder(async (folder) => {
      const { inputs } = await season(folder, SMALL);
      const common = {
        inputs,
        reference: 2,
        mask: { source: `${folder}/{date}.mask.tif`, dilate: 4, feather: 2 },
        selfCheck: { runs: 2 },
      };
      const lines: string[] = [];
      const output = `${folder}/chosen.tif`;
      const chosen = await restoreScene(model, {
        ...common,
        choose: true,
        write: { output },
        log: (line) => lines.push(line),
      });
      assertEquals(chosen.choice?.method, "composite");
      assertStringIncludes(chosen.tags.EMRDM_CHOSEN!, "composite: ");
      assert(
        lines.some((line) => line.includes("takes the composite of the dates rather than small")),
      );
      const composite = `${folder}/composite.tif`;
      await compositeScene({ ...common, write: { output: composite } });
      for (const name of KINDS) {
        assertEquals(
          (await pixels(kind(output, name))).data,
          (await pixels(kind(composite, name))).data,
          name,
        );
      }
      const part = await restoreScene(model, {
        ...common,
        choose: true,
        window: { column: 10, row: 12, width: 30, height: 20 },
        write: { output: `${folder}/window.tif` },
      });
      assertEquals(part.choice, chosen.choice);
      assertEquals(
        Array.from((await pixels(`${folder}/window.tif`)).data),
        cut(await pixels(output), [10, 12, 30, 20]),
      );
    });
    disposeModel(model);
  },
);

Deno.test("selfCheck() of a mean of all dates scores its composite, and needs every mask", async () => {
  const model = livelyModel(MODEL);
  await inFolder(async (folder) => {
    const { dates, clouds } = await season(folder, { width: 40, height: 36 }, DAYS.slice(1));
    const days = DAYS.slice(1).map((day) => Date.parse(day) / 86_400_000);
    const options = { reference: 1, days, check: { runs: 2 } };
    const { scores, better, pixels } = await selfCheck(model, dates, {
      ...options,
      mask: { values: clouds, keepClear: true, dilate: 2, feather: 1 },
    });
    assert(pixels > 0);
    // The weights are random, the mean is not.
    assert(scores.restored!.rmse > scores.composite!.rmse && scores.composite!.rmse > 0);
    assertEquals(better, "composite");
    await assertRejects(
      () => selfCheck(model, dates, { ...options, mask: { values: clouds[1]! } }),
      TypeError,
      "which needs a mask and a day, if any, of each of 3 dates, got 1 and 3",
    );
  });
  disposeModel(model);
});

Deno.test("a scene too cloudy to check is restored by the model, which is said", async () => {
  const model = livelyModel(MODEL);
  await inFolder(async (folder) => {
    const { inputs, dates } = await season(folder, { width: 20, height: 18 }, DAYS.slice(1, 3));
    const mask = `${folder}/all.tif`;
    const { bands: _, ...grid } = dates[1]!;
    await writeCog(mask, {
      ...grid,
      bands: ["1"],
      dtype: "uint8",
      data: new Uint8Array(20 * 18).fill(1),
      nodata: undefined,
    });
    const lines: string[] = [];
    const { choice, selfCheck, tags } = await restoreScene(model, {
      inputs,
      mask: { source: ["0=" + `${folder}/${DAYS[1]}.mask.tif`, "1=" + mask] },
      choose: true,
      write: { output: `${folder}/clear.tif` },
      log: (line) => lines.push(line),
    });
    assertEquals([choice?.method, selfCheck], ["restored", undefined]);
    assertStringIncludes(tags.EMRDM_CHOSEN!, "restored: too little of the scene is clear to check");
    assert(lines.some((line) => line.startsWith("warning: Cannot check")));
  });
  disposeModel(model);
});

Deno.test("restoreEvery() surveys the dates once for all, and restores each as alone", async () => {
  const model = livelyModel(MODEL);
  await inFolder(async (folder) => {
    const { inputs } = await season(folder, { width: 24, height: 20 }, DAYS.slice(1));
    const common = {
      inputs,
      mask: { source: `${folder}/{date}.mask.tif`, dilate: 2, feather: 1 },
    };
    let blocks = 0;
    const { images } = await restoreEvery(model, {
      ...common,
      write: { output: `${folder}/all_{date}.tif` },
      onProgress: ({ stage }) => blocks += stage === "mean" ? 1 : 0,
    });
    assertEquals([images.length, blocks], [3, 1]);
    for (const [i, day] of DAYS.slice(1).entries()) {
      const output = `${folder}/one_${day}.tif`;
      await restoreScene(model, { ...common, reference: i, write: { output } });
      for (const name of KINDS) {
        assertEquals(
          (await pixels(kind(`${folder}/all_${day}.tif`, name))).data,
          (await pixels(kind(output, name))).data,
        );
      }
    }
  });
  disposeModel(model);
});
