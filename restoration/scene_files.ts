/**
 * Output files of a restored scene: the image, its provenance and uncertainty rasters, and a picture.
 *
 * @module
 */

import {
  type CogWriter,
  createCog,
  type FileChecksum,
  type RasterHeader,
  type RasterWindow,
} from "../rasters/mod.ts";
import type { CardScaling } from "../model/mod.ts";
import { maskPaths } from "./mask_choice.ts";
import { checkOutputs } from "./outputs.ts";
import { PROVENANCE_CLASSES } from "./provenance_classes.ts";
import { Preview } from "./preview.ts";
import { type FinishedRows, PROVENANCE } from "./rows/finish_rows.ts";
import type { Scene } from "./scene.ts";
import { type Layout, layoutOf, type ReferenceFacts } from "./scene_layout.ts";
import type { RestoreSceneOptions } from "./scene_options.ts";
import { outputPaths, type ScenePaths } from "./scene_paths.ts";
import { type SceneOrigin, writeItem } from "./write_item.ts";

/**
 * Checks the files that a restoration writes, before it reads anything.
 *
 * @throws {OutputError} If one of them exists already or is an input.
 */
export async function checkSceneOutputs(options: RestoreSceneOptions): Promise<void> {
  const { inputs, auxiliary = [], mask, write: { overwrite = false } } = options;
  const { source = "detector" } = mask ?? {};
  await checkOutputs(outputPaths(options), {
    inputs: [
      ...inputs.map(({ path }) => path),
      ...auxiliary,
      ...maskPaths(source, inputs),
    ],
    overwrite,
  });
}

const CLASSES = Object.entries(PROVENANCE).map(([name, value]) => `${value} ${name}`).join(", ");

/** Tag of the uncertainty raster of an ensemble. */
export const ENSEMBLE_UNCERTAINTY =
  "standard deviation of the samples times the factor of EMRDM_CALIBRATION, in the " +
  "image's unit; 0 where the observed pixel is kept";

/** Tags of the input, without those of an earlier restoration. */
function ownTags(tags: RasterHeader["tags"] = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tags).filter(([name]) => !name.startsWith("EMRDM_")));
}

/** Open output files, which appear under their names only on {@linkcode SceneFiles.finish}. */
export interface SceneFiles {
  /** Appends rows, from top to bottom. */
  write(rows: FinishedRows): Promise<void>;
  /** Completes the rasters under temporary names. */
  complete(): Promise<void>;
  /** Completes all files, unless they are, and gives them their names, the image last. */
  finish(): Promise<void>;
  /** Removes what isn't finished. */
  abort(): Promise<void>;
}

/** Options of {@linkcode createSceneFiles}. */
export interface SceneFilesOptions {
  /** Files to write. */
  readonly paths: ScenePaths;
  /** Part of the scene that they hold. */
  readonly area: RasterWindow;
  /** Tags of the restoration. */
  readonly tags: Readonly<Record<string, string>>;
  /** Known facts of the depicted date. */
  readonly facts: ReferenceFacts;
  /** Where the item says that the result comes from. */
  readonly origin: SceneOrigin;
  /** Meaning of the uncertainty raster. Default that of an ensemble. */
  readonly uncertainty?: string;
  /** Range of the picture if the unit isn't reflectance. */
  readonly scaling?: CardScaling;
  /** Replaces existing files. Default false. */
  readonly overwrite?: boolean;
}

/** Tag of the support raster. */
const SUPPORT = "evidence of other dates for a pixel, in percent; 0 where it is filled from its " +
  "surroundings, 100 where it is observed";
/** Tag of the raster of days. */
const DAYS = "days from the depicted date to the nearest observation that was used; 0 where the " +
  "pixel is observed, -1 where it is filled from its surroundings or has no data";

/** Creates the rasters of a result: the image, and those next to it. */
class RasterFiles {
  readonly #open: CogWriter[] = [];
  readonly #paths: string[] = [];
  readonly #write: ((rows: FinishedRows) => Promise<void>)[] = [];

  async add(
    [path, raster, options]: Parameters<typeof createCog>,
    rowsOf: (rows: FinishedRows) => FinishedRows["data"],
  ): Promise<void> {
    const writer = await createCog(path, raster, options);
    this.#open.push(writer);
    this.#paths.push(path);
    this.#write.push(async (rows) => await writer.write(rowsOf(rows)));
  }

