/**
 * Opens the cloud masks of the dates: detector, scene classification or class raster. With three dates
 * or more, the detector compares them with each other.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import { DETECTOR_MARGIN } from "../clouds/mod.ts";
import type { RasterHeader, RasterWindow } from "../rasters/mod.ts";
import { type Model, scalingRanges } from "../model/mod.ts";
import { abortableMask } from "./abortable.ts";
import type { FrameRows } from "./rows/frame_rows.ts";
import { classMaskSource, detectorMask } from "./rows/mask_sources.ts";
import { comparePool, timeMaskSources } from "./rows/time_mask_sources.ts";
import type { SceneMasks } from "./rows/scene_masks.ts";
import type { MaskSource, Scene } from "./scene.ts";
import { windowThreads } from "./threads/window_pool.ts";
import { chooseMasks, maskList } from "./mask_choice.ts";
import { openMaskRasters } from "./mask_rasters.ts";
import type { MaskNames } from "./mask_names.ts";
import type { MaskOptions } from "./mask_options.ts";
import type { OpenSeries } from "./open_series.ts";
import { compareDates, comparedBands, type ComparisonCache } from "./compare_dates.ts";

const METRES_PER_DEGREE = 111_320;
/** Pixels of all dates below which threads take longer to start than to compare them. */
const LEAST_PIXELS = 2 ** 23;

/** Ground size of a pixel in metres; 10 (Sentinel-2) without a transform. */
function pixelSizeOf({ transform }: RasterHeader): number {
  if (transform === undefined) return 10;
  const side = Math.hypot(transform[1], transform[4]);
  // Smaller pixels must be in degrees: no satellite resolves centimetres.
  return side < 0.02 ? side * METRES_PER_DEGREE : side;
}

/** Returns true if there are the bands that the detector needs. */
export function detects({ bands }: Pick<Scene, "bands">): boolean {
  return ["B02", "B03", "B04"].every((band) => bands.includes(band));
}

/** Detector mask of a date. */
function detected(
  rows: FrameRows,
  { scene: { grid, bands, reflectanceScale }, level, brightest, emptyIsClear }: {
    readonly scene: Scene;
    /** Level of the date. Default unknown, taken for L1C. */
    readonly level?: "L1C" | "L2A" | undefined;
    /** Value that stands for reflectance 1 where the unit isn't reflectance. */
    readonly brightest: number;
    /** Counts pixels without data as clear. */
    readonly emptyIsClear: boolean;
  },
): MaskSource {
  return detectorMask(rows, {
    scene: grid,
    bands,
    reflectanceScale: reflectanceScale ?? brightest,
    pixelSize: pixelSizeOf(grid),
    emptyIsClear,
    ...(level && { level }),
  });
}

/** Top of a model's range. */
function brightestOf({ card }: Pick<Model, "card">): number {
  return scalingRanges(card.scaling, 1)[0]!.high;
}

/** Masks of a scene by the detector alone. */
export function detectorMasks(scene: Scene, model: Pick<Model, "card">): SceneMasks {
  const brightest = brightestOf(model);
  return {
    margin: DETECTOR_MARGIN,
    open: (rows) =>
      rows.map((row, date) =>
        detected(row, { scene, brightest, emptyIsClear: date === scene.reference })
      ),
  };
}

/** @throws {InputError} If neither a raster nor the detector can tell the clouds of a date. */
function checkDate(
  { files, scene }: OpenSeries,
  { date, needsScl, compares, model, allow }: {
    readonly date: number;
    /** True if the dates are compared. */
    readonly compares: boolean;
    /** True if its mask must be the product's scene classification. */
    readonly needsScl: boolean;
    /** Model that the scene is opened for, if any. */
    readonly model: Model | undefined;
    /** Allows the detector on L2A. */
    readonly allow: boolean;
  },
): void {
  const { source, product, classification } = files[date]!;
  if (needsScl) {
    throw new InputError(
      `Cannot keep the clear pixels of ${source}: it must be a product with a scene classification ` +
        `(SCL), got none; give its path with --mask` +
        // The detector is for L1C products.
        (product.level === "L2A" ? "" : ", or use the detector"),
    );
  }
  if (compares) return;
  if (product.level === "L2A" && !allow) {
    throw new InputError(
      `Cannot detect clouds in ${source}: the detector is for top-of-atmosphere reflectance (L1C), ` +
        `got surface reflectance (L2A), in which it misses thin clouds; use ` +
        (classification === undefined
          ? "the product's scene classification (SCL), Fmask or QA_PIXEL: --mask FILE"
          : "the product's own mask: --mask scl") +
        "; or allow it (--allow-level-mismatch)",
    );
  }
  if (!detects(scene)) {
    throw new InputError(
      `Cannot detect clouds in ${source}: the detector needs B02, B03 and B04, ` +
        (model === undefined ? "the dates have " : `model ${model.card.name} has `) +
        `${scene.bands.join(", ")}; give a mask`,
    );
  }
}

