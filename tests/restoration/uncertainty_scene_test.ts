import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { InputError, OutputError } from "../../core/mod.ts";
import { readRaster, writeCog } from "../../rasters/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import {
  estimateScene,
  joinShards,
  restoreManifest,
  restoreSamples,
  restoreScene,
  type RestoreSceneOptions,
  samplingOf,
  selfCheckScene,
  uncertaintyPath,
} from "../../restoration/mod.ts";
import { cloudyDates, inFolder, tinyModel } from "./tiny.ts";
import { slowTest } from "../slow.ts";

await useEngine("cpu");

const model = tinyModel();
const SIZE = { width: 40, height: 52 };
const TRANSFORM = [600000, 10, 0, 5000000, 0, -10] as const;

/** Two dates in a folder; options that restore the second and keep what a mask calls clear. */
async function scene(folder: string): Promise<RestoreSceneOptions> {
  const frames = cloudyDates(SIZE, 2);
  const inputs = frames.map((_, l) => ({ path: `${folder}/s_2018-0${l + 1}-07.tif` }));
  for (const [l, frame] of frames.entries()) {
    const data = frame.data.slice();
    // A corner without data, in the reference.
    if (l === 1) data.fill(0, 0, 12);
    const tags = { EMRDM_UNCERTAINTY: "of an earlier run", PLACE: "here" };
    await writeCog(inputs[l]!.path, { ...frame, data, tags, transform: TRANSFORM }, {
      scales: [1e-4, 1e-4, 1e-4, 1e-4],
      offsets: [0, 0, 0, 0],
    });
  }
  const mask = `${folder}/mask.tif`;
  const cloudy = Uint8Array.from(
    { length: SIZE.width * SIZE.height },
    (_, i) => i % SIZE.width < 14 ? 1 : 0,
  );
  await writeCog(mask, {
    ...SIZE,
    bands: ["mask"],
    dtype: "uint8",
    data: cloudy,
    transform: TRANSFORM,
  });
  return {
    inputs,
    write: { output: `${folder}/out.tif` },
    mask: { source: mask, dilate: 3, feather: 2 },
    tiles: { batch: 1 },
  };
}

Deno.test("restoreScene() writes the deviation of samples on the image's grid, 0 where it keeps", () =>
  inFolder(async (folder) => {
    const options = await scene(folder);
    const { uncertainty, provenance, tags } = await restoreScene(model, {
      ...options,
      ensemble: { samples: 3 },
    });
    assertEquals(uncertainty, `${folder}/out.uncertainty.tif`);
    const [image, spread, origins] = await Promise.all(
      [options.write.output, uncertainty!, provenance!].map((path) => readRaster(path)),
    );
    const { data: _a, dtype: _b, nodata: _c, tags: own, ...place } = image!;
    const { data, dtype, nodata, tags: theirs, ...there } = spread!;
    assertEquals(there, place);
    assertEquals([dtype, Number.isNaN(nodata)], ["float32", true]);
    assertEquals(own?.EMRDM_UNCERTAINTY, undefined);
    assert(theirs?.EMRDM_UNCERTAINTY?.startsWith("standard deviation"));
    const { ensemble: { seeds } } = samplingOf(model, { ensemble: { samples: 3 } });
    assertEquals([tags.EMRDM_SAMPLES, tags.EMRDM_SAMPLE_SEEDS], ["3", seeds.join(",")]);
    assertEquals([own?.PLACE, theirs?.PLACE], ["here", "here"]);
    let restored = 0;
    for (const [pixel, origin] of origins!.data.entries()) {
      for (const value of data.subarray(pixel * 4, pixel * 4 + 4)) {
        if (origin === 0) assert(Number.isNaN(value));
        else if (origin === 1) assertEquals(value, 0);
        else restored += value > 0 ? 1 : 0;
      }
    }
    assertEquals(origins!.data.subarray(0, 3), new Uint8Array(3));
    assert(restored > 14 * 52 * 3);
  }));

