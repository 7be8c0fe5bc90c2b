/**
 * Shapes of real clouds: hand-drawn class masks as fields for synthetic clouds.
 *
 * @module
 */

import { type Check, mean, OptionsError, type Raster, type Rng, show } from "../core/mod.ts";
import { noiseField, sampleField } from "./noise_field.ts";

/** Depth of the pixels of a mask inside of its clouds. */
export interface CloudShape {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Depth, [height, width]: high inside of clouds, mean 0, standard deviation 1. */
  readonly field: Float32Array;
}

/** Radii of the blurs in pixels; their mean is high in the middle of a cloud. */
const BLURS: readonly number[] = [1, 4, 12, 36];

/** Means of 2·radius + 1 pixels along one axis, fewer at borders. */
function boxBlur(
  values: Float32Array,
  { count, stride, lines, step, radius }: {
    readonly count: number;
    readonly stride: number;
    readonly lines: number;
    readonly step: number;
    readonly radius: number;
  },
): Float32Array {
  const out = new Float32Array(values.length);
  const sums = new Float64Array(count + 1);
  for (let line = 0; line < lines; line++) {
    const first = line * step;
    for (let i = 0; i < count; i++) sums[i + 1] = sums[i]! + values[first + i * stride]!;
    for (let i = 0; i < count; i++) {
      const [from, to] = [Math.max(0, i - radius), Math.min(count, i + radius + 1)];
      out[first + i * stride] = (sums[to]! - sums[from]!) / (to - from);
    }
  }
  return out;
}

/** Tent blur: two passes of a box along each axis. */
function blur(values: Float32Array, width: number, height: number, radius: number): Float32Array {
  const rows = { count: width, stride: 1, lines: height, step: width, radius };
  const columns = { count: height, stride: width, lines: width, step: 1, radius };
  return [rows, columns, rows, columns].reduce((field, axis) => boxBlur(field, axis), values);
}

/**
 * Computes the shape of the clouds in a class mask.
 *
 * @param mask Raster with one band of classes.
 * @param cloud Classes of cloud. Default 4, as in the masks of ukis-csmask.
 * @throws {TypeError} If the raster has several bands.
 * @throws {RangeError} If the mask has no cloud, or only cloud.
 */
export function cloudShape(mask: Raster, cloud: readonly number[] = [4]): CloudShape {
  const { width, height, bands, data } = mask;
  if (bands.length !== 1) {
    throw new TypeError(`Cannot use a mask: it must have one band, got ${bands.length}`);
  }
  const flags = Float32Array.from(data, (value) => cloud.includes(value) ? 1 : 0);
  const share = mean(flags);
  if (share === 0 || share === 1) {
    throw new RangeError(
      `Cannot use a mask: it must contain cloud (${cloud.join(", ")}) and other classes, got ` +
        `${100 * share} % cloud`,
    );
  }
  const field = new Float32Array(flags.length);
  for (const radius of BLURS) {
    const blurred = blur(flags, width, height, radius);
    for (let i = 0; i < field.length; i++) field[i]! += blurred[i]!;
  }
  let [sum, squares] = [0, 0];
  for (const value of field) {
    sum += value;
    squares += value * value;
  }
  const middle = sum / field.length;
  const deviation = Math.sqrt(squares / field.length - middle * middle);
  return { width, height, field: field.map((value) => (value - middle) / deviation) };
}

/** Check of an option that is a list of {@linkcode cloudShape}s. */
export const cloudShapesCheck: Check<readonly CloudShape[]> = (
  value,
  path,
): readonly CloudShape[] => {
  const isShape = (shape: Partial<CloudShape> | null) =>
    shape?.field instanceof Float32Array && shape.field.length === shape.width! * shape.height!;
  if (!Array.isArray(value) || !value.every(isShape)) {
    throw new OptionsError(path, `must be a list of cloud shapes, got ${show(value)}`);
  }
  return value;
};

/** Mirrors a coordinate beyond the borders back inside. */
function mirrored(position: number, length: number): number {
  const last = length - 1;
  const turn = ((position % (2 * last)) + 2 * last) % (2 * last);
  return turn > last ? 2 * last - turn : turn;
}

/** Roughness of the borders, which hand-drawn masks lack, in standard deviations of the field. */
const ROUGHNESS = 0.3;

/**
 * Cuts a random piece out of a shape, [height, width]: rotated, scaled by 0.5 to 2, with rough
 * borders.
 */
export function drawShape(
  shape: CloudShape,
  { width, height }: { readonly width: number; readonly height: number },
  rng: Rng,
): Float32Array {
  const u = rng.uniforms(4);
  const zoom = 2 ** (2 * u[0]! - 1);
  const angle = 2 * Math.PI * u[1]!;
  const [cos, sin] = [Math.cos(angle) / zoom, Math.sin(angle) / zoom];
  const [column, row] = [u[2]! * shape.width, u[3]! * shape.height];
  const rough = noiseField({ width, height, scale: 24, octaves: 4 }, rng.fork("rough"));
  const out = new Float32Array(width * height);
  for (let i = 0; i < out.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const at = {
      width: shape.width,
      height: shape.height,
      x: mirrored(column + cos * x - sin * y, shape.width),
      y: mirrored(row + sin * x + cos * y, shape.height),
    };
    out[i] = sampleField(shape.field, at) + ROUGHNESS * rough[i]!;
  }
  return out;
}
