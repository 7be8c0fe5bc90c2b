/** LPIPS weights that the reference numbers were computed with: made by a hash, not learnt. */

import type { LpipsNet, LpipsWeights } from "../../metrics/mod.ts";
import { golden } from "../golden.ts";

/** One tensor of the recipe. */
interface RecipeTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly kind: "conv" | "bias" | "lin";
  readonly seed: number;
  readonly first4: readonly number[];
}

/** Numbers in [0, 1). */
function hashed(count: number, seed: number): Float64Array {
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = (i + seed) >>> 0;
    x ^= x >>> 16;
    x = Math.imul(x, 0x7feb352d);
    x ^= x >>> 15;
    x = Math.imul(x, 0x846ca68b);
    x ^= x >>> 16;
    out[i] = (x >>> 8) / 2 ** 24;
  }
  return out;
}

function valuesOf({ shape, kind, seed }: RecipeTensor): Float32Array {
  const count = shape.reduce((a, b) => a * b, 1);
  const uniform = hashed(count, seed);
  const bound = kind === "conv" ? Math.sqrt(6 / (count / shape[0]!)) : 0.05;
  return Float32Array.from(
    uniform,
    (u) => kind === "lin" ? u * 2 / shape[1]! : (2 * u - 1) * bound,
  );
}

/** Tensors by the names of lpips itself (`net.slice1.0.weight`, `lin0.model.1.weight`). */
export async function recipeTensors(
  net: LpipsNet,
): Promise<Readonly<Record<string, { shape: readonly number[]; data: Float32Array }>>> {
  const { hyper } = await golden("lpips");
  const list = hyper[`${net}_tensors`] as readonly RecipeTensor[];
  return Object.fromEntries(list.map((tensor) => {
    const data = valuesOf(tensor);
    tensor.first4.forEach((value, i) => {
      if (data[i] !== value) {
        throw new Error(`${tensor.name}[${i}] must be ${value}, got ${data[i]}`);
      }
    });
    return [tensor.name, { shape: tensor.shape, data }];
  }));
}

/** A name of lpips as torchvision's or as the head's. */
export function plainName(name: string): string {
  return name.replace(/^net\.slice\d\./, "features.").replace(".model.1.weight", "");
}

/** The weights as `createLpips()` takes them. */
export async function recipeWeights(net: LpipsNet): Promise<LpipsWeights> {
  const tensors = await recipeTensors(net);
  const params = Object.entries(tensors).map(([name, tensor]) => [plainName(name), tensor]);
  return { net, params: Object.fromEntries(params) };
}
