import { assertEquals } from "@std/assert";
import { readTensor, type Sequence, type Tensor, tf } from "../../engine/mod.ts";
import { applyDenoiser, bindDenoiser, coefficientVectors } from "../../model/mod.ts";
import { hdit, temporalHdit } from "../../networks/mod.ts";
import { meanReverting } from "../../precond/mod.ts";
import { constant, noiseLevelAtSigma, rational } from "../../schedules/mod.ts";
import { assertClose, normals, testOnEngines } from "../engines.ts";
import { disposeWeights, livelyWeights } from "../networks/published.ts";
import { SMALL, SMALL_TEMPORAL } from "../networks/small.ts";
import { run } from "../run.ts";

/** Float32 through a small network, whose inputs round differently on both sides. */
const ROUNDING = 3e-5;

const [HEIGHT, WIDTH, IMAGE, CONDITION] = [16, 16, 3, 2];
const PIXELS = HEIGHT * WIDTH;

interface Moments {
  readonly sigmaData: number;
  readonly sigmaMu: number;
  readonly sigmaCov: number;
}

/** Eqs. 14–17, written out independently. */
function plainCoefficients(
  { sigmaData, sigmaMu, sigmaCov }: Moments,
  { sigma, k, length }: { readonly sigma: number; readonly k: number; readonly length: number },
) {
  const v = sigmaData ** 2 + k ** 2 * sigmaMu ** 2 + 2 * k * sigmaCov;
  const noise = sigma ** 2 / length;
  return {
    cIn: 1 / Math.sqrt(v + sigma ** 2),
    cSkip: (sigmaData ** 2 + k * sigmaCov) / (v + noise),
    cOut: Math.sqrt(
      ((noise + k ** 2 * sigmaMu ** 2) * sigmaData ** 2 - k ** 2 * sigmaCov ** 2) / (v + noise),
    ),
    cNoise: Math.log(sigma) / 4,
  };
}

const cases = {
  "σ_data = 0.5, α = 3, L = 3": {
    moments: { sigmaData: 0.5, sigmaMu: 0.7, sigmaCov: 0.2 },
    alpha: 3,
    length: 3,
  },
  "σ_data = 2, α = 0.4, L = 2": {
    moments: { sigmaData: 2, sigmaMu: 0.5, sigmaCov: 0.6 },
    alpha: 0.4,
    length: 2,
  },
  "σ_data = 1.5, k = 0, L = 3": {
    moments: { sigmaData: 1.5, sigmaMu: 1, sigmaCov: 0.9 },
    alpha: 0,
    length: 3,
  },
  "σ_data = 0.5, α = 3, L = 1, a mono network": {
    moments: { sigmaData: 0.5, sigmaMu: 0.7, sigmaCov: 0.2 },
    alpha: 3,
    length: 1,
  },
} as const;

for (const [name, { moments, alpha, length }] of Object.entries(cases)) {
  testOnEngines(`the denoiser is Eq. 13 around the network: ${name}`, async () => {
    const network = length === 1 ? hdit(SMALL) : temporalHdit(SMALL_TEMPORAL);
    const weights = livelyWeights(network, 5, 0.2);
    const schedule = alpha === 0 ? constant() : rational({ alpha });
    const precond = meanReverting(moments);
    const sigmas = [0.3, 7];
    const frame = PIXELS * IMAGE;
    const each = length * frame;
    const [y, mu, c] = [
      normals(2 * each, "y"),
      normals(2 * each, "mu"),
      normals(2 * length * PIXELS * CONDITION, "c"),
    ];
    const sequence = (values: Float32Array, batch: number, channels: number) =>
      tf.tensor5d(values, [batch, length, HEIGHT, WIDTH, channels]) as Sequence;

    const tensors = {
      y: sequence(y, 2, IMAGE),
      mu: sequence(mu, 2, IMAGE),
      condition: sequence(c, 2, CONDITION),
    };
    const model = { weights, modules: { precond, network } };
    const levels = sigmas.map((sigma) => noiseLevelAtSigma(schedule, sigma));
    const image = await bindDenoiser(model, tensors)(tensors.y, levels);
    assertEquals(image.shape, [2, HEIGHT, WIDTH, IMAGE]);
    const actual = await readTensor(image);

    for (const [b, sigma] of sigmas.entries()) {
      const k = alpha * sigma;
      const { cIn, cSkip, cOut, cNoise } = plainCoefficients(moments, { sigma, k, length });
      const noised = Float64Array.from(
        { length: each },
        (_, i) => y[b * each + i]! + k * mu[b * each + i]!,
      );
      const conditionEach = length * PIXELS * CONDITION;
      const output = await run(() =>
        network.apply(weights, {
          x: sequence(Float32Array.from(noised, (value) => cIn * value), 1, IMAGE),
          condition: sequence(c.slice(b * conditionEach, (b + 1) * conditionEach), 1, CONDITION),
          cNoise: tf.tensor1d([cNoise]),
        }).image
      );
      const f = await readTensor(output);
      output.dispose();
      const wanted = Float64Array.from({ length: frame }, (_, i) => {
        let mean = 0;
        for (let l = 0; l < length; l++) mean += noised[l * frame + i]! / length;
        return cSkip * mean + cOut * f[i]!;
      });
      assertClose(actual.subarray(b * frame, (b + 1) * frame), wanted, ROUNDING, `σ = ${sigma}`);
    }
    tf.dispose([image, ...Object.values(tensors)]);
    disposeWeights(weights);
  });
}

testOnEngines("a fresh network leaves D = c_skip·x̃, and masks are passed on", async () => {
  const network = temporalHdit(SMALL_TEMPORAL);
  const weights = livelyWeights(network, 5, 0);
  const precond = meanReverting({ sigmaData: 1, sigmaMu: 1, sigmaCov: 0.9 });
  const level = noiseLevelAtSigma(rational({ alpha: 3 }), 1);
  const noised = normals(2 * PIXELS * IMAGE, "x");
  const outs = await run(() => {
    const x = tf.tensor5d(noised, [1, 2, HEIGHT, WIDTH, IMAGE]) as Sequence;
    const condition = tf.ones([1, 2, HEIGHT, WIDTH, CONDITION]) as Sequence;
    return {
      ...applyDenoiser(network, weights, {
        noised: x,
        condition,
        ...coefficientVectors(precond, [level], 2),
      }),
    };
  });
  const actual = await readTensor(outs.image);
  const { cSkip } = plainCoefficients({ sigmaData: 1, sigmaMu: 1, sigmaCov: 0.9 }, {
    sigma: 1,
    k: 3,
    length: 2,
  });
  const half = noised.length / 2;
  assertClose(
    actual,
    noised.slice(0, half).map((x, i) => cSkip * (x + noised[half + i]!) / 2),
    1e-6,
  );
  assertEquals(outs.masks?.shape, [4, 1, 2, 4, 4]);
  tf.dispose(Object.values(outs) as Tensor[]);
  disposeWeights(weights);
});
