/**
 * Real clouds: opacity, light and shade of the clouds of a real image, to be put over other ground.
 *
 * With ground g under the clouds, guessed from the clear pixels around them, a pixel of the image is
 * x = g·(1 − α) + light in cloud and x = g·shade in shadow; over other ground y it becomes
 * y·(1 − α) + light or y·shade. Opaque cloud (α = 1) is the real pixel itself.
 *
 * @module
 */

import {
  type Check,
  normalizeBand,
  OptionsError,
  type Raster,
  reflectanceScaleOf,
  show,
} from "../core/mod.ts";
import { CLOUD_CLASSES, detectClouds } from "../clouds/mod.ts";
import { boxMeans } from "./box_means.ts";

/** Clouds and shadows of a real image. */
export interface RealCloud {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Bands, in the order of the values. */
  readonly bands: readonly string[];
  /** Share of the ground's light that cloud blocks, [height, width]. */
  readonly opacity: Float32Array;
  /** Reflectance of the cloud over black ground, [height, width, bands]. */
  readonly light: Float32Array;
  /** Factor of the ground's reflectance, [height, width, bands]: 1 without shadow. */
  readonly shade: Float32Array;
}

/** Radii in pixels: of the ground around, of the rims of clouds, and of smoothing. */
const RADII = { ground: 48, rim: 4, opacity: 2, light: 3, shade: 2 } as const;
/** HOT (B02 − 0.5·B04) of opaque cloud above that of the ground, at least. */
const LEAST_HOT = 0.12;
/** Least opacity of what the detector calls thick cloud. */
const THICK = 0.9;
/** Opacity that counts as none: what the ground's own colours look like. */
const NO_OPACITY = 0.04;
/** Share of an image that must be cloud. */
const LEAST_COVER = 0.03;
/** Least factor of the ground's light in shadow. */
const DARKEST = 0.15;

/** Mean of the clear pixels around each pixel, or of all where there are none near. */
function groundOf(
  plane: Float32Array,
  clear: Uint8Array,
  { width, height }: Pick<RealCloud, "width" | "height">,
): Float32Array {
  const near = boxMeans(plane, { width, height, radius: RADII.ground }, clear);
  let [sum, count] = [0, 0];
  for (let i = 0; i < clear.length; i++) {
    if (clear[i] === 0) continue;
    sum += plane[i]!;
    count++;
  }
  // Without any clear pixel all is opaque, and the ground does not count.
  return near.map((value) => Number.isNaN(value) ? count === 0 ? 0 : sum / count : value);
}

/** Opacity by HOT between clear ground and the image's thick cloud, smoothed and without rims. */
function opacityOf(
  hot: Float32Array,
  classes: Uint8Array,
  { clear, ...size }: Pick<RealCloud, "width" | "height"> & { readonly clear: Uint8Array },
): Float32Array {
  const { thick, thin } = CLOUD_CLASSES;
  const isCloud = classes.map((kind) => kind === thick || kind === thin ? 1 : 0);
  const near = boxMeans(isCloud, { ...size, radius: RADII.rim });
  const opaque = hot.filter((_, i) => classes[i] === thick).sort();
  const ground = groundOf(hot, clear, size);
  const blocked = hot.map((value, i) => {
    if (near[i] === 0) return 0;
    if (!clear.includes(1)) return 1;
    const full = Math.max((opaque[opaque.length >> 1] ?? 0) - ground[i]!, LEAST_HOT);
    const share = Math.min(Math.max((value - ground[i]!) / full, 0), 1);
    return classes[i] === thick ? Math.max(share, THICK) : share;
  });
  return boxMeans(blocked, { ...size, radius: RADII.opacity })
    .map((share) => share < NO_OPACITY ? 0 : Math.min(share, 1));
}

/**
 * Takes the clouds of a real image, which the built-in detector finds.
 *
 * @param raster Top-of-atmosphere reflectance with B02, B03 and B04.
 * @param bands Bands of the result, all of them in the raster. Default all.
 * @returns Undefined if less than 3 % of the image is cloud.
 * @throws {RangeError} If a band is missing.
 */
export function realCloud(
  raster: Raster,
  bands: readonly string[] = raster.bands,
): RealCloud | undefined {
  const { width, height, data } = raster;
  const names = raster.bands.map(normalizeBand);
  const at = [...bands, "B02", "B04"].map((band) => names.indexOf(normalizeBand(band)));
  if (at.includes(-1)) {
    throw new RangeError(
      `Cannot take clouds: the image must have ${bands.join(", ")}, B02 and B04, got ` +
        raster.bands.join(", "),
    );
  }
  const classes = detectClouds(raster);
  const scale = reflectanceScaleOf(raster);
  const size = { width, height };
  const planes = at.map((band) =>
    Float32Array.from(classes, (_, i) => data[i * names.length + band]! / scale)
  );
  const clear = classes.map((kind) => kind === CLOUD_CLASSES.clear ? 1 : 0);
  const [blue, red] = planes.slice(-2) as [Float32Array, Float32Array];
  const hot = blue.map((value, i) => value - 0.5 * red[i]!);
  const opacity = opacityOf(hot, classes, { ...size, clear });
  const cover = opacity.reduce((sum, share) => sum + (share > NO_OPACITY ? 1 : 0), 0);
  if (cover < LEAST_COVER * opacity.length) return undefined;
  const depth = bands.length;
  const light = new Float32Array(opacity.length * depth);
  const shade = new Float32Array(opacity.length * depth).fill(1);
  const covered = boxMeans(opacity, { ...size, radius: RADII.light });
  for (let b = 0; b < depth; b++) {
    const plane = planes[b]!;
    const ground = groundOf(plane, clear, size);
    const raw = plane.map((value, i) =>
      opacity[i] === 0 ? 0 : Math.max(value - (1 - opacity[i]!) * ground[i]!, 0)
    );
    // The colour of thin cloud is smooth; what varies in it is the ground.
    const smooth = boxMeans(raw, { ...size, radius: RADII.light });
    const dark = boxMeans(
      plane.map((value, i) =>
        classes[i] === CLOUD_CLASSES.shadow && ground[i]! > 0
          ? Math.min(Math.max(value / ground[i]!, DARKEST), 1)
          : 1
      ),
      { ...size, radius: RADII.shade },
    );
    for (let i = 0; i < opacity.length; i++) {
      const share = opacity[i]!;
      light[i * depth + b] = share === 0
        ? 0
        : share * raw[i]! + (1 - share) * share * smooth[i]! / covered[i]!;
      shade[i * depth + b] = dark[i]!;
    }
  }
  return { width, height, bands, opacity, light, shade };
}

/** Check of an option that is a list of {@linkcode realCloud}s. */
export const realCloudsCheck: Check<readonly RealCloud[]> = (
  value,
  path,
): readonly RealCloud[] => {
  const isCloud = (one: Partial<RealCloud> | null) =>
    one?.opacity instanceof Float32Array && one.opacity.length === one.width! * one.height! &&
    one.light?.length === one.opacity.length * one.bands!.length;
  if (!Array.isArray(value) || !value.every(isCloud)) {
    throw new OptionsError(path, `must be a list of real clouds, got ${show(value)}`);
  }
  return value;
};
