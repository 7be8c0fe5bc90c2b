/**
 * Scores restored images next to the baselines, and records what is needed to reproduce the numbers.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import { redacted, shortHash, stableJson } from "../core/mod.ts";
import {
  type Lpips,
  METRIC_PROFILES,
  type MetricProfile,
  type ProfileName,
} from "../metrics/mod.ts";
import { BOOTSTRAP_DEFAULTS, type BootstrapOptions } from "./bootstrap.ts";
import { caseDoubts, type Doubt } from "./case_doubts.ts";
import type { Evaluation, ScoredCase } from "./evaluation.ts";
import { type EvaluationCase, type LateCase, ONE_SET, pickBands } from "./evaluation_case.ts";
import { type EvaluationRow, rowInOrder } from "./evaluation_row.ts";
import { meansOf } from "./means.ts";
import type { EvaluatedMethod } from "./evaluated_method.ts";
import { scoreCase } from "./score_case.ts";
import { summarize } from "./summary.ts";

/** Options of {@linkcode evaluate}. */
export interface EvaluateOptions extends BootstrapOptions {
  /** Metric definitions. Default "standard". */
  readonly profile?: ProfileName | MetricProfile;
  /** LPIPS network. Without one, its column reads "no weights". */
  readonly lpips?: Lpips;
  /** Models and other methods, see `modelMethod`. Default none. */
  readonly methods?: readonly EvaluatedMethod[];
  /** Score the baselines too. Default true. */
  readonly baselines?: boolean;
  /** Bands to score, in this order. Default: all bands of the images. */
  readonly bands?: readonly string[];
  /** Rows of cases that the same run has scored before, which are skipped. */
  readonly done?: readonly EvaluationRow[];
  /** Further facts that determine the numbers, such as the source of the sets; JSON for the record. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Caveats about the sets, which are printed with the means. Default none. */
  readonly notes?: readonly string[];
  /** Called with the rows of each case, before the next one is read. */
  readonly onCase?: (rows: readonly EvaluationRow[]) => void | Promise<void>;
  /** Called with doubts about the images of a case: units, offsets and places that differ. */
  readonly onDoubt?: (doubt: Doubt) => void;
  /** Aborts the work, at the latest after a batch of tiles. */
  readonly signal?: AbortSignal;
}

const INTERVAL = "BCa bootstrap over images";

/** Cases in memory, or opened when their turn comes. */
export type EvaluationCases =
  | Iterable<EvaluationCase | LateCase>
  | AsyncIterable<EvaluationCase | LateCase>;

function profileOf({ profile = "standard" }: EvaluateOptions): MetricProfile {
  return typeof profile === "string" ? METRIC_PROFILES[profile] : profile;
}

/** Name of the network, with the digest of its weights if they were read from files. */
function lpipsName(lpips: Lpips | undefined): string {
  if (lpips === undefined) return "no weights";
  const digest = "digest" in lpips ? ` ${String(lpips.digest).slice(0, 8)}` : "";
  return `${lpips.net}${digest}`;
}

/**
 * Identifies a run by 8 hexadecimal digits of everything that determines the numbers, except the images.
 * An evaluation resumes only from rows of the same run.
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
  JSON.stringify([redacted(set), redacted(name)]);

/** A case whose names hold no query strings or passwords of addresses. */
function withShownNames({ set = ONE_SET, name, ...rest }: EvaluationCase): EvaluationCase {
  return { ...rest, set: redacted(set), name: redacted(name) };
}

/** Rows of all cases, in their order; cases in `done` are not opened. */
async function scoreAll(
  cases: EvaluationCases,
  options: EvaluateOptions & { readonly profile: MetricProfile },
): Promise<readonly EvaluationRow[]> {
  const { done = [], bands, onCase, onDoubt, signal } = options;
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
    const known = before.get(name);
    if (known !== undefined) {
      rows.push(...known.map((row) => rowInOrder(row, bands)));
      continue;
    }
    const opened = withShownNames("open" in each ? await each.open() : each);
    const given = bands === undefined ? opened : pickBands(opened, bands);
    if (onDoubt !== undefined) caseDoubts(given).forEach(onDoubt);
    const own = (await scoreCase(given, options)).map((row) => rowInOrder(row, bands));
    rows.push(...own);
    await onCase?.(own);
  }
  if (seen.size === 0) {
    throw new TypeError("Cannot evaluate: there must be at least one image, got none");
  }
  return rows;
}

/** Models, and the restored images that the cases bring, without the baselines. */
function methodsOf(
  rows: readonly EvaluationRow[],
  methods: readonly EvaluatedMethod[],
): Evaluation["methods"] {
  const restored = rows.filter(({ kind }) => kind === "restored").map(({ method }) => method);
  const brought = [...new Set(restored)]
    .filter((name) => !methods.some((method) => method.name === name))
    .map((name) => ({ name, kind: "restored" as const, facts: {} }));
  return [...brought, ...methods.map(({ name, kind, facts }) => ({ name, kind, facts }))];
}

/** Cases of the rows, in order. */
function scoredCases(rows: readonly EvaluationRow[]): readonly ScoredCase[] {
  const cases = new Map<string, ScoredCase>();
  for (const { set, image: name, cover, mask, truth, input } of rows) {
    const key = nameOf({ set, name });
    if (!cases.has(key)) cases.set(key, { set, name, cover, mask, truth, input });
  }
  return [...cases.values()];
}

/**
 * Scores cases one by one, with one in memory at a time.
 *
 * Each case is scored over all pixels, and over the cloudy and the clear ones if masks are given or the
 * built-in detector has the bands that it needs. Means are over images, with confidence intervals.
 *
 * @throws {TypeError} If there is no case, two share a name, or an image differs from its target.
 * @throws The signal's reason, if it aborts.
 */
export async function evaluate(
  cases: EvaluationCases,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { methods = [], facts = {}, notes = [], lpips } = options;
  const { level, resamples, seed } = { ...BOOTSTRAP_DEFAULTS, ...options };
  const profile = profileOf(options);
  const rows = await scoreAll(cases, { ...options, profile });
  const scored = scoredCases(rows);
  const summary = summarize(rows, { level, resamples, seed });
  const { name, description, definitions } = profile;
  return {
    version: config.version,
    run: await evaluationRun(options),
    profile: { name, description, definitions },
    lpips: lpipsName(lpips),
    interval: { method: INTERVAL, level, resamples, seed },
    methods: methodsOf(rows, methods),
    facts,
    cases: scored,
    data: await shortHash(stableJson(scored)),
    rows,
    summary: { ...summary, notes: [...notes, ...summary.notes] },
    means: meansOf(rows, scored.length),
  };
}
