/** The convolutional network: its contract, engines, sizes and reach. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { OptionsError, Registry } from "../../core/mod.ts";
import { readTensor, type Sequence, takeAxis, type Tensor, tf } from "../../engine/mod.ts";
import {
  convolutional,
  type ConvolutionalOptions,
  type Network,
  type NetworkInput,
  networks,
} from "../../networks/mod.ts";
import { averageCells } from "../../networks/layers/ground_cells.ts";
import { testNetwork } from "../contracts/mod.ts";
import {
  assertClose,
  elements,
  maxDifference,
  normals,
  normalTensor,
  switchEngine,
  testNetworksOnEngines,
  testOn,
  testOnEngines,
} from "../engines.ts";
import { run } from "../run.ts";
import { disposeWeights, livelyWeights } from "./published.ts";

/** Two levels, 5 channels in, 3 out. */
const SMALL: ConvolutionalOptions = {
  inChannels: 5,
  outChannels: 3,
  patchSize: [2, 2],
  levels: [{ width: 8, depth: 1 }, { width: 12, depth: 2, kernelSize: 5, dFf: 10 }],
  mapping: { depth: 1, width: 16, dFf: 24 },
};

testNetwork("convolutional()", () => convolutional(SMALL), {
  size: [16, 20],
  conditionChannels: 2,
  refuses: [16, 18],
});
testNetwork(
  "convolutional() of one level, without condition and with kernels of 7",
  () =>
    convolutional({ ...SMALL, patchSize: [1, 3], levels: [{ width: 8, depth: 2, kernelSize: 7 }] }),
  { size: [5, 9], refuses: [5, 8] },
);
testNetwork(
  "convolutional() with coarse bands",
  () => convolutional({ ...SMALL, cells: [1, 2, 6] }),
  { size: [16, 20], conditionChannels: 2, refuses: [16, 18] },
);

/** Float32 through a small network, in another order of sums. */
const ROUNDING = 1e-5;

const inputOf = (shape: readonly [number, number, number]) => ({
  x: normalTensor<Sequence>([shape[0], 1, shape[1], shape[2], 3], "x"),
  condition: normalTensor<Sequence>([shape[0], 1, shape[1], shape[2], 2], "c"),
  cNoise: tf.tensor1d(Array.from({ length: shape[0] }, (_, b) => 0.6 * b - 0.4)),
});

/** The output and the gradient of sum(out·r) by every parameter. */
async function evaluate(network: Network): Promise<Float32Array[]> {
  const weights = livelyWeights(network, 5, 0.3);
  const names = Object.keys(weights.params);
  const made = await run(() => {
    const input = inputOf([2, 12, 16]);
    const image = (...params: Tensor[]): Tensor => {
      const named = Object.fromEntries(names.map((name, i) => [name, params[i]!]));
      return network.apply({ params: named, buffers: weights.buffers }, input).image;
    };
    const out = image(...Object.values(weights.params));
    const r = normalTensor(out.shape, "r");
    const loss = (...params: Tensor[]) => tf.sum(tf.mul(image(...params), r)) as Tensor;
    return [out, ...tf.grads(loss)(Object.values(weights.params))];
  });
  const values = await Promise.all(made.map(readTensor));
  tf.dispose(made);
  disposeWeights(weights);
  return values;
}

testNetworksOnEngines("convolutional() and its gradients are those of cpu", async (engine) => {
  const network = convolutional({ ...SMALL, cells: [1, 2, 6] });
  const found = await evaluate(network);
  await switchEngine("cpu");
  const wanted = await evaluate(network);
  await switchEngine(engine);
  const params = network.tensors.filter(({ role }) => role === "param");
  const names = ["image", ...params.map(({ name }) => name)];
  assertEquals(found.length, names.length);
  found.forEach((values, i) => assertClose(values, wanted[i]!, ROUNDING, names[i]));
}, ["wasm", "native", "webgpu"]);

