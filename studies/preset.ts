/**
 * Presets: the same experiments at another size and on other data.
 *
 * @module
 */

import {
  type Check,
  checkOptions,
  type Checks,
  list,
  OptionsError,
  show,
  string,
} from "../core/mod.ts";
import { extendConfig, readConfigJson, type ReadConfigOptions } from "../files/mod.ts";
import { evaluationCheck } from "./parse_study.ts";
import type { StudyEvaluation } from "./study.ts";

type Json = Readonly<Record<string, unknown>>;

/** Replacements for an experiment's size and data; all other axes stay. */
export interface Preset {
  /** Description in the output. */
  readonly description: string;
  /** Bands of the experiments that it applies to. */
  readonly bands: readonly string[];
  /** Merged over the experiment, axis by axis. */
  readonly experiment: Readonly<Record<string, unknown>>;
  /** Replacement network options by network type. */
  readonly networks: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Overrides the study's. */
  readonly evaluation: StudyEvaluation;
}

const anything: Check<Json> = (value, path) => {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  throw new OptionsError(path, `must be an object, got ${show(value)}`);
};

const CHECKS: Checks<Preset> = {
  description: string,
  bands: list(string, { min: 1 }),
  experiment: anything,
  networks: (value, path) => anything(value, path) as Preset["networks"],
  evaluation: evaluationCheck,
};

/**
 * Reads a preset.
 *
 * @throws {OptionsError} If the JSON is wrong.
 */
export async function readPreset(
  address: URL,
  options: ReadConfigOptions = {},
): Promise<Preset> {
  return checkOptions(await readConfigJson(address, options), {
    checks: CHECKS,
    defaults: { networks: {}, evaluation: {} },
  });
}

/**
 * Applies a preset to an experiment's JSON.
 *
 * @throws {OptionsError} If the preset is for other bands or lacks the network type.
 */
export function applyPreset(experiment: unknown, preset: Preset): unknown {
  const { model } = experiment as { readonly model?: Json };
  const bands = (model?.bands as readonly { name: string }[] | undefined)?.map(({ name }) => name);
  if (bands?.join() !== preset.bands.join()) {
    throw new OptionsError(
      "$.model.bands",
      `must be ${preset.bands.join(", ")} for this preset, got ${bands?.join(", ") ?? "none"}`,
    );
  }
  const { type } = model!.network as { readonly type: string };
  const network = preset.networks[type];
  if (network === undefined) {
    throw new OptionsError(
      "$.model.network.type",
      `must be one of the preset's (${Object.keys(preset.networks).join(", ")}), got ${show(type)}`,
    );
  }
  const sized = extendConfig(experiment, preset.experiment);
  return extendConfig(sized, { model: { network: { type, ...network } } });
}
