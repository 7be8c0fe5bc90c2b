import { assertAlmostEquals, assertEquals } from "@std/assert";
import { readTensor, type Sequence, type Tensor, tf } from "../../engine/mod.ts";
import {
  hdit,
  type HditOptions,
  type LevelOptions,
  type Network,
  temporalHdit,
  type TemporalHditOptions,
} from "../../networks/mod.ts";
import { assertClose, normals, normalTensor, testOnEngines } from "../engines.ts";
import { disposeWeights, livelyWeights } from "./published.ts";
import { erf, type PlainTensor, referenceNetwork } from "./reference.ts";
import { run } from "../run.ts";

/** Float32 through some twenty layers against float64. */
const ROUNDING = 1e-4;

const near = (width: number, kernelSize: number, dHead: number): LevelOptions => ({
  width,
  depth: 1,
  dFf: width + 8,
  attention: "neighborhood",
  kernelSize,
  dHead,
});
const far = (width: number, dHead: number): LevelOptions => ({
  width,
  depth: 2,
  dFf: 40,
  attention: "global",
  dHead,
});
const mapping = { depth: 2, width: 24, dFf: 20, dropout: 0.1 } as const;

interface Case {
  readonly options: TemporalHditOptions;
  readonly temporal?: true;
  readonly size: readonly [height: number, width: number];
  readonly length: number;
  readonly cNoise: readonly number[];
}

const cases: Readonly<Record<string, Case>> = {
  "hdit with d_head 64, patch [2, 4] and W ≥ 2H": {
    options: {
      inChannels: 5,
      outChannels: 3,
      patchSize: [2, 4],
      levels: [near(64, 7, 64), near(128, 3, 64), far(64, 64)],
      mapping,
    },
    size: [16, 64],
    length: 1,
    cNoise: [-1.2, 0.9],
  },
  "hdit with patch 1 on a high image": {
    options: {
      inChannels: 3,
      outChannels: 2,
      levels: [near(16, 5, 8), far(32, 16)],
      mapping,
    },
    size: [18, 10],
    length: 1,
    cNoise: [0.4],
  },
  "hdit of one level": {
    options: {
      inChannels: 3,
      outChannels: 2,
      patchSize: [3, 1],
      levels: [near(16, 7, 16)],
      mapping,
    },
    size: [21, 9],
    length: 1,
    cNoise: [-0.3],
  },
  "temporalHdit with d_head 64, patch [4, 2], W ≥ 2H, L = 3 and different σ": {
    options: {
      inChannels: 5,
      outChannels: 3,
      patchSize: [4, 2],
      levels: [near(64, 7, 64), far(128, 64)],
      mapping,
      temporal: { heads: 4, dK: 6, dFf: 24 },
    },
    temporal: true,
    size: [32, 40],
    length: 3,
    cNoise: [-1.5, 0.8],
  },
  "temporalHdit with L = 1": {
    options: {
      inChannels: 3,
      outChannels: 2,
      patchSize: [2, 2],
      levels: [near(16, 3, 16), near(32, 3, 16), far(32, 16)],
      mapping,
      temporal: { heads: 8, dK: 5, dFf: 24 },
    },
    temporal: true,
    size: [24, 56],
    length: 1,
    cNoise: [-0.5, 0.3],
  },
  "temporalHdit with L = 7": {
    options: {
      inChannels: 3,
      outChannels: 2,
      patchSize: [2, 2],
      levels: [near(16, 3, 16), far(32, 16)],
      mapping,
      temporal: { heads: 8, dK: 5, dFf: 24 },
    },
    temporal: true,
    size: [16, 16],
    length: 7,
    cNoise: [-0.5],
  },
};

async function plain(named: Readonly<Record<string, Tensor>>) {
  const entries: [string, PlainTensor][] = [];
  for (const [name, tensor] of Object.entries(named)) {
    entries.push([name, { shape: tensor.shape, data: await readTensor(tensor) }]);
  }
  return Object.fromEntries(entries);
}

for (
  const [name, { options, temporal, size: [height, width], length, cNoise }] of Object.entries(
    cases,
  )
) {
  testOnEngines(`${name} equals plain code written from the spec`, async () => {
    const network: Network = temporal ? temporalHdit(options) : hdit(options as HditOptions);
    const weights = livelyWeights(network, 7, 0.2);
    const batch = cNoise.length;
    const [noised, condition] = [2, options.inChannels - 2];
    const shape = (channels: number) => [batch, length, height, width, channels];
    const { image, masks } = await run(() => ({
      ...network.apply(weights, {
        x: normalTensor<Sequence>(shape(noised), "x"),
        condition: normalTensor<Sequence>(shape(condition), "c"),
        cNoise: tf.tensor1d([...cNoise]),
      }),
    }));
    assertEquals(image.shape, [batch, height, width, options.outChannels]);
    const [out, shares] = [await readTensor(image), masks && await readTensor(masks)];
    const all = { ...await plain(weights.params), ...await plain(weights.buffers) };
    const reference = referenceNetwork(options, all);
    const pixels = height * width;
    const x = normals(batch * length * pixels * noised, "x");
    const c = normals(batch * length * pixels * condition, "c");
    for (let b = 0; b < batch; b++) {
      const frames = Array.from({ length }, (_, l) => {
        const frame = new Float64Array(pixels * options.inChannels);
        for (let p = 0; p < pixels; p++) {
          const at = (b * length + l) * pixels + p;
          frame.set(x.subarray(at * noised, (at + 1) * noised), p * options.inChannels);
          frame.set(
            c.subarray(at * condition, (at + 1) * condition),
            p * options.inChannels + noised,
          );
        }
        return frame;
      });
      const wanted = reference.apply(frames, { height, width, cNoise: cNoise[b]! });
      const each = out.length / batch;
      assertClose(out.subarray(b * each, (b + 1) * each), wanted.image, ROUNDING, `sample ${b}`);
      const spread = Math.max(...wanted.image) - Math.min(...wanted.image);
      assertEquals(spread > 0.1, true, "the output must say something");
      wanted.masks?.forEach((group, g) => {
        const [, , , h, w] = masks!.shape;
        const first = (g * batch + b) * length * h! * w!;
        const flat = group.flatMap((mask) => [...mask]);
        assertClose(shares!.subarray(first, first + flat.length), flat, ROUNDING, `masks ${g}`);
      });
    }
    image.dispose();
    masks?.dispose();
    disposeWeights(weights);
  });
}

Deno.test("the reference's erf has the values of tables", () => {
  // Abramowitz and Stegun, table 7.1.
  for (
    const [x, y] of [[0.5, 0.5204998778], [1, 0.8427007929], [2, 0.9953222650], [3.5, 0.9999992569]]
  ) {
    assertAlmostEquals(erf(x!), y!, 1e-10);
    assertAlmostEquals(erf(-x!), -y!, 1e-10);
  }
});
