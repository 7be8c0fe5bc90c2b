/**
 * Sets of cases from the operands of `emrdm evaluate`.
 *
 * @module
 */

import { InputError, type Raster } from "../core/mod.ts";
import { isHidden } from "../files/mod.ts";
import { dateOf } from "../products/mod.ts";
import { openClassMask } from "../clouds/mod.ts";
import { readRaster } from "../rasters/mod.ts";
import {
  type CaseSource,
  type EvaluationPlan,
  inCommonUnit,
  type LateCase,
  openCases,
  parseEvaluationPlan,
  readEvaluationPlan,
  readMeasured,
} from "../evaluation/mod.ts";
import type { AnyRegistry } from "../builtins.ts";
import { inConfigFile } from "./config_file.ts";
import type { EvaluateValues } from "./evaluate_flags.ts";
import { stemOf } from "./files.ts";

/** Names of GeoTIFFs in a folder, sorted. */
async function tiffNames(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (/\.tiff?$/i.test(name) && !isHidden(name)) names.push(name);
  }
  return names.sort();
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
}

/** True if a folder holds images; one with a file per band is one image. */
async function holdsImages(path: string): Promise<boolean> {
  return await isFolder(path) && (await tiffNames(path)).length > 0;
}

/** Paths of the cloudy dates of a clear image: NAME.tif, or NAME_0.tif, NAME_1.tif, …. */
async function cloudyOf(folder: string, stem: string): Promise<readonly string[]> {
  const order = (name: string) => {
    const own = stemOf(name);
    if (own === stem) return -1;
    const digits = own.startsWith(`${stem}_`) ? own.slice(stem.length + 1) : "";
    return /^\d+$/.test(digits) ? Number(digits) : undefined;
  };
  return (await tiffNames(folder))
    .flatMap((name) => order(name) === undefined ? [] : [{ name, order: order(name)! }])
    .sort((a, b) => a.order - b.order)
    .map(({ name }) => `${folder}/${name}`);
}

/** Options of the commands that read images of files. */
interface ReadingOptions {
  readonly values: EvaluateValues;
  readonly log: (line: string) => void;
}

/** Notes and warnings of many images that are printed; more say the same. */
const SAID = 3;

/** Reads a clear image, a restored one and cloudy dates in one unit; reports what was assumed. */
async function readImages(
  { clear, restored, cloudy }: {
    readonly clear: string;
    readonly restored: string;
    readonly cloudy: readonly string[];
  },
  { values: { reflectanceScale, method = "restored" }, log }: ReadingOptions,
) {
  // One after the other: memory holds the blocks of one file, and errors name the first.
  const others = [await readMeasured(restored)];
  const target = await readMeasured(clear);
  for (const path of cloudy) others.push(await readMeasured(path));
  const keepValues = reflectanceScale !== undefined;
  const common = inCommonUnit(target, others, { keepValues });
  for (const note of common.notes) log(`note: ${note}`);
  for (const warning of common.warnings) log(`warning: ${warning}`);
  return {
    target: common.target,
    restored: { [method]: common.others[0]! },
    cloudy: common.others.slice(1),
    dates: cloudy.map(dateOf),
  };
}

/** The images of one folder, with the clear images of the same names. */
async function twoFolders(
  [restored, data]: readonly [string, string],
  { values, log }: ReadingOptions,
): Promise<CaseSource> {
  const { reference } = values;
  let said = 0;
  const some = (line: string) => {
    if (said++ < SAID) log(line);
  };
  const clear = await isFolder(`${data}/clear`) ? `${data}/clear` : data;
  const cloudy = await isFolder(`${data}/cloudy`) ? `${data}/cloudy` : undefined;
  const names = await tiffNames(restored);
  const set = stemOf(data);
  const cases = names.map((file): LateCase => {
    const name = stemOf(file);
    return {
      set,
      name,
      async open() {
        const paths = cloudy === undefined ? [] : await cloudyOf(cloudy, name);
        const images = await readImages({
          clear: `${clear}/${file}`,
          restored: `${restored}/${file}`,
          cloudy: paths,
        }, { values, log: some });
        return { set, name, ...images, reference };
      },
    };
  });
  const bands = names.length === 0 ? [] : (await readRaster(`${restored}/${names[0]}`)).bands;
  const facts = { restored: stemOf(restored) };
  return { set, size: cases.length, bands, facts, cases };
}

