/**
 * Contract of a fusion, for built-ins and plugins alike.
 *
 * @module
 */

import { createRng } from "../../core/mod.ts";
import { readTensor, type Sequence, tf, useEngine } from "../../engine/mod.ts";
import type { Fusion } from "../../fusion/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { run } from "../run.ts";

/** Properties that a fusion declares. */
export interface FusionContract {
  /** True if the order of frames does not matter. Default true. */
  readonly declaresOrderFree?: boolean;
  /** Engine to run on. Default "wasm". */
  readonly engine?: "cpu" | "wasm" | "native" | "webgpu";
}

/** Rounding of float32 sums of a few terms of magnitude 1. */
const ROUNDING = 1e-5;

const [BATCH, LENGTH, HEIGHT, WIDTH, CHANNELS] = [2, 4, 5, 6, 3];
const PIXELS = HEIGHT * WIDTH;

/**
 * Registers the tests of a fusion.
 *
 * @param name Name of the fusion in the tests' names.
 * @param make Makes the fusion.
 * @param contract Properties that it declares.
 */
export function testFusion(
  name: string,
  make: () => Fusion,
  { declaresOrderFree = true, engine = "wasm" }: FusionContract = {},
): void {
  function test(what: string, fn: () => Promise<void>): void {
    Deno.test({
      name: `${name} ${what}`,
      sanitizeOps: engine !== "webgpu" && engine !== "native",
      sanitizeResources: engine !== "webgpu" && engine !== "native",
      fn: async () => {
        await useEngine(engine);
        const before = tf.memory().numTensors;
        await fn();
        assertEquals(tf.memory().numTensors, before, "tensors must not leak");
      },
    });
  }

  const sequence = (values: Float32Array, length: number, channels: number) =>
    tf.tensor5d(values, [BATCH, length, HEIGHT, WIDTH, channels]) as Sequence;
  const random = (length: number) => createRng(6).normals(BATCH * length * PIXELS * CHANNELS);

  /** Calls fuse() and checks that it owns nothing but its result. */
  async function fuse(values: Float32Array, weights?: Float32Array, length = LENGTH) {
    const images = sequence(values, length, CHANNELS);
    const w = weights && sequence(weights, length, 1);
    const fused = await run(() => make().fuse(images, w));
    assertEquals(fused.shape, [BATCH, HEIGHT, WIDTH, CHANNELS]);
    assert(!images.isDisposed && !w?.isDisposed, "the caller owns the inputs");
    const result = await readTensor(fused);
    tf.dispose(w === undefined ? [images, fused] : [images, w, fused]);
    return result;
  }

  const close = (a: Float32Array, b: Float32Array) =>
    a.forEach((value, i) => assert(Math.abs(value - b[i]!) <= ROUNDING, `${value} for ${b[i]}`));

  test("returns a single frame unchanged", async () =>
    close(await fuse(random(1), undefined, 1), random(1)));

  test("returns the frame that all frames equal", async () => {
    const one = random(1);
    const size = PIXELS * CHANNELS;
    const all = new Float32Array(one.length * LENGTH);
    for (let b = 0; b < BATCH; b++) {
      for (let l = 0; l < LENGTH; l++) {
        all.set(one.subarray(b * size, (b + 1) * size), (b * LENGTH + l) * size);
      }
    }
    close(await fuse(all), one);
  });

  test("stays between the smallest and the largest frame", async () => {
    const all = random(LENGTH);
    const fused = await fuse(all);
    const size = PIXELS * CHANNELS;
    fused.forEach((value, i) => {
      const [b, at] = [Math.floor(i / size), i % size];
      const frames = Array.from({ length: LENGTH }, (_, l) => all[(b * LENGTH + l) * size + at]!);
      assert(value >= Math.min(...frames) - ROUNDING && value <= Math.max(...frames) + ROUNDING);
    });
  });

  test("takes the only frame of positive weight", async () => {
    const all = random(LENGTH);
    const size = PIXELS * CHANNELS;
    const weights = new Float32Array(BATCH * LENGTH * PIXELS);
    const seen = (b: number, pixel: number) => (b + pixel) % LENGTH;
    for (let b = 0; b < BATCH; b++) {
      for (let p = 0; p < PIXELS; p++) weights[(b * LENGTH + seen(b, p)) * PIXELS + p] = 0.5;
    }
    const wanted = Float32Array.from({ length: BATCH * size }, (_, i) => {
      const [b, at] = [Math.floor(i / size), i % size];
      return all[(b * LENGTH + seen(b, Math.floor(at / CHANNELS))) * size + at]!;
    });
    close(await fuse(all, weights), wanted);
  });

  test("treats equal weights, also 0, as no weights", async () => {
    const all = random(LENGTH);
    const wanted = await fuse(all);
    for (const weight of [1, 0.25, 0]) {
      close(await fuse(all, new Float32Array(BATCH * LENGTH * PIXELS).fill(weight)), wanted);
    }
  });

  if (!declaresOrderFree) return;

  test("is independent of the order of frames", async () => {
    const all = random(LENGTH);
    const size = PIXELS * CHANNELS;
    const turned = new Float32Array(all.length);
    for (let i = 0; i < BATCH * LENGTH; i++) {
      const [b, l] = [Math.floor(i / LENGTH), i % LENGTH];
      const to = b * LENGTH + (l * 3 + 1) % LENGTH;
      turned.set(all.subarray(i * size, (i + 1) * size), to * size);
    }
    close(await fuse(turned), await fuse(all));
  });
}