slowTest(
  "without a mask the deviation is that of restoreSamples()",
  () =>
    inFolder(async (folder) => {
      const { mask: _, ...options } = await scene(folder);
      await restoreScene(model, { ...options, ensemble: { samples: 2 }, seed: 3 });
      const frames = await Promise.all(options.inputs.map(({ path }) => readRaster(path)));
      const { mean, deviation } = await restoreSamples(model, frames, {
        ensemble: { samples: 2 },
        seed: 3,
        tiles: { batch: 1 },
      });
      assertEquals((await readRaster(options.write.output)).data, mean.data);
      const { data } = await readRaster(uncertaintyPath(options.write.output));
      for (const [i, value] of deviation.data.entries()) {
        // The scene's numbers are scaled by 1e-4 and back in float64.
        if (Number.isNaN(value)) assert(Number.isNaN(data[i]!));
        else assertAlmostEquals(data[i]!, value, 1e-5 * Math.max(1, value));
      }
    }),
);

for (const blend of ["end", "steps"] as const) {
  slowTest(
    `shards joined have mean and deviation of the whole bit for bit, blending at ${blend}`,
    () =>
      inFolder(async (folder) => {
        const given = await scene(folder);
        const options: RestoreSceneOptions = {
          ...given,
          ensemble: { samples: 2 },
          tiles: { ...given.tiles, blend },
        };
        await restoreScene(model, options);
        const paths: string[] = [];
        for (const index of [1, 2, 3]) {
          const output = `${folder}/${index}of3.tif`;
          paths.push(output);
          await restoreScene(model, { ...options, write: { output }, shard: { index, count: 3 } });
        }
        const joined = `${folder}/joined.tif`;
        assertEquals(await joinShards(paths, joined), [
          joined,
          `${folder}/joined.provenance.tif`,
          `${folder}/joined.uncertainty.tif`,
        ]);
        for (const outputOf of [(path: string) => path, uncertaintyPath]) {
          const [whole, parts] = [
            await readRaster(outputOf(options.write.output)),
            await readRaster(outputOf(joined)),
          ];
          assertEquals(parts.data, whole.data);
          assertEquals(parts.tags, whole.tags);
        }
        await Deno.remove(uncertaintyPath(paths[1]!));
        const error = await assertRejects(
          () => joinShards(paths, `${folder}/other.tif`),
          InputError,
          "all shards must have an uncertainty raster or none",
        );
        assert(error.message.includes("2of3.uncertainty.tif"));
      }),
  );
}

Deno.test("nothing is replaced unasked, nothing is left by a stop, and a manifest makes what is missing", () =>
  inFolder(async (folder) => {
    const options: RestoreSceneOptions = { ...await scene(folder), ensemble: { samples: 2 } };
    const names = () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    const before = names();
    for (const selfCheck of [false, true]) {
      const stop = new AbortController();
      await assertRejects(
        () =>
          restoreScene(model, {
            ...options,
            selfCheck,
            signal: stop.signal,
            onProgress: () => stop.abort(new Error("enough")),
          }),
        Error,
        "enough",
      );
      assertEquals(names(), before);
    }
    const there = uncertaintyPath(options.write.output);
    await Deno.writeTextFile(there, "somebody's");
    await assertRejects(() => restoreScene(model, options), OutputError, "out.uncertainty.tif");
    assertEquals(await Deno.readTextFile(there), "somebody's");
    await Deno.remove(there);
    assertEquals(names(), before);

    const { inputs, write: { output }, mask, ensemble, tiles } = options;
    const { source, ...grow } = mask!;
    const one = [{ inputs, output, mask: source }];
    const settings = { ensemble, tiles, mask: grow };
    const run = async () => (await restoreManifest(model, one, settings))[0]!.status;
    assertEquals(await run(), "restored");
    const bytes = await Deno.readFile(there);
    assertEquals(await run(), "complete");
    await Deno.remove(there);
    assertEquals(await run(), "restored");
    assertEquals(await Deno.readFile(there), bytes);
  }));

