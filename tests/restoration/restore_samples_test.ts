import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { tf, useEngine } from "../../engine/mod.ts";
import { modelFromCard } from "../../model/mod.ts";
import { restoreSamples, restoreSeries, sampleSeeds, samplingOf } from "../../restoration/mod.ts";
import { ensembleStatistics } from "../../restoration/rows/ensemble.ts";
import { cloudyDates, tinyModel } from "./tiny.ts";
import { slowTest } from "../slow.ts";

await useEngine("cpu");

const model = tinyModel();
const SIZE = { width: 27, height: 20 };

Deno.test("restoreSamples() is the mean and the deviation of its samples", async () => {
  const frames = cloudyDates(SIZE);
  const before = tf.memory().numTensors;
  const { mean, deviation } = await restoreSamples(model, frames, {
    ensemble: { samples: 3 },
    seed: 4,
  });
  assertEquals(tf.memory().numTensors, before);
  const { steps, sampler, timesteps, ensemble: { seeds } } = samplingOf(model, {
    ensemble: { samples: 3 },
    seed: 4,
  });
  assertEquals(seeds[0], 4);
  const each = await Promise.all(
    seeds.map((seed) => restoreSeries(model, frames, { seed, steps, sampler, timesteps })),
  );
  assertEquals([mean.dtype, deviation.dtype], ["uint16", "float32"]);
  assertEquals(deviation.bands, mean.bands);
  let spread = 0;
  for (let i = 0; i < mean.data.length; i++) {
    const values = each.map(({ data }) => data[i]!);
    const middle = values.reduce((a, b) => a + b) / 3;
    const wanted = Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / 2);
    // Samples are rounded to whole numbers here, by at most half each.
    assert(Math.abs(mean.data[i]! - middle) <= 1);
    assertAlmostEquals(deviation.data[i]!, wanted, 1);
    spread += wanted;
  }
  assert(spread / mean.data.length > 5, `samples differ too little: ${spread / mean.data.length}`);
});

Deno.test("samples of one seed have deviation 0, and their mean is the restoration", async () => {
  const frames = cloudyDates(SIZE);
  const { mean, deviation } = await restoreSamples(model, frames, {
    ensemble: { samples: 2, seeds: [7, 7] },
  });
  assert(deviation.data.every((value) => value === 0));
  const { steps, sampler, timesteps } = samplingOf(model, { ensemble: { samples: 2 } });
  const one = await restoreSeries(model, frames, { seed: 7, steps, sampler, timesteps });
  assertEquals(mean.data, one.data);
});

slowTest(
  "mean and deviation do not depend on the batch, the order of tiles or joint diffusion's turns",
  async () => {
    const frames = cloudyDates(SIZE);
    for (const blend of ["end", "steps"] as const) {
      const options = { ensemble: { samples: 2 } };
      const first = await restoreSamples(model, frames, { ...options, tiles: { blend, batch: 1 } });
      const wide = await restoreSamples(model, frames, { ...options, tiles: { blend, batch: 4 } });
      assertEquals(wide.mean.data, first.mean.data);
      assertEquals(wide.deviation.data, first.deviation.data);
      const back = await restoreSamples(model, frames, {
        ...options,
        tiles: { blend, order: (columns) => columns.toReversed() },
      });
      for (let i = 0; i < back.deviation.data.length; i++) {
        // Tiles are summed in float32, in another order: of numbers below 10 000, some 1e-7 each.
        assertAlmostEquals(back.deviation.data[i]!, first.deviation.data[i]!, 0.05);
      }
    }
  },
);

Deno.test("pixels without data have no deviation", async () => {
  const [a, b, c] = cloudyDates(SIZE) as [
    ReturnType<typeof cloudyDates>[0],
    ...ReturnType<typeof cloudyDates>,
  ];
  const holed = { ...c!, data: c!.data.slice() };
  holed.data.fill(0, 0, 4);
  const { mean, deviation } = await restoreSamples(model, [a, b!, holed], {
    ensemble: { samples: 2 },
  });
  assertEquals([...mean.data.subarray(0, 4)], [0, 0, 0, 0]);
  assert(deviation.data.subarray(0, 4).every(Number.isNaN));
  assert(deviation.data.subarray(4).every(Number.isFinite));
});

Deno.test("sampleSeeds() begins with the seed and does not change when there are more", () => {
  const seeds = sampleSeeds(5, 64);
  assertEquals(seeds[0], 5);
  assertEquals(new Set(seeds).size, 64);
  assertEquals(sampleSeeds(5, 3), seeds.slice(0, 3));
  assertNotEquals(sampleSeeds(6, 3)[1], seeds[1]);
  assert(seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0 && seed < 2 ** 31));
});

Deno.test("samplingOf() applies a calibration to its own sampling only", () => {
  const sampling = {
    steps: 3,
    sampler: { type: "euler", sChurn: 2 },
    timesteps: { type: "karras", sigmaMin: 0.03 },
  };
  const calibration = { factor: 1.5, samples: 4, sampling, data: "a toy" };
  const calibrated = modelFromCard({ ...model.card, sampling, calibration }, model.weights);
  assertEquals(samplingOf(calibrated, { ensemble: { samples: 4 } }).ensemble.factor, 1.5);
  assertEquals(samplingOf(calibrated, { ensemble: { samples: 4 }, steps: 3 }).ensemble.factor, 1.5);
  assertEquals(samplingOf(calibrated, { ensemble: { samples: 4 }, steps: 4 }).ensemble.factor, 1);
  const { sampler } = samplingOf(calibrated, { ensemble: { samples: 4 } });
  assertEquals(samplingOf(calibrated, { ensemble: { samples: 4 }, sampler }).ensemble.factor, 1);
  // Options that are left out are their defaults, whoever wrote them down.
  const spelt = { ...sampling, sampler: { ...sampling.sampler, sNoise: 1, sTmin: 0 } };
  const other = modelFromCard({ ...calibrated.card, sampling: spelt }, model.weights);
  assertEquals(samplingOf(other, { ensemble: { samples: 4 } }).ensemble.factor, 1.5);
  assertThrows(
    () => samplingOf(model, { ensemble: { samples: 1 } }),
    RangeError,
    "at least 2 samples",
  );
});

Deno.test("ensembleStatistics() of normal numbers finds their deviation", () => {
  const count = 4000;
  const samples = Array.from(
    { length: 6 },
    (_, s) => createRng(s).normals(count).map((value) => 50 + 3 * value),
  );
  const { mean, deviation } = ensembleStatistics(samples, { factor: 2 });
  const middle = mean.reduce((sum, value) => sum + value, 0) / count;
  const rms = Math.sqrt(deviation!.reduce((sum, value) => sum + value ** 2, 0) / count);
  // Four standard errors: 3/√(6·4000), and of the deviation 1/√(2·5·4000) of itself.
  assertAlmostEquals(middle, 50, 4 * 3 / Math.sqrt(6 * count));
  assertAlmostEquals(rms, 6, 4 * 6 / Math.sqrt(2 * 5 * count));
  assertEquals(ensembleStatistics([new Float32Array([1, 2])]).deviation, undefined);
  // Where samples agree, the floor of the band is left.
  const alike = [new Float32Array([5, 6]), new Float32Array([5, 6])];
  assertEquals(ensembleStatistics(alike, { floor: [3, 4] }).deviation, new Float32Array([3, 4]));
  const apart = [new Float32Array([0, 0]), new Float32Array([2, 2])];
  const [first] = ensembleStatistics(apart, { factor: 2, floor: [1, 0] }).deviation!;
  assertAlmostEquals(first!, 3, 1e-6);
});
