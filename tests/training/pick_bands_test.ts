import { assert, assertEquals } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { ownedTensor, readTensor, type Tensor1D, tf, type Weights } from "../../engine/mod.ts";
import { resolveCard } from "../../model/mod.ts";
import { hasBandsOf, pickBands } from "../../training/pick_bands.ts";
import { maxDifference, testOn } from "../engines.ts";
import { disposeModel, livelyModel, MONO } from "../model/small.ts";

const SIDE = 16;
const [RED, BLUE] = [MONO.bands[0]!, MONO.bands[2]!];
const TWO = { ...MONO, bands: [RED, BLUE] };

/** Sets the rows of the first layer that belong to green to zero: [x, cloudy] of three bands each. */
async function withoutGreen({ params, buffers }: Weights): Promise<Weights> {
  const first = params["patch_in.proj.weight"]!;
  const [rows, columns] = first.shape as [number, number];
  const values = (await readTensor(first)).slice();
  for (let row = 0; row < rows; row++) {
    if (row % 3 === 1) values.fill(0, row * columns, (row + 1) * columns);
  }
  first.dispose();
  const zeroed = ownedTensor(values, [rows, columns]);
  return { params: { ...params, "patch_in.proj.weight": zeroed }, buffers };
}

/** Pixel-interleaved values of some of three bands. */
function someBands(values: Float32Array, bands: readonly number[]): Float32Array {
  const out = new Float32Array(values.length / 3 * bands.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = values[Math.floor(i / bands.length) * 3 + bands[i % bands.length]!]!;
  }
  return out;
}

Deno.test("hasBandsOf() tells some of the bands from others", () => {
  const card = resolveCard(MONO);
  assert(hasBandsOf(resolveCard(TWO), card));
  assert(!hasBandsOf(card, card));
  assert(!hasBandsOf(resolveCard({ ...TWO, bands: [RED, { name: "B08", unit: "DN" }] }), card));
});

testOn("cpu", "pickBands() gives the same network without the other bands", async () => {
  const lively = livelyModel(MONO);
  const model = { ...lively, weights: await withoutGreen(lively.weights) };
  const small = livelyModel(TWO);
  const picked = { ...small, weights: await pickBands(model, small.card) };
  const x = createRng(3).normals(SIDE * SIDE * 3);
  const condition = createRng(4).normals(SIDE * SIDE * 3);
  const apply = async (
    { modules: { network }, weights }: typeof model,
    bands: readonly number[],
  ) => {
    const tensor = (values: Float32Array) =>
      tf.tensor5d(someBands(values, bands), [1, 1, SIDE, SIDE, bands.length]);
    const input = { x: tensor(x), condition: tensor(condition), cNoise: tf.tensor1d([0.3]) };
    const { image } = network.apply(weights, { ...input, cNoise: input.cNoise as Tensor1D });
    const values = await readTensor(image);
    tf.dispose([input, image]);
    return values;
  };
  const all = await apply(model, [0, 1, 2]);
  const some = await apply(picked, [0, 2]);
  assertEquals(some.length, SIDE * SIDE * 2);
  assert(maxDifference(some, someBands(all, [0, 2])) < 1e-5);
  for (const one of [model, small, picked]) disposeModel(one);
});
