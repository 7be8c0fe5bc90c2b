/**
 * Opens the cloud masks of a scene: detector, scene classification or class raster.
 *
 * @module
 */

import { InputError, shownAddress } from "../core/mod.ts";
import {
  type ClassMask,
  type ClassMaskOptions,
  DETECTOR_MARGIN,
  type MaskMeaning,
  openClassMask,
} from "../clouds/mod.ts";
import type { RasterHeader, RasterWindow } from "../rasters/mod.ts";
import { type Model, scalingRanges } from "../model/mod.ts";
import { abortableMask } from "./abortable.ts";
import { areaOf } from "./area.ts";
import type { FrameRows } from "./rows/frame_rows.ts";
import { keepClearOf } from "./keep_clear.ts";
import { classMaskSource, detectorMask } from "./rows/mask_sources.ts";
import { planArea } from "./rows/plan_area.ts";
import type { SceneMasks } from "./rows/scene_masks.ts";
import type { MaskSource, Scene } from "./scene.ts";
import type { SceneOptions } from "./scene_options.ts";
import type { OpenSeries } from "./series.ts";
import { MASK_ROWS } from "./rows/mask_rows.ts";

const METRES_PER_DEGREE = 111_320;

/** Ground size of a pixel in metres; 10 (Sentinel-2) without a transform. */
function pixelSizeOf({ transform }: RasterHeader): number {
  if (transform === undefined) return 10;
  const side = Math.hypot(transform[1], transform[4]);
  // Smaller pixels must be in degrees: no satellite resolves centimetres.
  return side < 0.02 ? side * METRES_PER_DEGREE : side;
}

/** Part of the scene whose masks are read: the tiles of the area, and the context of their masks. */
async function maskedArea(
  model: Model,
  { scene }: OpenSeries,
  options: SceneOptions,
): Promise<RasterWindow> {
  const { grid } = scene;
  const { dilate } = keepClearOf(options.mask);
  const { plan } = await planArea(model, scene, { ...options, area: areaOf(grid, options) });
  const { all, tileSize } = plan;
  const row = Math.max(0, plan.rows[all.rows[0]]! - dilate);
  const column = Math.max(0, plan.columns[all.columns[0]]! - dilate);
  const right = plan.columns[all.columns[1] - 1]! + tileSize + dilate;
  // Mask rows are read in chunks.
  const bottom = plan.rows[all.rows[1] - 1]! + tileSize + MASK_ROWS + dilate;
  return {
    column,
    row,
    width: Math.min(grid.width, right) - column,
    height: Math.min(grid.height, bottom) - row,
  };
}

/** Returns true if a model has the bands that the detector needs. */
export function detects({ card }: Pick<Model, "card">): boolean {
  return ["B02", "B03", "B04"].every((band) => card.bands.some(({ name }) => name === band));
}

/** Detector mask of a date; pixels without data count as clear in the reference. */
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
    // A model without a reflectance unit uses the top of its range.
    reflectanceScale: reflectanceScale ?? scalingRanges(card.scaling, 1)[0]!.high,
    pixelSize: pixelSizeOf(grid),
    emptyIsClear: date === reference,
  });
}

/** Masks of a scene by the detector alone. */
export function detectorMasks(scene: Scene, model: Pick<Model, "card">): SceneMasks {
  return {
    margin: DETECTOR_MARGIN,
    open: (rows) => rows.map((row, date) => detected(row, { scene, model, date })),
  };
}

/** Class raster of each date, where a mask source has one. */
function rasterPaths(
  { files, scene: { reference } }: OpenSeries,
  source: string,
): readonly (string | undefined)[] {
  if (source === "detector") return files.map(() => undefined);
  // Of the other dates, the product's own mask; else the detector looks at them.
  return files.map(({ classification }, l) =>
    l === reference && source !== "scl" ? source : classification
  );
}

/** @throws {InputError} If neither a raster nor the detector can tell the reference's clouds. */
function checkReference(
  { files, scene: { reference } }: OpenSeries,
  { source: mask, paths, card, allow }: {
    readonly source: string;
    /** Allows the detector on L2A. */
    readonly allow: boolean;
    readonly paths: readonly (string | undefined)[];
    readonly card: Model["card"];
  },
): void {
  if (paths[reference] !== undefined) return;
  const { source, product } = files[reference]!;
  if (mask === "scl") {
    throw new InputError(
      `Cannot keep the clear pixels of ${source}: it must be a product with a scene classification ` +
        `(SCL), got none; give its path with --mask` +
        // The detector is for L1C products.
        (product.level === "L2A" ? "" : ", or use the detector"),
    );
  }
  if (product.level === "L2A" && !allow) {
    const { classification } = files[reference]!;
    throw new InputError(
      `Cannot detect clouds in ${source}: the detector is for top-of-atmosphere reflectance (L1C), ` +
        `got surface reflectance (L2A), in which it misses thin clouds; use ` +
        (classification === undefined
          ? "the product's scene classification (SCL), Fmask or QA_PIXEL: --mask FILE"
          : "the product's own mask: --mask scl") +
        "; or allow it (--allow-level-mismatch)",
    );
  }
  if (!detects({ card })) {
    throw new InputError(
      `Cannot detect clouds in ${source}: the detector needs B02, B03 and B04, model ${card.name} ` +
        `has ${card.bands.map(({ name }) => name).join(", ")}; give a mask`,
    );
  }
}

/** Opens class rasters, all or none, and says what they hide. */
async function openRasters(
  paths: readonly (string | undefined)[],
  { meaningOf, log, ...options }: Omit<ClassMaskOptions, keyof MaskMeaning> & {
    /** Meaning of the values of a mask as the user gives it. */
    readonly meaningOf: (date: number) => MaskMeaning;
    readonly log: (line: string) => void;
  },
): Promise<readonly (ClassMask | undefined)[]> {
  const rasters: (ClassMask | undefined)[] = [];
  try {
    for (const [date, path] of paths.entries()) {
      if (path === undefined) {
        rasters.push(undefined);
        continue;
      }
      const raster = await openClassMask(path, { ...options, ...meaningOf(date) });
      rasters.push(raster);
      const name = shownAddress(path);
      log(`mask ${name}: ${raster.summary}`);
      for (const warning of raster.warnings) log(`warning: mask ${name}: ${warning}`);
    }
  } catch (error) {
    for (const raster of rasters) await raster?.close();
    throw error;
  }
  return rasters;
}

/**
 * Opens the masks of all dates; undefined without a mask source.
 *
 * @throws {InputError} If a class raster can't be read, or the reference has no mask.
 */
export async function openMasks(
  series: OpenSeries,
  { model, options }: { readonly model: Model; readonly options: SceneOptions },
): Promise<{ readonly masks: SceneMasks; close(): Promise<void> } | undefined> {
  const { scene } = series;
  const { mask: { source, values, bits, above, ...keep } = {}, signal, log = () => {} } = options;
  if (source === undefined) return undefined;
  const paths = rasterPaths(series, source);
  const { allowLevelMismatch: allow = false } = options;
  checkReference(series, { source, paths, card: model.card, allow });
  const area = await maskedArea(model, series, options);
  const meaning: MaskMeaning = { values, bits, above };
  const rasters = await openRasters(paths, {
    grid: scene.grid,
    area,
    log,
    // The masks of other dates are their products' own, which need no explanation.
    meaningOf: (l) => source === "scl" || l === scene.reference ? meaning : {},
  });
  const visible = detects(model);
  return {
    async close() {
      for (const raster of rasters) await raster?.close();
    },
    masks: {
      ...keep,
      margin: DETECTOR_MARGIN,
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