/** Pixels that a mask hides: those of a class other than 0. */
async function readMask(
  path: string,
  { target, log }: { readonly target: Raster; readonly log: (line: string) => void },
): Promise<Uint8Array> {
  const { width, height } = target;
  const mask = await openClassMask(path, { grid: target });
  try {
    log(`mask ${path}: ${mask.summary}`);
    for (const warning of mask.warnings) log(`warning: mask ${path}: ${warning}`);
    const window = { column: 0, row: 0, width, height };
    // Unknown pixels count as hidden.
    return (await mask.read(window)).map((value) => value === 0 ? 0 : 1);
  } finally {
    await mask.close();
  }
}

/** A restored and a clear image. */
async function twoImages(
  [restored, clear]: readonly [string, string],
  { values, log }: ReadingOptions,
): Promise<CaseSource> {
  const { cloudy, mask, reference } = values;
  const images = await readImages({ clear, restored, cloudy }, { values, log });
  const { target } = images;
  const at = reference ?? Math.max(cloudy.length - 1, 0);
  const hidden = mask === undefined ? undefined : await readMask(mask, { target, log });
  const set = "images";
  const name = stemOf(restored);
  const given = {
    set,
    name,
    ...images,
    masks: hidden && Array.from(
      { length: Math.max(cloudy.length, 1) },
      (_, l) => l === at ? hidden : undefined,
    ),
    reference,
  };
  const cases = [{ set, name, open: () => Promise.resolve(given) }];
  return { set, size: 1, bands: target.bands, facts: {}, cases };
}

/** The plan of a folder, an index of files, or JSON. */
async function planOf(path: string, registry: AnyRegistry): Promise<EvaluationPlan> {
  const options = { name: stemOf(path), registry };
  if (await isFolder(path)) return parseEvaluationPlan({ type: "folder", root: path }, options);
  if (/\.(?:csv|jsonl|ndjson)$/i.test(path)) {
    return parseEvaluationPlan({ type: "index", file: path }, options);
  }
  if (/\.tiff?$/i.test(path)) {
    throw new InputError(
      `Cannot evaluate ${path}: an image needs its clear image, as in evaluate restored.tif clear.tif`,
    );
  }
  const isThere = /^[a-z]{2,}:/.test(path) || await Deno.stat(path).then(() => true, () => false);
  if (!isThere) {
    throw new InputError(
      `Cannot evaluate ${path}: it must be a folder with clear/ and cloudy/, or a CSV, JSON lines ` +
        "or JSON file, got no such file",
    );
  }
  return await inConfigFile(path, (read) => readEvaluationPlan(path, { ...options, ...read }));
}

/** Images to score, and the settings that come with them. */
export interface Scored {
  readonly sources: readonly CaseSource[];
  readonly plan: Omit<EvaluationPlan, "sets">;
  /** Caveats about the sets. */
  readonly notes: readonly string[];
}

/**
 * Opens the cases of the operands: two images, two folders, or one source of cloudy and clear images.
 *
 * @param bands Bands of the models, for synthetic clouds.
 */
export async function casesOf(
  operands: readonly string[],
  { values, bands, registry, log }: {
    readonly values: EvaluateValues;
    readonly bands: readonly string[] | undefined;
    readonly registry: AnyRegistry;
    readonly log: (line: string) => void;
  },
): Promise<Scored> {
  const [first, second] = operands;
  if (second !== undefined) {
    const pair = [first!, second] as const;
    const folders = values.cloudy.length === 0 && await holdsImages(first!);
    const source = folders
      ? await twoFolders(pair, { values, log })
      : await twoImages(pair, { values, log });
    return { sources: [source], plan: {}, notes: [] };
  }
  const { sets, ...plan } = await planOf(first!, registry);
  const notes = sets.flatMap(({ name, note }) => note === undefined ? [] : [`${name}: ${note}`]);
  const { limit, size, reference } = values;
  const sources: CaseSource[] = [];
  for (const { name, data, limit: planned, note: _, ...own } of sets) {
    const most = Math.min(limit ?? Infinity, planned ?? Infinity);
    const { checks } = registry.entry("dataset", data.type);
    const marked = reference !== undefined && Object.hasOwn(checks, "reference")
      ? { ...data, reference }
      : data;
    sources.push(
      await openCases(marked, {
        ...own,
        set: name,
        registry,
        limit: most < Infinity ? most : undefined,
        ...(size !== undefined && { tileSize: size }),
        bands,
      }),
    );
  }
  return { sources, plan, notes };
}
