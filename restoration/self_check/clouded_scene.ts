/**
 * A scene with synthetic clouds over a part of its reference; the ground below them is known.
 *
 * @module
 */

import { createRng, type PixelArray, pixelArray, type Raster, type Rng } from "../../core/mod.ts";
import { CLOUD_CLASSES } from "../../clouds/mod.ts";
import type { RasterFile, RasterWindow } from "../../rasters/mod.ts";
import { syntheticClouds, type SyntheticCloudsOptions } from "../../synthetic/mod.ts";
import { FrameRows } from "../rows/frame_rows.ts";
import type { SceneMasks } from "../rows/scene_masks.ts";
import type { MaskSource, Scene, SceneFrame } from "../scene.ts";

/** A clouded part of the reference. */
export interface CloudedPart {
  readonly window: RasterWindow;
  /** Stored numbers with clouds, [height, width, bands that are read]. */
  readonly stored: PixelArray;
  /** [height, width]: 1 under cloud, haze or shadow. */
  readonly mask: Uint8Array;
}

/** Reads a part of a frame, all bands that are read; NaN where there is no data. */
export async function readPart(frame: SceneFrame, window: RasterWindow): Promise<Float32Array> {
  const { column, row, width, height } = window;
  const rows = new FrameRows(frame, [column, column + width]);
  await rows.load(row, row + height);
  return rows.window(window);
}

/**
 * Paints clouds over a part of the reference.
 *
 * @param rng Decides where the clouds are.
 * @param bands Names of the model's bands.
 * @param clouds Their properties, but no haze: it would change the pixels outside the clouds.
 */
export async function cloudPart(
  { frames, reference, grid: { dtype }, reflectanceScale }: Scene,
  { window, bands, clouds, rng }: {
    readonly window: RasterWindow;
    readonly bands: readonly string[];
    readonly clouds: SyntheticCloudsOptions;
    readonly rng: Rng;
  },
): Promise<CloudedPart> {
  const frame = frames[reference]!;
  const { gains, biases, missing: [none = NaN] } = frame;
  const { read } = new FrameRows(frame, [window.column, window.column + window.width]);
  const depth = read.length;
  const stored = await readPart(frame, window);
  const inUnits = (value: number, i: number) => {
    const band = read[i % depth]!;
    return value * gains[band]! + biases[band]!;
  };
  const clear: Raster = {
    width: window.width,
    height: window.height,
    bands: read.map((band) => bands[band]!),
    dtype: "float32",
    reflectanceScale,
    // Clouds over nodata would turn it into data.
    data: stored.map((value, i) => Number.isNaN(value) ? 0 : inUnits(value, i)),
    nodata: 0,
  };
  const { cloudy, mask } = syntheticClouds(clear, rng, { ...clouds, haze: 0 });
  const out = pixelArray(dtype, stored.length);
  const whole = !dtype.startsWith("float");
  for (let i = 0; i < stored.length; i++) {
    if (Number.isNaN(stored[i]!)) {
      out[i] = none;
      continue;
    }
    if (cloudy.data[i] === clear.data[i]) {
      out[i] = stored[i]!;
      continue;
    }
    const band = read[i % depth]!;
    const value = (cloudy.data[i]! - biases[band]!) / gains[band]!;
    out[i] = whole ? Math.max(1, Math.round(value)) : value;
  }
  return {
    window,
    stored: out,
    mask: Uint8Array.from(mask.data, (value) => value === CLOUD_CLASSES.clear ? 0 : 1),
  };
}

/** Replaces a part of a raster. */
function withPart(file: RasterFile, { window, stored }: CloudedPart, {
  place,
  bands,
}: {
  readonly place: SceneFrame["place"];
  /** Index in the file of each band of the part. */
  readonly bands: readonly number[];
}): RasterFile {
  return {
    ...file,
    async read(options = {}) {
      const raster = await file.read(options);
      const { column = 0, row = 0 } = options.window ?? {};
      const names = options.bands ?? file.header.bands.keys().toArray();
      const asked = names.map((band) =>
        bands.indexOf(typeof band === "number" ? band : file.header.bands.indexOf(band))
      );
      const data = raster.data.slice();
      for (let y = 0; y < raster.height; y++) {
        const below = row + y - place.row - window.row;
        if (below < 0 || below >= window.height) continue;
        for (let x = 0; x < raster.width; x++) {
          const along = column + x - place.column - window.column;
          if (along < 0 || along >= window.width) continue;
          const from = (below * window.width + along) * bands.length;
          const to = (y * raster.width + x) * asked.length;
          for (const [b, band] of asked.entries()) {
            if (band >= 0) data[to + b] = stored[from + band]!;
          }
        }
      }
      return { ...raster, data };
    },
  };
}

/** Replaces a part of the reference by its clouded version. */
export function withCloudedPart(scene: Scene, part: CloudedPart): Scene {
  const { frames, reference } = scene;
  return {
    ...scene,
    frames: frames.map((frame, l) => {
      if (l !== reference) return frame;
      const bands = frame.bands.filter((band) => band !== undefined);
      return { ...frame, file: withPart(frame.file, part, { place: frame.place, bands }) };
    }),
  };
}

/** Adds the synthetic clouds of a part to the mask of the reference. */
export function withCloudedMasks(
  masks: SceneMasks,
  { window, mask, reference }: CloudedPart & { readonly reference: number },
): SceneMasks {
  const over = (source: MaskSource): MaskSource => ({
    async read(asked) {
      const found = Uint8Array.from(await source.read(asked));
      for (let i = 0; i < found.length; i++) {
        const x = asked.column + i % asked.width - window.column;
        const y = asked.row + Math.floor(i / asked.width) - window.row;
        if (x < 0 || y < 0 || x >= window.width || y >= window.height) continue;
        if (mask[y * window.width + x] === 1) found[i] = 1;
      }
      return found;
    },
  });
  return {
    ...masks,
    open: (rows) => masks.open(rows).map((mask, l) => l === reference ? over(mask!) : mask),
  };
}

/** Random stream of the clouds of a run. */
export function cloudStream(seed: number, window: RasterWindow): Rng {
  return createRng(seed).fork("self-check").fork(window.column).fork(window.row);
}
