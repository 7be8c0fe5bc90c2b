/**
 * The clouds of a scene: masks of all its dates.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import { type ClassMask, DETECTOR_MARGIN, openClassMask } from "../clouds/mod.ts";
import type { RasterHeader, RasterWindow } from "../rasters/mod.ts";
import { type Model, scalingRanges } from "../model/mod.ts";
import { abortableMask } from "./abortable.ts";
import { areaOf } from "./area.ts";
import type { SceneSky } from "./rows/flight.ts";
import type { FrameRows } from "./rows/frame_rows.ts";
import { KEEP_CLEAR_DEFAULTS } from "./keep_clear.ts";
import { classMaskSource, detectorMask } from "./rows/masks.ts";
import { planArea } from "./rows/restore_rows.ts";
import type { MaskSource, Scene } from "./scene.ts";
import type { RestoreSceneOptions } from "./scene_options.ts";
import type { OpenSeries } from "./series.ts";
import { SKY_ROWS } from "./rows/sky_rows.ts";

const METRES_PER_DEGREE = 111_320;

/** Ground size of a pixel in metres; 10, Sentinel-2's, where nothing tells. */
function pixelSizeOf({ transform }: RasterHeader): number {
  if (transform === undefined) return 10;
  const side = Math.hypot(transform[1], transform[4]);
  // Pixels smaller than that are degrees: no satellite resolves centimetres.
  return side < 0.02 ? side * METRES_PER_DEGREE : side;
}

/** The part of the scene whose mask is read: all tiles that are needed, and what is around them. */
async function lookedAt(
  model: Model,
  { scene }: OpenSeries,
  options: RestoreSceneOptions,
): Promise<RasterWindow> {
  const { grid } = scene;
  const { dilate = KEEP_CLEAR_DEFAULTS.dilate } = options;
  const { plan } = await planArea(model, scene, { ...options, area: areaOf(grid, options) });
  const { all, tileSize } = plan;
  const row = Math.max(0, plan.rows[all.rows[0]]! - dilate);
  const column = Math.max(0, plan.columns[all.columns[0]]! - dilate);
  const right = plan.columns[all.columns[1] - 1]! + tileSize + dilate;
  // Rows are looked at in blocks.
  const bottom = plan.rows[all.rows[1] - 1]! + tileSize + SKY_ROWS + dilate;
  return {
    column,
    row,
    width: Math.min(grid.width, right) - column,
    height: Math.min(grid.height, bottom) - row,
  };
}

/** Whether a model has the bands that the detector needs. */
export function detects({ card }: Pick<Model, "card">): boolean {
  return ["B02", "B03", "B04"].every((band) => card.bands.some(({ name }) => name === band));
}

/** What the detector finds in a date of a scene; its pixels without data are clear in the reference. */
function detected(
  rows: FrameRows,
  { scene: { grid, reference, reflectanceScale }, model: { card }, date }: {
    readonly scene: Scene;
    readonly model: Pick<Model, "card">;
    readonly date: number;
  },
): MaskSource {
  return detectorMask(rows, {
    scene: grid,
    bands: card.bands.map(({ name }) => name),
    // Of a model without reflectances, the top of its range.
    reflectanceScale: reflectanceScale ?? scalingRanges(card.scaling, 1)[0]!.high,
    pixelSize: pixelSizeOf(grid),
    emptyIsClear: date === reference,
  });
}

/** The sky of a scene by the detector alone. */
export function detectorSky(scene: Scene, model: Pick<Model, "card">): SceneSky {
  return {
    margin: DETECTOR_MARGIN,
    open: (rows) => rows.map((row, date) => detected(row, { scene, model, date })),
  };
}

/** Masks of all dates; undefined where clear pixels are not kept. */
export async function openSky(
  series: OpenSeries,
  { model, options }: { readonly model: Model; readonly options: RestoreSceneOptions },
): Promise<{ readonly sky: SceneSky; close(): Promise<void> } | undefined> {
  const { files, scene } = series;
  const { card } = model;
  const { mask, maskValues, dilate, feather, signal } = options;
  if (mask === undefined) return undefined;
  const { grid, reference } = scene;
  const rasterOf = (l: number) => {
    if (mask === "scl") return files[l]!.classification;
    return l === reference && mask !== "detector" ? mask : undefined;
  };
  if (mask === "scl" && rasterOf(reference) === undefined) {
    const { source, product } = files[reference]!;
    throw new InputError(
      `Cannot keep the clear pixels of ${source}: it must be a product with a scene classification ` +
        `(SCL), which there is none of; give its path with --mask` +
        // The detector is made for L1C.
        (product.level === "L2A" ? "" : ", or use the detector"),
    );
  }
  const visible = detects(model);
  if (!visible && rasterOf(reference) === undefined) {
    throw new InputError(
      `Cannot look for clouds in ${
        files[reference]!.source
      }: the detector needs B02, B03 and B04, ` +
        `model ${card.name} has ${card.bands.map(({ name }) => name).join(", ")}; give a mask`,
    );
  }
  const area = await lookedAt(model, series, options);
  const rasters: (ClassMask | undefined)[] = [];
  const close = async () => {
    for (const raster of rasters) await raster?.close();
  };
  try {
    for (const l of files.keys()) {
      const path = rasterOf(l);
      rasters.push(
        path === undefined
          ? undefined
          : await openClassMask(path, { grid, area, ...(maskValues && { values: maskValues }) }),
      );
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    close,
    sky: {
      margin: DETECTOR_MARGIN,
      ...(dilate !== undefined && { dilate }),
      ...(feather !== undefined && { feather }),
      open: (rows) =>
        rows.map((row, l) => {
          const raster = rasters[l];
          if (raster !== undefined) return abortableMask(classMaskSource(row, raster), signal);
          if (!visible) return undefined;
          return abortableMask(detected(row, { scene, model, date: l }), signal);
        }),
    },
  };
}