/** Open masks of a scene. */
export interface OpenMasks {
  /** Masks, opened over the rows of the dates. */
  readonly masks: SceneMasks;
  /** True if the reference's mask is the detector's. */
  readonly isDetected: boolean;
  /** Closes the rasters. */
  close(): Promise<void>;
}

/** Options of {@linkcode openDateMasks}. */
export interface DateMasksOptions {
  /** Masks of the dates, as in `MaskOptions`. */
  readonly mask: MaskOptions & { readonly source: MaskNames };
  /** Part of the scene whose masks are read. Default all of it. */
  readonly area?: RasterWindow;
  /** Model that the scene is opened for. Default none. */
  readonly model?: Model;
  /**
   * True if every date needs a mask, and is clear where it has no data; else both hold for the reference
   * alone.
   */
  readonly isEach: boolean;
  /**
   * Finds clouds on each date alone, which needs no survey: for estimates, and for choosing dates.
   * Default false.
   */
  readonly isQuick?: boolean;
  /** Allows the detector on L2A. Default false. */
  readonly allowLevelMismatch?: boolean;
  /** Counts a sample of large masks only, see `ClassMaskOptions`. Default false. */
  readonly isLook?: boolean;
  /** Comparisons of the dates by earlier calls. Default none. */
  readonly comparisons?: ComparisonCache | undefined;
  /** Threads that compare dates beside the calling one. Default: as many as processors serve. */
  readonly threads?: number;
  readonly log?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Opens the masks of all dates.
 *
 * @throws {InputError} If a class raster can't be read or doesn't fit the scene, a mask is of a date that
 *   isn't there, or a date that needs a mask has none.
 */
export async function openDateMasks(
  series: OpenSeries,
  options: DateMasksOptions,
): Promise<OpenMasks> {
  const { mask, area, model, isEach, isQuick, isLook = false, log = () => {}, signal } = options;
  const { allowLevelMismatch: allow = false, comparisons: known, threads = windowThreads() } =
    options;
  const { scene, files } = series;
  const { source, values, bits, above, ...keep } = mask;
  const choices = await chooseMasks(series, source);
  const isSingle = maskList(source).length === 1;
  const compared = comparedBands(scene);
  const compares = typeof compared !== "string";
  const wanted = [...choices.keys()].filter((l) => choices[l]!.path === undefined);
  for (const [date, { path, name }] of choices.entries()) {
    if (path !== undefined) continue;
    // Of several masks, each is for its own date.
    const isOwn = date === scene.reference || (name !== undefined && !isSingle);
    if (!(isEach || isOwn)) continue;
    checkDate(series, { date, needsScl: isOwn && name === "scl", compares, model, allow });
  }
  const rasters = await openMaskRasters(choices, {
    grid: scene.grid,
    ...(area && { area }),
    isLook,
    log,
    meaning: { values, bits, above },
  });
  const close = async () => {
    for (const raster of rasters) await raster?.close();
  };
  const brightest = model === undefined ? 1 : brightestOf(model);
  const visible = detects(scene);
  const emptyIsClear = (date: number) => isEach || date === scene.reference;
  try {
    const fit = isQuick || wanted.length === 0 || !visible
      ? undefined
      : await compareDates(series, {
        compared,
        wanted,
        brightest,
        pixelSize: pixelSizeOf(scene.grid),
        known,
        log,
        signal,
      });
    const isLarge = scene.grid.width * scene.grid.height * files.length >= LEAST_PIXELS;
    const pool = fit !== undefined && isLarge && threads > 0
      ? comparePool(fit, threads)
      : undefined;
    return {
      isDetected: choices[scene.reference]!.path === undefined,
      close: async () => {
        await pool?.close();
        await close();
      },
      masks: {
        ...keep,
        // Rasters need no pixels around.
        margin: visible && rasters.includes(undefined) ? fit?.margin ?? DETECTOR_MARGIN : 0,
        comparesDates: fit !== undefined,
        open(rows, dates) {
          const read = wanted.filter((l) => dates?.includes(l) ?? true);
          const inTime = fit && compares
            ? timeMaskSources(rows, {
              ...compared,
              scene: scene.grid,
              fit,
              wanted: read,
              emptyIsClear,
              pool,
            })
            : undefined;
          return rows.map((row, l) => {
            const raster = rasters[l];
            if (raster !== undefined) return abortableMask(classMaskSource(row, raster), signal);
            if (!visible) return undefined;
            const { level } = files[l]!.product;
            const own = inTime?.[l] ??
              detected(row, { scene, level, brightest, emptyIsClear: emptyIsClear(l) });
            return abortableMask(own, signal);
          });
        },
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
