/**
 * The arrays of a sample, and where the bands of its files go in them.
 *
 * @module
 */

import { InputError, type Raster } from "../core/mod.ts";
import type { Layer, SampleFiles } from "./sample_files.ts";

/** Where a layer's numbers go: pixel i, band b to out[at + i·channels + first + b]. */
export interface Place {
  readonly out: Float32Array;
  readonly at: number;
  readonly channels: number;
  readonly first: number;
}

function bandsOf({ bands, form }: Layer): readonly number[] {
  return bands ?? [...form.bands.keys()];
}

/**
 * Copies a square raster's bands, turned by one of the eight symmetries of a crop.
 *
 * @throws {InputError} If a number is none.
 */
export function copyTurned(raster: Raster, layer: Layer, { symmetry, place }: {
  readonly symmetry: number;
  readonly place: Place;
}): void {
  const { out, at, channels, first } = place;
  const [size, count] = [raster.width, raster.bands.length];
  const last = size - 1;
  const bands = bandsOf(layer);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [u, v] = (symmetry & 1) === 0 ? [x, y] : [y, x];
      const fromX = (symmetry & 2) === 0 ? u : last - u;
      const fromY = (symmetry & 4) === 0 ? v : last - v;
      const from = (fromY * size + fromX) * count;
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

/** Some bands of pixel-interleaved numbers. */
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

/** The layers of a sample, and of which array they are a part. */
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

/** The arrays of a sample's parts, and where each layer's bands go. */
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
  const places = layers.map(({ layer, part, frame }): Place => {
    const first = filled.get(`${part} ${frame}`) ?? 0;
    filled.set(`${part} ${frame}`, first + bandsOf(layer).length);
    return {
      out: arrays[part]!,
      at: frame * pixels * channels[part]!,
      channels: channels[part]!,
      first,
    };
  });
  return { arrays, places };
}
