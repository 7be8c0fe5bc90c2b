/**
 * Dates of a part of a scene.
 *
 * @module
 */

import type { Raster } from "../../core/mod.ts";
import type { RasterWindow } from "../../rasters/mod.ts";
import { FrameRows } from "../rows/frame_rows.ts";
import { readPart } from "./clouded_scene.ts";
import { reflectanceAt, type Scene } from "../scene.ts";

/** Dates of a part of a scene in reflectance, bands of the result; NaN where there is no data. */
export async function datesOf(
  scene: Scene,
  { window, names }: {
    readonly window: RasterWindow;
    readonly names: readonly string[];
  },
): Promise<readonly Raster[]> {
  const { width, height } = window;
  const { frames, output } = scene;
  const dates: Raster[] = [];
  for (const frame of frames) {
    const reflectance = reflectanceAt(scene, frame);
    const { read } = new FrameRows(frame, [window.column, window.column + width]);
    const stored = await readPart(frame, window);
    const data = new Float32Array(width * height * output.length);
    for (const [b, band] of output.entries()) {
      const place = read.indexOf(band);
      for (let i = 0; i < width * height; i++) {
        const value = place < 0 ? NaN : stored[i * read.length + place]!;
        data[i * output.length + b] = reflectance(value, band);
      }
    }
    dates.push({ width, height, bands: names, dtype: "float32", reflectanceScale: 1, data });
  }
  return dates;
}
