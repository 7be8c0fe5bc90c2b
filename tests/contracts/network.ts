/**
 * Contract of a network, for built-ins and plugins alike.
 *
 * @module
 */

import { createRng } from "../../core/mod.ts";
import {
  readTensor,
  type Sequence,
  type Tensor,
  tf,
  useEngine,
  type Weights,
} from "../../engine/mod.ts";
import type { Network, NetworkInput } from "../../networks/mod.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { run } from "../run.ts";

/** Properties that a network declares, and a size that it accepts. */
export interface NetworkContract {
  /** Height and width of an image that the network accepts. */
  readonly size: readonly [height: number, width: number];
  /** Channels of the condition; the others of inChannels are the image's. Default 0. */
  readonly conditionChannels?: number;
  /** Size that it refuses. Default: it accepts every size. */
  readonly refuses?: readonly [height: number, width: number];
  /** True if fresh weights give exactly 0, so that D = cSkip·x̃. Default true. */
  readonly declaresZeroStart?: boolean;
  /** True if the order of frames does not matter. Default: as `temporal`. */
  readonly declaresOrderFree?: boolean;
  /** Engine to run on. Default "wasm". */
  readonly engine?: "cpu" | "wasm" | "webgpu";
}

/** Rounding of float32 sums in another order, on outputs of magnitude 1. */
const ROUNDING = 1e-4;

/** A random input of a network. */
function input(
  network: Network,
  { size: [height, width], conditionChannels = 0 }: NetworkContract,
  { batch, length }: { readonly batch: number; readonly length: number },
): NetworkInput {
  const rng = createRng(2);
  const sequence = (channels: number, purpose: string) => {
    const shape = [batch, length, height, width, channels] as Sequence["shape"];
    return tf.tensor5d(rng.fork(purpose).normals(shape.reduce((a, b) => a * b, 1)), shape);
  };
  return {
    x: sequence(network.inChannels - conditionChannels, "x"),
    condition: conditionChannels === 0 ? undefined : sequence(conditionChannels, "condition"),
    cNoise: tf.tensor1d(Array.from({ length: batch }, (_, b) => b - 0.7)),
  };
}

/** Weights without zeros, so that every path contributes. */
function lively(network: Network): Weights {
  const rng = createRng(3);
  const { params, buffers } = network.init(rng);
  const moved = Object.entries(params).map(([name, tensor]) => {
    const shift = rng.fork(`shift ${name}`).normals(tensor.size).map((value) => value * 0.1);
    const result = tf.tidy(() => tf.add(tensor, tf.tensor(shift, tensor.shape)));
    tensor.dispose();
    return [name, result] as const;
  });
  return { params: Object.fromEntries(moved), buffers };
}

function dispose({ params, buffers }: Weights): void {
  tf.dispose([...Object.values(params), ...Object.values(buffers)]);
}

async function apply(network: Network, weights: Weights, make: () => NetworkInput) {
  const { image, masks } = await run(() => ({ ...network.apply(weights, make()) }));
  const values = { image: await readTensor(image), masks: masks && await readTensor(masks) };
  const shapes = { image: image.shape, masks: masks?.shape };
  tf.dispose(masks === undefined ? [image] : [image, masks]);
  return { values, shapes };
}

/** The input with its frames in reverse order. */
function reversed(given: NetworkInput): NetworkInput {
  const { x, condition } = given;
  const turn = (sequence: Sequence) =>
    tf.concat(tf.split(sequence, sequence.shape[1], 1).toReversed(), 1) as Sequence;
  return { ...given, x: turn(x), condition: condition && turn(condition) };
}

/**
 * Registers the tests of a network.
 *
 * @param name Name of the network in the tests' names.
 * @param make Makes the network.
 * @param contract Properties that it declares.
 */