testOn("wasm", "convolutional() takes every size that its levels divide", async () => {
  const network = convolutional(SMALL);
  const weights = livelyWeights(network, 5, 0.3);
  for (const [height, width] of [[4, 4], [4, 36], [20, 8], [28, 28]] as const) {
    network.checkSize({ height, width });
    const image = await run(() => network.apply(weights, inputOf([1, height, width])).image);
    assertEquals(image.shape, [1, height, width, 3]);
    assert((await readTensor(image)).every(Number.isFinite));
    image.dispose();
  }
  for (const [height, width] of [[6, 8], [8, 0], [2, 4]] as const) {
    assertThrows(
      () => network.checkSize({ height, width }),
      RangeError,
      `${height}×${width} pixels: height must be a multiple of 4 and width of 4`,
    );
  }
  disposeWeights(weights);
});

/** Side of the whole image, and of the part in its middle. */
const [WHOLE, PART] = [80, 64];
/**
 * Pixels that an output depends on in each direction: two layers of 3 on tokens of 2 pixels, two of 5
 * on tokens of 4, and the rest of a token of 4.
 */
const REACH = 2 * 2 + 2 * 2 * 4 + 4;

testOn("wasm", "a pixel of convolutional() far from the edges does not see the size", async () => {
  const network = convolutional(SMALL);
  const weights = livelyWeights(network, 5, 0.3);
  const first = (WHOLE - PART) / 2;
  const apply = async (part: boolean) => {
    const image = await run(() => {
      const { x, condition, cNoise } = inputOf([1, WHOLE, WHOLE]);
      const cut = (all: Sequence) =>
        part ? tf.slice(all, [0, 0, first, first, 0], [1, 1, PART, PART, -1]) as Sequence : all;
      return network.apply(weights, { x: cut(x), condition: cut(condition), cNoise }).image;
    });
    const values = await readTensor(image);
    image.dispose();
    return values;
  };
  const [whole, part] = [await apply(false), await apply(true)];
  const at = (row: number) => {
    const columns = Array.from({ length: PART - 2 * REACH }, (_, i) => REACH + i);
    const pixels = (values: Float32Array, side: number, shift: number) =>
      columns.flatMap((column) => {
        const i = ((row + shift) * side + column + shift) * 3;
        return [...values.subarray(i, i + 3)];
      });
    return maxDifference(pixels(part, PART, 0), pixels(whole, WHOLE, first));
  };
  for (let row = REACH; row < PART - REACH; row++) assert(at(row) <= ROUNDING, `row ${row}`);
  assert(at(0) > 1e-3, "at the edge it does");
  disposeWeights(weights);
});

testOn("wasm", "convolutional() depends on the noise level of each sample", async () => {
  const network = convolutional(SMALL);
  const weights = livelyWeights(network, 5, 0.3);
  const size = elements([1, 1, 8, 8, 3]);
  const image = await run(() => {
    const twice = (channels: number, purpose: string) => {
      const one = normals(elements([8, 8, channels]), purpose);
      return tf.tensor5d([...one, ...one], [2, 1, 8, 8, channels]) as Sequence;
    };
    const input = { x: twice(3, "x"), condition: twice(2, "c"), cNoise: tf.tensor1d([-1, 1]) };
    return network.apply(weights, input).image;
  });
  const values = await readTensor(image);
  image.dispose();
  assert(maxDifference(values.subarray(0, size), values.subarray(size)) > 1e-2);
  disposeWeights(weights);
});

Deno.test("convolutional() refuses even kernels, cells of other channels and an odd mapping width", () => {
  const level = SMALL.levels[0]!;
  assertThrows(
    () => convolutional({ ...SMALL, levels: [level, { ...level, kernelSize: 4 }] }),
    RangeError,
    "level 1 of the network: kernelSize must be odd, got 4",
  );
  assertThrows(
    () => convolutional({ ...SMALL, cells: [1, 2] }),
    RangeError,
    "cells must have a size for each of 3 output channels, got 2",
  );
  assertThrows(
    () => convolutional({ ...SMALL, mapping: { width: 15 } }),
    RangeError,
    "the mapping width must be even, got 15",
  );
});

