/**
 * Finds studies, experiments and presets by built-in name or file.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import { InputError } from "../core/mod.ts";
import { readConfigJson, type ReadConfigOptions } from "../files/mod.ts";
import { type Preset, readPreset } from "./preset.ts";
import { isStudy, parseStudy } from "./parse_study.ts";
import type { Study } from "./study.ts";

const FOLDER = new URL("../experiments/", import.meta.url);

/** Names of the built-in studies. */
export const STUDIES = [
  "table1",
  "table2",
  "alpha",
  "table3",
  "figure5",
  "table4",
  "means",
  "design-space",
] as const;

const PUBLISHED = ["sen2_mtc_new", "sen12ms_cr", "cuhk_cr1", "cuhk_cr2"] as const;

const ABLATIONS = [
  ...["config_a", "config_b", "config_c", "config_d", "config_e"],
  ...["alpha_0.2", "alpha_0.5", "alpha_0.8", "alpha_1", "alpha_2", "alpha_3", "alpha_4"],
  ...["length_1", "length_2", "length_3"],
] as const;

/** Experiments that differ in the mean μ. */
const MEANS = ["mean_cloudy", "mean_composite"] as const;

/** Names of the built-in experiments: the published configurations, their ablations, and the means. */
export const EXPERIMENTS = [...PUBLISHED, ...ABLATIONS, ...MEANS];

/** Names of the built-in presets. */
export const PRESETS = ["small"] as const;

const BUILT_IN: Readonly<Record<string, URL>> = Object.fromEntries([
  ...STUDIES.map((name) => [name, new URL(`studies/${name}.json`, FOLDER)]),
  ...PUBLISHED.map((name) => [name, new URL(`published/${name}.json`, FOLDER)]),
  ...MEANS.map((name) => [name, new URL(`means/${name}.json`, FOLDER)]),
  ...ABLATIONS.map((name) => [name, new URL(`ablations/${name}.json`, FOLDER)]),
]);

/** URL of a path or address. */
function fileUrl(path: string): URL {
  if (!/^(https?|file):/.test(path)) return pathToFileURL(path);
  const url = URL.parse(path);
  if (url !== null) return url;
  throw new InputError(`Cannot read ${path}: it must be a path or an address`);
}

function stemOf(url: URL): string {
  const name = url.pathname.split("/").at(-1)!;
  try {
    return decodeURIComponent(name).replace(/\.json$/, "");
  } catch {
    return name.replace(/\.json$/, "");
  }
}

/** Tests if a file exists; web addresses pass until they are read. */
async function exists(url: URL): Promise<boolean> {
  if (url.protocol !== "file:") return true;
  return await Deno.stat(url).then(({ isFile }) => isFile, () => false);
}

async function readNamed(
  name: string,
  options: ReadConfigOptions,
): Promise<{ readonly url: URL; readonly json: unknown }> {
  const url = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name]! : fileUrl(name);
  if (!await exists(url)) {
    throw new InputError(
      `Cannot find ${name}: it must be a file, a study (${STUDIES.join(", ")}) or an experiment ` +
        `(${EXPERIMENTS.join(", ")})`,
    );
  }
  return { url, json: await readConfigJson(url, options) };
}

/** A study with its name, which its output files carry. */
export interface NamedStudy {
  /** Name of the output files. */
  readonly name: string;
  /** The study. */
  readonly study: Study;
}

/**
 * Finds studies. Experiments among the names become the rows of one additional study.
 *
 * @param names Built-in names, or paths of JSON files.
 * @throws {InputError} If a name is neither built in nor a file.
 * @throws {OptionsError} If a study has an invalid option, or two experiments share a name.
 */
export async function findStudies(
  names: readonly string[],
  options: ReadConfigOptions = {},
): Promise<readonly NamedStudy[]> {
  const studies: NamedStudy[] = [];
  const rows: { readonly name: string; readonly experiment: string }[] = [];
  for (const name of names) {
    const { url, json } = await readNamed(name, options);
    const stem = stemOf(url);
    if (isStudy(json)) studies.push({ name: stem, study: parseStudy(json, url) });
    else rows.push({ name: stem, experiment: url.href });
  }
  if (rows.length === 0) return studies;
  const title = rows.map(({ name }) => name).join(", ");
  const name = rows.length === 1 ? rows[0]!.name : "comparison";
  return [...studies, { name, study: parseStudy({ title, rows }, FOLDER) }];
}

/**
 * Finds a preset.
 *
 * @param name A built-in name, or the path of a JSON file.
 * @throws {InputError} If it is neither built in nor a file.
 */
export async function findPreset(
  name: string,
  options: ReadConfigOptions = {},
): Promise<Preset> {
  const known = (PRESETS as readonly string[]).includes(name);
  const url = known ? new URL(`presets/${name}.json`, FOLDER) : fileUrl(name);
  if (!await exists(url)) {
    throw new InputError(
      `Cannot find the preset ${name}: it must be a file or ${PRESETS.join(", ")}`,
    );
  }
  return await readPreset(url, options);
}
