/**
 * Scores of restored images beside the baselines, with everything that is needed to get the same
 * numbers again.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import {
  type Definitions,
  type Lpips,
  METRIC_PROFILES,
  type MetricProfile,
  type ProfileName,
  type Score,
} from "../metrics/mod.ts";
import { BOOTSTRAP_DEFAULTS, type BootstrapOptions, meanOf } from "./bootstrap.ts";
import { type EvaluationCase, type LateCase, ONE_SET, pickBands } from "./evaluation_case.ts";
import type { EvaluationRow, MaskKind } from "./evaluation_row.ts";
import { type EvaluatedMethod, scoreCase } from "./score_case.ts";
import { shortHash, stableJson } from "../core/mod.ts";
import { type EvaluationSummary, summarize } from "./summary.ts";

/** How images are scored. */
export interface EvaluateOptions extends BootstrapOptions {
  /** What the numbers mean. Default "standard". */
  readonly profile?: ProfileName | MetricProfile;
  /** For LPIPS; without, its column says that there are no weights. */
  readonly lpips?: Lpips;
  /** Models, and whatever else restores; see `modelMethod`. Default none. */
  readonly methods?: readonly EvaluatedMethod[];
  /** Whether what costs no training is scored too. Default true. */
  readonly baselines?: boolean;
  /** Only these bands, in this order. Default the images'. */
  readonly bands?: readonly string[];
  /** Rows of cases that were scored before by the same run: they are not scored again. */
  readonly done?: readonly EvaluationRow[];
  /** What else the numbers depend on, as JSON: where the sets are from. It goes into the record. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Called with the rows of each case, before the next one is read. */
  readonly onCase?: (rows: readonly EvaluationRow[]) => void | Promise<void>;
  /** Ends the work, at the latest after a batch of tiles. */
  readonly signal?: AbortSignal;
}

/** Scores of one place by method; baselines come first. */
export interface CaseScores {
  readonly name: string;
  readonly scores: Readonly<Record<string, Score>>;
}

/** A place that was scored. */
export interface ScoredCase {
  readonly set: string;
  readonly name: string;
  /** Share of its pixels that the reference date hides, in [0, 1]; null: nobody knows. */
  readonly cover: number | null;
  readonly mask: MaskKind;
  readonly truth: string;
  readonly input: string;
}

/** Scores of all places, their means, and what they were made with. All JSON but Infinity. */
export interface Evaluation {
  /** Version of the program. */
  readonly version: string;
  /** Digest of all that the numbers depend on but the images: profile, methods, options, sets. */
  readonly run: string;
  readonly profile: {
    readonly name: string;
    readonly description: string;
    readonly definitions: Definitions;
  };
  /** The network of LPIPS and the digest of its weights, or "no weights". */
  readonly lpips: string;
  /** How the intervals were made. */
  readonly interval: Required<BootstrapOptions> & { readonly method: string };
  /** Models and images that were scored, without the baselines. */
  readonly methods: readonly (Pick<EvaluatedMethod, "name" | "kind" | "facts">)[];
  readonly facts: Readonly<Record<string, unknown>>;
  readonly cases: readonly ScoredCase[];
  /** Digest of all images, in order. */
  readonly data: string;
  readonly rows: readonly EvaluationRow[];
  readonly summary: EvaluationSummary;
  /** Mean over all pixels and places by method, of the methods that every place has. */
  readonly means: Readonly<Record<string, Score>>;
}

const METRICS = ["psnr", "ssim", "mae", "rmse", "sam"] as const;
const INTERVAL = "BCa bootstrap over images";

/**
 * Scores one place by the standard definitions over all pixels: baselines, and the images that it
 * brings. MAE and RMSE are in reflectance, by the target's scale; pixels without data in the target do
 * not count.
 *
 * @returns SSIM is NaN where no window fits, SAM where no pixel has a spectrum.
 * @throws {TypeError} If an image differs from the target in size or bands.
 * @throws {RangeError} If the reference is no date.
 */
export async function evaluateCase(given: EvaluationCase): Promise<CaseScores> {
  const rows = await scoreCase(given, { profile: METRIC_PROFILES.standard });
  const scores = rows.filter(({ pixels }) => pixels === "all").map((row) => {
    const numbers = METRICS.map((metric) => [metric, row[metric] ?? NaN]);
    return [row.method, Object.fromEntries(numbers) as unknown as Score];
  });
  return { name: given.name, scores: Object.fromEntries(scores) };
}

function profileOf({ profile = "standard" }: EvaluateOptions): MetricProfile {
  return typeof profile === "string" ? METRIC_PROFILES[profile] : profile;
}