slowTest(
  "a self-check is written into the tags, and is the same for every shard",
  () =>
    inFolder(async (folder) => {
      const options: RestoreSceneOptions = { ...await scene(folder), selfCheck: { runs: 2 } };
      const { write: _, ...alone } = options;
      const check = await selfCheckScene(model, alone);
      const { selfCheck, tags } = await restoreScene(model, options);
      assertEquals(selfCheck, check);
      const { mae, rmse } = check.scores.restored!;
      assertEquals(tags.EMRDM_EXPECTED_MAE, String(Number(mae.toPrecision(4))));
      assertEquals(tags.EMRDM_EXPECTED_RMSE, String(Number(rmse.toPrecision(4))));
      assertEquals(
        (await readRaster(options.write.output)).tags?.EMRDM_EXPECTED_OVER,
        tags.EMRDM_EXPECTED_OVER,
      );
      assertEquals(Object.keys(check.scores), [
        "restored",
        "copy the input",
        "smooth fill",
        "least cloudy",
        "mean",
        "median",
        "clearest",
        "mask-aware mean",
        "mask-aware median",
        "linear in time",
        "composite",
      ]);
      const part = { index: 2, count: 2 };
      const shard = await restoreScene(model, {
        ...options,
        write: { output: `${folder}/2.tif` },
        shard: part,
      });
      assertEquals(shard.selfCheck, check);
      // A shard that was not checked joins one that was.
      const { selfCheck: _none, ...plain } = options;
      const first = { index: 1, count: 2 };
      await restoreScene(model, { ...plain, write: { output: `${folder}/1.tif` }, shard: first });
      const joined = `${folder}/joined.tif`;
      await joinShards([`${folder}/1.tif`, `${folder}/2.tif`], joined);
      assertEquals((await readRaster(joined)).tags?.EMRDM_EXPECTED_MAE, undefined);
    }),
);

Deno.test("keep-clear is checked as it restores: what a mask keeps is not hidden from it", () =>
  inFolder(async (folder) => {
    const options = await scene(folder);
    const { write: _, ...alone } = options;
    const kept = await selfCheckScene(model, alone);
    // 14 columns of cloud and 3 around it, the rest is clear.
    // Of those with data: the corner lacks three.
    assertAlmostEquals(kept.clear, (40 - 17) * 52 / (40 * 52 - 3), 1e-9);
    assertAlmostEquals(kept.clouded, 14 / 40, 0.01);
    // It is told of the synthetic clouds: else they would come back, and be the copy's error.
    assert(kept.scores.restored!.rmse !== kept.scores["copy the input"]!.rmse);
    await Deno.remove(options.mask!.source as string);
    const overcast = new Uint8Array(SIZE.width * SIZE.height).fill(1);
    await writeCog(options.mask!.source as string, {
      ...SIZE,
      bands: ["mask"],
      dtype: "uint8",
      data: overcast,
      transform: TRANSFORM,
    });
    const names = () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    const before = names();
    const error = await assertRejects(
      () => restoreScene(model, { ...options, selfCheck: true }),
      InputError,
      "some part of the reference must be clear",
    );
    assert(error.message.includes("s_2018-02-07.tif"));
    assertEquals(names(), before);
  }));

Deno.test("samples and self-check are estimated, and nothing is written", () =>
  inFolder(async (folder) => {
    const options = await scene(folder);
    const rss = () => 0;
    const one = await estimateScene(model, options, { rss });
    const many = await estimateScene(model, {
      ...options,
      ensemble: { samples: 4 },
      selfCheck: true,
    }, { rss });
    assertEquals(many.evaluations, 4 * one.evaluations);
    const added = uncertaintyPath(options.write.output);
    assertEquals(many.files.toSorted(), [...one.files, added].toSorted());
    assert(many.memory > one.memory && many.bytes > 2 * one.bytes);
    assertEquals(one.seconds.check, undefined);
    assert(many.seconds.check! > 0);
    assertEquals(await Deno.stat(options.write.output).then(() => true, () => false), false);
  }));
