/**
 * Clouds of the reference date: read from the given mask, and the window with the most of them.
 *
 * @module
 */

import { openClassMask } from "../clouds/mod.ts";
import type { RasterWindow } from "../rasters/mod.ts";
import { chooseMasks, type OpenSeries, type SceneOptions } from "../restoration/mod.ts";
import { worstWindow } from "./clouds.ts";
import { inScene, type ReportLayout } from "./layout.ts";

/** Clouds of the reference in a mask file, 0 or 1; undefined if the mask is not a file. */
export async function givenClouds(
  series: OpenSeries,
  window: RasterWindow,
  { mask: { source, values, bits, above } = {} }: Pick<SceneOptions, "mask">,
): Promise<Uint8Array | undefined> {
  if (source === undefined) return undefined;
  const { grid, reference } = series.scene;
  const { path } = (await chooseMasks(series, source))[reference]!;
  if (path === undefined) return undefined;
  const file = await openClassMask(path, {
    grid,
    area: window,
    values,
    bits,
    above,
  });
  try {
    return (await file.read(window)).map((value) => value === 0 ? 0 : 1);
  } finally {
    await file.close();
  }
}

/** Window with the most cloud where the reference (and the clear image) have data. */
export function findDetail(
  clouds: Uint8Array | undefined,
  { small, truth, depth, area, layout }: {
    readonly small: { readonly width: number; readonly height: number };
    readonly truth: Float32Array | undefined;
    readonly depth: number;
    readonly area: RasterWindow;
    readonly layout: ReportLayout;
  },
): RasterWindow {
  if (layout.single) return area;
  const counted = (clouds ?? new Uint8Array(small.width * small.height)).map((value, pixel) =>
    value === 1 && (truth === undefined || !Number.isNaN(truth[pixel * depth])) ? 1 : 0
  );
  const size = {
    width: Math.ceil(layout.detail.width / layout.step),
    height: Math.ceil(layout.detail.height / layout.step),
  };
  return inScene(worstWindow(counted, { ...small, size }), { ...layout, area });
}