export function testNetwork(name: string, make: () => Network, contract: NetworkContract): void {
  const { refuses, declaresZeroStart = true, engine = "wasm" } = contract;
  const [height, width] = contract.size;

  function test(what: string, fn: (network: Network) => void | Promise<void>): void {
    Deno.test({
      name: `${name} ${what}`,
      sanitizeOps: engine !== "webgpu",
      sanitizeResources: engine !== "webgpu",
      fn: async () => {
        await useEngine(engine);
        const before = tf.memory().numTensors;
        await fn(make());
        assertEquals(tf.memory().numTensors, before, "tensors must not leak");
      },
    });
  }

  test("has tensors of unique names, which init() returns", (network) => {
    const names = network.tensors.map((spec) => spec.name);
    assertEquals(new Set(names).size, names.length);
    const weights = network.init(createRng(1));
    for (const role of ["param", "buffer"] as const) {
      const made = role === "param" ? weights.params : weights.buffers;
      const specs = network.tensors.filter((spec) => spec.role === role);
      assertEquals(Object.keys(made).toSorted(), specs.map((spec) => spec.name).toSorted());
      for (const spec of specs) assertEquals(made[spec.name]!.shape, [...spec.shape], spec.name);
    }
    dispose(weights);
  });

  test("has initial weights that depend on the seed alone", (network) => {
    let differs = false;
    for (const { name, init, shape } of network.tensors) {
      const values = init(createRng(1).fork(name));
      assertEquals(values.length, shape.reduce((a, b) => a * b, 1), name);
      assertEquals(init(createRng(1).fork(name)), values, name);
      differs ||= init(createRng(2).fork(name)).some((value, i) => value !== values[i]);
    }
    assert(differs, "another seed must give other weights");
  });

  test("returns images [B, H, W, out] of finite values", async (network) => {
    const weights = lively(network);
    for (const length of network.temporal ? [1, 3] : [1]) {
      const make = () => input(network, contract, { batch: 2, length });
      const { values, shapes } = await apply(network, weights, make);
      assertEquals(shapes.image, [2, height, width, network.outChannels]);
      assert(values.image.every(Number.isFinite));
      assert(
        values.image.some((value) => value !== values.image[0]),
        "the image must not be constant",
      );
    }
    dispose(weights);
  });

  test("processes each sample of a batch independently", async (network) => {
    const weights = lively(network);
    const length = network.temporal ? 2 : 1;
    const all = (): NetworkInput => input(network, contract, { batch: 2, length });
    const { values } = await apply(network, weights, all);
    const each = values.image.length / 2;
    for (const sample of [0, 1]) {
      const one = (): NetworkInput => {
        const { x, condition, cNoise } = all();
        const pick = <T extends Tensor>(tensor: T) => tf.split(tensor, 2, 0)[sample] as T;
        return { x: pick(x), condition: condition && pick(condition), cNoise: pick(cNoise) };
      };
      const { values: { image } } = await apply(network, weights, one);
      const batched = values.image.subarray(sample * each, (sample + 1) * each);
      image.forEach((value, i) =>
        assert(Math.abs(value - batched[i]!) <= ROUNDING * (1 + Math.abs(value)), `value ${i}`)
      );
    }
    dispose(weights);
  });

  test("has a gradient for every parameter", async (network) => {
    const weights = lively(network);
    const names = Object.keys(weights.params);
    const gradients = await run(() => {
      const given = input(network, contract, { batch: 1, length: network.temporal ? 2 : 1 });
      const loss = (...params: Tensor[]) => {
        const named = Object.fromEntries(names.map((param, i) => [param, params[i]!]));
        const { image } = network.apply({ params: named, buffers: weights.buffers }, given);
        return tf.mean(tf.square(image)) as Tensor;
      };
      return tf.grads(loss as (...params: Tensor[]) => Tensor)(Object.values(weights.params));
    });
    for (const [i, gradient] of gradients.entries()) {
      assertEquals(gradient.shape, weights.params[names[i]!]!.shape);
      const values = await readTensor(gradient);
      assert(values.every(Number.isFinite), `the gradient of ${names[i]} must be finite`);
      assert(values.some((value) => value !== 0), `the gradient of ${names[i]} must not be 0`);
      gradient.dispose();
    }
    dispose(weights);
  });

  test("refuses other channel counts", (network) => {
    const weights = network.init(createRng(1));
    tf.tidy(() => {
      const given = input(network, contract, { batch: 1, length: 1 });
      const wide = { ...given, x: tf.concat([given.x, given.x], -1) as Sequence };
      assertThrows(() => network.apply(weights, wide), TypeError);
    });
    dispose(weights);
  });

  if (refuses !== undefined) {
    test(`refuses images of ${refuses.join("×")}`, (network) => {
      network.checkSize({ height, width });
      assertThrows(
        () => network.checkSize({ height: refuses[0], width: refuses[1] }),
        RangeError,
        `${refuses[0]}×${refuses[1]}`,
      );
      const weights = network.init(createRng(1));
      tf.tidy(() => {
        const given = input(network, { ...contract, size: refuses }, { batch: 1, length: 1 });
        assertThrows(() => network.apply(weights, given), RangeError);
      });
      dispose(weights);
    });
  }

  if (declaresZeroStart) {
    test("returns exactly 0 with fresh weights", async (network) => {
      const weights = network.init(createRng(4));
      const length = network.temporal ? 2 : 1;
      const make = () => input(network, contract, { batch: 1, length });
      const { values } = await apply(network, weights, make);
      // −0 is 0.
      assert(values.image.every((value) => value === 0));
      dispose(weights);
    });
  }

  test("accepts several frames if it is temporal, and refuses them otherwise", async (network) => {
    const weights = lively(network);
    const make = () => input(network, contract, { batch: 1, length: 3 });
    if (!network.temporal) {
      tf.tidy(() => {
        assertThrows(() => network.apply(weights, make()), TypeError, "mono");
      });
    } else {
      const { values, shapes } = await apply(network, weights, make);
      if (values.masks !== undefined) {
        const [groups, batch, length, h, w] = shapes.masks!;
        assertEquals([batch, length], [1, 3]);
        const plane = h! * w!;
        for (let i = 0; i < groups! * plane; i++) {
          const [g, p] = [Math.floor(i / plane), i % plane];
          const sum = [0, 1, 2].reduce((s, l) => s + values.masks![(g * 3 + l) * plane + p]!, 0);
          assert(Math.abs(sum - 1) < 1e-5, `masks must sum to 1 over the frames, got ${sum}`);
        }
      }
      if (contract.declaresOrderFree ?? true) {
        const turned = await apply(network, weights, () => reversed(make()));
        turned.values.image.forEach((value, i) =>
          assert(Math.abs(value - values.image[i]!) <= ROUNDING * (1 + Math.abs(value)))
        );
      }
    }
    dispose(weights);
  });
}