  async write(rows: FinishedRows): Promise<void> {
    for (const write of this.#write) await write(rows);
  }

  async complete(): Promise<void> {
    for (const writer of this.#open) await writer.complete();
  }

  /** Checksums of the complete rasters by path. */
  async checksums(): Promise<Map<string, FileChecksum>> {
    const all = new Map<string, FileChecksum>();
    for (const [i, writer] of this.#open.entries()) {
      all.set(this.#paths[i]!, await writer.checksum());
    }
    return all;
  }

  /** The image, which is the first, comes last: once it exists, so do the others. */
  async commit(): Promise<void> {
    for (const writer of this.#open.toReversed()) await writer.commit();
  }

  /** Does nothing after a commit; one that fails doesn't keep the others open. */
  async abort(): Promise<void> {
    await Promise.allSettled(this.#open.map((writer) => writer.abort()));
  }
}

async function addRasters(
  files: RasterFiles,
  scene: Scene,
  { layout: { grid, bands, scaling, acquired }, paths, tags, overwrite = false, ...texts }:
    & Omit<SceneFilesOptions, "scaling" | "origin">
    & { readonly layout: Layout },
): Promise<void> {
  const { output, provenance, uncertainty, support, days } = paths;
  const { missing: [nodata] } = scene.frames[scene.reference]!;
  const kept = ownTags(scene.grid.tags);
  await files.add([
    output,
    { ...grid, bands, dtype: scene.grid.dtype, nodata, tags: kept },
    { overwrite, tags, acquired, ...scaling },
  ], ({ data }) => data);
  if (provenance !== undefined) {
    await files.add([
      provenance,
      { ...grid, bands: ["provenance"], dtype: "uint8", nodata: PROVENANCE.noData },
      {
        overwrite,
        acquired,
        overviews: "nearest",
        classes: PROVENANCE_CLASSES,
        tags: { ...tags, EMRDM_CLASSES: CLASSES },
      },
    ], (rows) => rows.provenance!);
  }
  if (uncertainty !== undefined) {
    await files.add([
      uncertainty,
      { ...grid, bands, dtype: "float32", nodata: NaN, tags: kept },
      {
        overwrite,
        tags: { ...tags, EMRDM_UNCERTAINTY: texts.uncertainty ?? ENSEMBLE_UNCERTAINTY },
        acquired,
        ...scaling,
        // A standard deviation has a scale but no offset.
        offsets: scaling.scales?.map(() => 0),
      },
    ], ({ deviation }) => deviation!);
  }
  if (support !== undefined) {
    await files.add([
      support,
      { ...grid, bands: ["support"], dtype: "uint8", nodata: 255 },
      { overwrite, tags: { ...tags, EMRDM_SUPPORT: SUPPORT } },
    ], ({ evidence }) => evidence!.support);
  }
  if (days !== undefined) {
    await files.add([
      days,
      { ...grid, bands: ["days"], dtype: "int16", nodata: -1 },
      { overwrite, overviews: "nearest", tags: { ...tags, EMRDM_DAYS: DAYS } },
    ], ({ evidence }) => evidence!.days);
  }
}

/**
 * Creates the output files of a scene.
 *
 * @throws {OutputError} If one of them can't be written. Nothing is written then.
 */
export async function createSceneFiles(
  scene: Scene,
  options: SceneFilesOptions,
): Promise<SceneFiles> {
  const { area, tags, scaling, overwrite = false, paths: { picture }, facts } = options;
  const layout = layoutOf(scene, { area, facts });
  const files = new RasterFiles();
  try {
    await addRasters(files, scene, { ...options, layout });
  } catch (error) {
    await files.abort();
    throw error;
  }
  const preview = picture === undefined ? undefined : new Preview({
    area,
    bands: layout.bands,
    output: scene.output,
    frame: scene.frames[scene.reference]!,
    reflectanceScale: scene.reflectanceScale,
    scaling,
  });
  let isComplete = false;
  const complete = async () => {
    if (!isComplete) await files.complete();
    isComplete = true;
  };
  return {
    async write(rows) {
      preview?.add(rows);
      await files.write(rows);
    },
    complete,
    async finish() {
      await complete();
      await preview?.write(picture!, { overwrite, text: tags });
      await writeItem(scene, {
        ...{ paths: options.paths, tags, layout, overwrite },
        origin: options.origin,
        checksums: () => files.checksums(),
      });
      await files.commit();
    },
    abort: () => files.abort(),
  };
}
