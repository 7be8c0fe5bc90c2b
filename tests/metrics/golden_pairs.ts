/**
 * Image pairs with the scores that the authors' code, scikit-image and torchmetrics give them: all of
 * `../shared/golden` where it is, else the part of it in `testdata/golden`.
 *
 * @module
 */

import { parseSafetensors } from "../../checkpoints/mod.ts";

const PLACES = ["../../../shared/golden/", "../testdata/golden/"] as const;

/** A pair of images in 0..1. */
export interface GoldenPair {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** [H, W, C]. */
  readonly target: Float32Array;
  /** [H, W, C]. */
  readonly prediction: Float32Array;
  /** A score in float64. @throws {Error} If the file has no such score. */
  score(name: string): number;
  /** Whether there is such a score. */
  has(name: string): boolean;
}

/** A file as it is, in float64 where it was. */
export function readGoldenFile(name: string): ReturnType<typeof parseSafetensors>["tensors"] {
  for (const place of PLACES) {
    try {
      const url = new URL(`${place}${name}.safetensors`, import.meta.url);
      return parseSafetensors(Deno.readFileSync(url)).tensors;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Error(`Cannot find the reference numbers ${name}`);
}

/** One image of [N, C, H, W] as [H, W, C], each number through f. */
export function channelsLast(
  { data, shape }: { readonly data: ArrayLike<number | bigint>; readonly shape: readonly number[] },
  image = 0,
  f: (value: number) => number = (value) => value,
): Float32Array {
  const [, channels, height, width] = shape as [number, number, number, number];
  const size = height * width;
  return Float32Array.from({ length: channels * size }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / channels), i % channels];
    return f(Number(data[(image * channels + channel) * size + pixel]));
  });
}

const tensors = readGoldenFile("metrics");

/** A pair of the file; the images of `ev4` are bytes there. */
function pairOf(name: string): GoldenPair {
  const bytes = tensors[`${name}.a_u8`] !== undefined;
  const [a, b] = ["a", "b"].map((image) => tensors[`${name}.${image}${bytes ? "_u8" : ""}`]!);
  const [, channels, height, width] = a!.shape as [number, number, number, number];
  const relative = (value: number) => bytes ? value / 255 : value;
  return {
    name,
    height,
    width,
    channels,
    target: channelsLast(a!, 0, relative),
    prediction: channelsLast(b!, 0, relative),
    has: (score) => Object.hasOwn(tensors, `${name}.${score}`),
    score(score) {
      const found = tensors[`${name}.${score}`];
      if (found === undefined) throw new Error(`Cannot find the score ${score} of ${name}`);
      return Number(found.data[0]);
    },
  };
}

/** All pairs that are there. */
export const PAIRS: readonly GoldenPair[] = [
  ...new Set(Object.keys(tensors).map((name) => name.split(".")[0]!)),
].filter((name) => /^(pair\d|ev4)$/.test(name)).sort().map(pairOf);

/** Images before and after the stretch of Sen2_MTC_New. */
export const STRETCHES = (["3", "4"] as const).map((bands) => ({
  input: tensors[`scale01.in${bands}`]!,
  output: tensors[`scale01.out${bands}`]!,
}));
