/**
 * The arrays of a sample, and the offsets at which they take the bands of its files.
 *
 * @module
 */

import { InputError, type Raster } from "../core/mod.ts";
import { sourcePixel } from "./crop.ts";
import type { Layer, SampleFiles } from "./sample_files.ts";

/** Destination of a layer's values: pixel i, band b goes to out[at + i·channels + first + b]. */
export interface Destination {
  readonly out: Float32Array;
  readonly at: number;
  readonly channels: number;
  readonly first: number;
}

function bandsOf({ bands, form }: Layer): readonly number[] {
  return bands ?? [...form.bands.keys()];
}

/**
 * Copies the bands of a square raster with one of the eight symmetries of a crop applied.
 *
 * @throws {InputError} If a value is not finite, unless the layer gives NaN a meaning.
 */
export function copyTurned(raster: Raster, layer: Layer, { symmetry, to: destination }: {
  readonly symmetry: number;
  readonly to: Destination;
}): void {
  const { out, at, channels, first } = destination;
  const [size, count] = [raster.width, raster.bands.length];
  const bands = bandsOf(layer);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [column, row] = sourcePixel(x, y, { size, symmetry });
      const from = (row * size + column) * count;
      const to = at + (y * size + x) * channels + first;
      for (let b = 0; b < bands.length; b++) {
        const value = raster.data[from + bands[b]!]!;
        if (Number.isFinite(value)) out[to + b] = value;
        else if (layer.form.nan !== undefined && Number.isNaN(value)) out[to + b] = layer.form.nan;
        else throw new InputError(`Cannot use ${layer.path}: it must hold numbers, got ${value}`);
      }
    }
  }
}

/** Picks bands out of pixel-interleaved values. */
export function pickBands(
  data: ArrayLike<number>,
  bands: number,
  picked: readonly number[],
): Float32Array {
  const pixels = data.length / bands;
  const count = picked.length;
  const out = new Float32Array(pixels * count);
  for (let i = 0; i < pixels; i++) {
    for (let j = 0; j < count; j++) out[i * count + j] = data[i * bands + picked[j]!]!;
  }
  return out;
}

/** The layers of a sample, each with the array and the frame that it belongs to. */
export function layersOf({ target, frames }: SampleFiles, length: number) {
  return [
    ...target.map((layer) => ({ layer, part: "target" as const, frame: 0 })),
    ...frames.slice(0, length).flatMap(({ cloudy, auxiliary = [], mask }, frame) => [
      ...cloudy.map((layer) => ({ layer, part: "cloudy" as const, frame })),
      ...auxiliary.map((layer) => ({ layer, part: "auxiliary" as const, frame })),
      ...(mask === undefined ? [] : [{ layer: mask, part: "mask" as const, frame }]),
    ]),
  ];
}

type Part = ReturnType<typeof layersOf>[number]["part"];

/** Allocates the arrays of a sample and the destination of each layer's bands. */
export function allocate(layers: ReturnType<typeof layersOf>, pixels: number) {
  const channels: Partial<Record<Part, number>> = {};
  const frames: Partial<Record<Part, number>> = {};
  for (const { layer, part, frame } of layers) {
    if (frame === 0) channels[part] = (channels[part] ?? 0) + bandsOf(layer).length;
    frames[part] = frame + 1;
  }
  const arrays = Object.fromEntries(
    Object.entries(channels).map(([part, count]) =>
      [part, new Float32Array(pixels * count * frames[part as Part]!)] as const
    ),
  ) as Partial<Record<Part, Float32Array>>;
  const filled = new Map<string, number>();
  const destinations = layers.map(({ layer, part, frame }): Destination => {
    const first = filled.get(`${part} ${frame}`) ?? 0;
    filled.set(`${part} ${frame}`, first + bandsOf(layer).length);
    return {
      out: arrays[part]!,
      at: frame * pixels * channels[part]!,
      channels: channels[part]!,
      first,
    };
  });
  return { arrays, destinations };
}
