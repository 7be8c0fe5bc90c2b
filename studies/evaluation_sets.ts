/**
 * Evaluation sets of a study, shared by rows with the same data.
 *
 * @module
 */

import { builtins } from "../builtins.ts";
import type { DatasetLookup } from "../datasets/mod.ts";
import { scalingRanges } from "../model/mod.ts";
import type { PlannedRow } from "./plan.ts";
import { type EvaluationSet, evaluationSet } from "./evaluation_set.ts";
import { meanScores } from "./score_model.ts";
import { scoreBaselines, STUDY_BASELINES } from "./study_baselines.ts";
import type { StudyEvaluation } from "./study.ts";
import type { StudyResult } from "./study_result.ts";
import { cachedJson } from "./cached_json.ts";
import { shortHash, stableJson } from "../core/mod.ts";

/** Evaluation sets, opened on first use and shared by rows with the same data. */
export class EvaluationSets {
  readonly #rows: readonly PlannedRow[];
  readonly #options: StudyEvaluation & DatasetLookup;
  readonly #made = new Map<string, Promise<EvaluationSet>>();

  constructor(rows: readonly PlannedRow[], options: StudyEvaluation & DatasetLookup) {
    this.#rows = rows;
    this.#options = options;
  }

  /** Key of everything that determines the samples of a row. */
  keyOf({ test, card }: PlannedRow): string {
    const { tileSize, bands } = card;
    return stableJson({
      test,
      tileSize,
      bands,
      ...this.#drawn(card),
      length: this.#length(card, test),
    });
  }

  /** Name for cached scores of a row, from its samples and `made`. */
  async scoresName(row: PlannedRow, made: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const { size, digest } = await this.of(row);
    return await shortHash(stableJson({ ...made, set: this.keyOf(row), size, digest }));
  }

  /** Evaluation set of a row. */
  async of(row: PlannedRow): Promise<EvaluationSet> {
    const key = this.keyOf(row);
    const { test, card } = row;
    const { registry = builtins } = this.#options;
    const length = this.#length(card, test);
    const options = { config: test, card, length, registry, ...this.#drawn(card) };
    if (!this.#made.has(key)) this.#made.set(key, evaluationSet(options));
    return await this.#made.get(key)!;
  }

  /**
   * Mean scores of the baselines; none if rows have different data.
   *
   * @throws The signal's reason, if it aborts.
   */
  async baselines(
    folder: string,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<StudyResult["baselines"]> {
    const [first] = this.#rows;
    const keys = new Set(this.#rows.map((row) => this.keyOf(row)));
    if (first === undefined || keys.size > 1) return [];
    const file = `${folder}/${await this.scoresName(first)}.json`;
    const all = await cachedJson(
      file,
      async () => await scoreBaselines(await this.of(first), { signal }),
    );
    // A single frame has only its copy.
    const length = this.#length(first.card, first.test);
    return STUDY_BASELINES.slice(0, length === 1 ? 1 : undefined)
      .map((name) => ({ name, scores: meanScores(all[name]) }));
  }

  /**
   * Frames of the samples. A painted sample changes with its number of frames: it is drawn with the most
   * that any row takes, so that all rows get the same one. Of files, the first frames are taken.
   */
  #length({ length }: PlannedRow["card"], test: PlannedRow["test"]): number {
    const { registry = builtins } = this.#options;
    if (!registry.entry("dataset", test.type).painted) return length;
    const same = this.#rows.filter((row) => stableJson(row.test) === stableJson(test));
    return Math.max(...same.map(({ card }) => card.length));
  }

  #drawn(card: PlannedRow["card"]) {
    const { limit, seed = 1, reflectanceScale } = this.#options;
    const ranges = scalingRanges(card.scaling, card.bands.length);
    const range = Math.max(...ranges.map(({ low, high }) => high - low));
    return { limit, seed, dataRange: reflectanceScale ?? range };
  }
}
