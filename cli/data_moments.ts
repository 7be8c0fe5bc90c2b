/**
 * `emrdm data moments`: measures the moments that the preconditioning of an experiment needs.
 *
 * @module
 */

import { openDataset } from "../datasets/mod.ts";
import { checkOverwrite, writeFileAtomically } from "../files/mod.ts";
import type { Mean } from "../means/mod.ts";
import type { ModelCard } from "../model/mod.ts";
import {
  type CheckedExperiment,
  experimentCard,
  measureMoments,
  type Moments,
  readExperiment,
} from "../training/mod.ts";
import type { Context, Result } from "./command.ts";
import { inConfigFile } from "./config_file.ts";
import { table } from "./table.ts";

/** Options of {@linkcode moments}. */
export interface MomentsOptions {
  /** Types of means to measure. Default the experiment's. */
  readonly means?: readonly string[];
  /** Most samples. Default 256. */
  readonly samples?: number;
  /** File for an experiment with the moments of the last mean. Default none. */
  readonly write?: string;
  /** Replaces an existing file. */
  readonly overwrite?: boolean;
}

/** Digits of a moment: more than a few hundred samples settle. */
const DIGITS = 3;

const shown = (value: number) => Number(value.toFixed(DIGITS));

/**
 * The preconditioning of measured moments. Rounding must not lift the covariance above its bound,
 * σ_data·σ_mu.
 */
function precondOf(
  { precond }: ModelCard["modules"],
  { sigmaData, sigmaMu, sigmaCov }: Moments,
): Readonly<Record<string, unknown>> {
  const [data, mu] = [shown(sigmaData), shown(sigmaMu)];
  const bound = Math.floor(data * mu * 10 ** DIGITS) / 10 ** DIGITS;
  const cov = Math.sign(sigmaCov) * Math.min(Math.abs(shown(sigmaCov)), bound);
  return { ...precond, sigmaData: data, sigmaMu: mu, sigmaCov: cov };
}

/** The card and mean of an experiment with another mean; the network's condition plays no part. */
function withMean(card: ModelCard, type: string, { registry }: Context) {
  const own = card.modules.mean?.type === type ? card.modules.mean : { type };
  const mean = registry.create("mean", own as never, "--mean") as Mean;
  const { mean: _, ...axes } = card.modules;
  const modules = type === "cloudy" ? axes : { ...axes, mean: own };
  const condition = { order: [], auxiliary: [] };
  return { config: own, model: { card: { ...card, condition, modules }, modules: { mean } } };
}

/** The condition for another mean: its groups that fit every mean, and those of the mean. */
function conditionOf(
  { condition, length, modules: { mean } }: ModelCard,
  type: string,
): ModelCard["condition"] {
  if (type === (mean?.type ?? "cloudy")) return condition;
  const shared = condition.order.filter((group) => group === "cloudy" || group === "auxiliary");
  const own = type !== "cloudy"
    ? ["mean", "evidence"] as const
    : length > 1
    ? ["reference"] as const
    : [];
  return { ...condition, order: [...shared, ...own] };
}

/** The extended file as the new one names it: by its name in the same folder, else by its address. */
function baseOf(path: string, write: string): string {
  const [base, own] = [path, write].map((one) => new URL(one, `file://${Deno.cwd()}/`));
  const folder = ({ href }: URL) => href.slice(0, href.lastIndexOf("/") + 1);
  return folder(base!) === folder(own!) ? base!.href.slice(folder(base!).length) : base!.href;
}

/** Measures the moments of an experiment's training data for each mean. */
export async function moments(
  path: string,
  { means, samples = 256, write, overwrite = false }: MomentsOptions,
  context: Context,
): Promise<Result> {
  const { registry, progress } = context;
  const { card, experiment } = await inConfigFile(path, async () => {
    const experiment: CheckedExperiment = await readExperiment(path, { registry });
    return { experiment, card: experimentCard(experiment, { registry }) };
  });
  if (write !== undefined) await checkOverwrite(write, { overwrite });
  const types = means ?? [card.modules.mean?.type ?? "cloudy"];
  const { tileSize, length } = card;
  const bands = card.bands.map(({ name }) => name);
  const data = await openDataset(experiment.data.train, { tileSize, length, bands }, { registry });
  const all: (Moments & { readonly mean: string })[] = [];
  let written: unknown;
  for (const type of types) {
    const { config, model } = withMean(card, type, context);
    const bar = progress(`moments of ${type}`);
    const measured = await measureMoments(model, data, {
      ...{ samples, seed: experiment.seed },
      onProgress: (done, total) => bar.update(done, total, "samples"),
    }).finally(() => bar.end());
    all.push({ mean: type, ...measured });
    written = {
      mean: config,
      precond: precondOf(card.modules, measured),
      condition: conditionOf(card, type),
    };
  }
  if (write !== undefined) {
    const json = { extends: baseOf(path, write), model: written };
    const text = new TextEncoder().encode(`${JSON.stringify(json, null, 2)}\n`);
    await writeFileAtomically(write, [text], { overwrite });
  }
  const rows = all.map(({ mean, sigmaData, sigmaMu, sigmaCov, samples }) => [
    mean,
    ...[sigmaData, sigmaMu, sigmaCov].map((value) => value.toFixed(DIGITS)),
    // The process on a residual has μ = 0, which correlates with nothing.
    sigmaMu === 0 ? "–" : (sigmaCov / (sigmaData * sigmaMu)).toFixed(DIGITS),
    `${samples}`,
  ]);
  const header = ["mean", "σ_data", "σ_mu", "σ_cov", "correlation", "samples"];
  const note = write === undefined ? [] : [`wrote ${write}`];
  return {
    text: [table([header, ...rows]), ...note].join("\n"),
    json: { moments: all, ...(write !== undefined && { file: write }) },
  };
}