/** The network, and the digest of its weights where they came from files. */
function lpipsName(lpips: Lpips | undefined): string {
  if (lpips === undefined) return "no weights";
  const digest = "digest" in lpips ? ` ${String(lpips.digest).slice(0, 8)}` : "";
  return `${lpips.net}${digest}`;
}

/**
 * 8 hexadecimal digits of all that numbers depend on but the images themselves: rows of another run
 * cannot be continued.
 */
export async function evaluationRun(options: EvaluateOptions = {}): Promise<string> {
  const { lpips, methods = [], facts = {}, bands = [], baselines = true } = options;
  return await shortHash(stableJson({
    version: config.version,
    profile: profileOf(options).name,
    lpips: lpipsName(lpips),
    methods: methods.map(({ name, kind, facts }) => ({ name, kind, facts })),
    baselines,
    bands,
    facts,
  }));
}

const nameOf = ({ set = ONE_SET, name }: { readonly set?: string; readonly name: string }) =>
  JSON.stringify([set, name]);

/**
 * Scores places one after the other; one is in memory at a time.
 *
 * Each is scored over all pixels, and over the cloudy and clear ones where masks are given or the
 * built-in detector has the bands that it needs. Means are over images, with intervals.
 *
 * @throws {TypeError} If there is no place, two have one name, or an image differs from its target.
 * @throws The signal's reason, if it ends the work.
 */
export async function evaluate(
  cases: Iterable<EvaluationCase | LateCase> | AsyncIterable<EvaluationCase | LateCase>,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { done = [], methods = [], bands, onCase, signal, facts = {}, lpips } = options;
  const { level, resamples, seed } = { ...BOOTSTRAP_DEFAULTS, ...options };
  const profile = profileOf(options);
  const before = Map.groupBy(done, ({ set, image }) => nameOf({ set, name: image }));
  const seen = new Set<string>();
  const rows: EvaluationRow[] = [];
  for await (const each of cases) {
    signal?.throwIfAborted();
    const name = nameOf(each);
    if (seen.has(name)) {
      throw new TypeError(
        `Cannot evaluate ${each.name}: names must be unique within a set, got two of that name`,
      );
    }
    seen.add(name);
    const kept = before.get(name);
    if (kept !== undefined) {
      rows.push(...kept);
      continue;
    }
    const opened = "open" in each ? await each.open() : each;
    const given = bands === undefined ? opened : pickBands(opened, bands);
    const own = await scoreCase(given, { ...options, profile });
    rows.push(...own);
    await onCase?.(own);
  }
  if (seen.size === 0) {
    throw new TypeError("Cannot evaluate: there must be at least one image, got none");
  }
  const scored = scoredCases(rows);
  const brought = [
    ...new Set(
      rows.filter(({ kind }) => kind === "restored")
        .map(({ method }) => method),
    ),
  ].map((name) => ({ name, kind: "restored" as const, facts: {} }));
  return {
    version: config.version,
    run: await evaluationRun(options),
    profile: {
      name: profile.name,
      description: profile.description,
      definitions: profile.definitions,
    },
    lpips: lpipsName(lpips),
    interval: { method: INTERVAL, level, resamples, seed },
    methods: [
      ...brought.filter(({ name }) => !methods.some((method) => method.name === name)),
      ...methods.map(({ name, kind, facts }) => ({ name, kind, facts })),
    ],
    facts,
    cases: scored,
    data: await shortHash(stableJson(scored)),
    rows,
    summary: summarize(rows, { level, resamples, seed }),
    means: meansOf(rows, scored.length),
  };
}

/** The cases of rows, in order. */
function scoredCases(rows: readonly EvaluationRow[]): readonly ScoredCase[] {
  const cases = new Map<string, ScoredCase>();
  for (const { set, image: name, cover, mask, truth, input } of rows) {
    const key = nameOf({ set, name });
    if (!cases.has(key)) cases.set(key, { set, name, cover, mask, truth, input });
  }
  return [...cases.values()];
}

function meansOf(rows: readonly EvaluationRow[], cases: number): Evaluation["means"] {
  const whole = rows.filter(({ pixels }) => pixels === "all");
  const means = [...Map.groupBy(whole, ({ method }) => method)]
    .filter(([, own]) => own.length === cases)
    .map(([method, own]) => {
      const mean = (metric: typeof METRICS[number]) =>
        meanOf(own.flatMap((row) => row[metric] ?? []));
      return [method, Object.fromEntries(METRICS.map((metric) => [metric, mean(metric)]))];
    });
  return Object.fromEntries(means) as Evaluation["means"];
}

/** An evaluation as JSON text; what is infinite is the text "Infinity". */
export function evaluationJson(evaluation: Evaluation): string {
  const finite = (_: string, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
  return `${JSON.stringify(evaluation, finite, 2)}\n`;
}