Deno.test("the catalog entry of convolutional refuses bad options with their path", () => {
  const registry = new Registry({ network: networks });
  const level = { width: 8, depth: 1 };
  const create = (change: object) => () =>
    registry.create("network", { type: "convolutional", ...SMALL, ...change });
  assert(create({})().tensors.length > 0);
  const cases: readonly (readonly [object, string])[] = [
    [{ levels: [] }, "$.network.levels"],
    [{ levels: [{ ...level, width: 0 }] }, "$.network.levels[0].width"],
    [{ levels: [{ ...level, depth: -1 }] }, "$.network.levels[0].depth"],
    [{ levels: [level, { ...level, kernelSize: 33 }] }, "$.network.levels[1].kernelSize"],
    [{ levels: [{ ...level, attention: "global" }] }, "$.network.levels[0].attention"],
    [{ patchSize: [2] }, "$.network.patchSize"],
    [{ mapping: { dropout: 1 } }, "$.network.mapping.dropout"],
  ];
  for (const [change, path] of cases) {
    const error = assertThrows(create(change), OptionsError);
    assertEquals(error.path, path);
  }
});

testOnEngines(
  "mirrors of convolutional() average mirrored copies, in inference alone",
  async () => {
    const [plain, mirrors] = [convolutional(SMALL), convolutional({ ...SMALL, mirrors: 4 })];
    const weights = livelyWeights(plain, 5, 0.3);
    const input = inputOf([2, 12, 16]);
    const flip = (x: Tensor, axes: readonly number[], first: number) =>
      axes.reduce((image, axis) => {
        const last = image.shape[axis + first]! - 1;
        return takeAxis(image, Array.from({ length: last + 1 }, (_, i) => last - i), axis + first);
      }, x);
    const apply = async (
      network: Network,
      axes: readonly number[],
      random?: NetworkInput["random"],
    ) => {
      const image = await run(() => {
        const x = flip(input.x, axes, 2) as Sequence;
        const condition = flip(input.condition, axes, 2) as Sequence;
        const made = network.apply(weights, { ...input, x, condition, ...(random && { random }) });
        return flip(made.image, axes, 1);
      });
      const values = await readTensor(image);
      image.dispose();
      return values;
    };
    const copies: Float32Array[] = [];
    for (const axes of [[], [0], [1], [0, 1]]) copies.push(await apply(plain, axes));
    const average = copies[0]!.map((_, i) => copies.reduce((sum, copy) => sum + copy[i]!, 0) / 4);
    assertClose(await apply(mirrors, []), average, ROUNDING);
    const random = () => tf.scalar(0.5) as Tensor;
    assertClose(await apply(mirrors, [], random), copies[0]!, ROUNDING);
    disposeWeights(weights);
    tf.dispose(input);
  },
);

testOnEngines("averageCells() keeps planes and removes what repeats within a cell", async () => {
  const [height, width, cells] = [14, 17, [1, 2, 6]] as const;
  const image = (value: (y: number, x: number) => number): Float32Array =>
    Float32Array.from(
      { length: height * width * cells.length },
      (_, i) => value(Math.floor(i / cells.length / width), Math.floor(i / cells.length) % width),
    );
  const averaged = async (value: (y: number, x: number) => number) => {
    const x = tf.tensor4d(image(value), [1, height, width, cells.length]);
    const out = await run(() => averageCells(x, cells));
    const values = await readTensor(out);
    tf.dispose([x, out]);
    return values;
  };
  assertClose(await averaged(() => 5), image(() => 5), ROUNDING);
  const weave = (y: number, x: number) => (-1) ** (y + x);
  const [plane, flat] = [await averaged((y, x) => y - 2 * x), await averaged(weave)];
  for (let y = 5; y < height - 5; y++) {
    for (let x = 5; x < width - 5; x++) {
      const at = (y * width + x) * cells.length;
      assertClose(plane.subarray(at, at + 3), cells.map(() => y - 2 * x), ROUNDING);
      assertClose(flat.subarray(at, at + 3), [weave(y, x), 0, 0], ROUNDING);
    }
  }
});
