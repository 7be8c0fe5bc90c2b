/**
 * Steps between the rows of a study, judged against the paper.
 *
 * @module
 */

import { mean } from "../core/mod.ts";
import { STUDY_METRICS, type StudyClaim, type StudyMetric } from "./study.ts";
import type { GroupResult, RowResult } from "./study_result.ts";

/** Change of one metric from one row to another. */
export interface Step {
  /** Metric that changes. */
  readonly metric: StudyMetric;
  /** Name of the first row. */
  readonly from: string;
  /** Name of the second row. */
  readonly to: string;
  /** Direction in the paper; absent if unknown. */
  readonly paper?: "rises" | "falls";
  /** Difference in the paper, if it gives both values. */
  readonly paperChange?: number;
  /** Source in the paper. */
  readonly source?: string;
  /** Our mean difference. */
  readonly change?: number;
  /**
   * `holds`: every seed agrees with the paper; `reversed`: every seed disagrees; `mixed`: seeds differ;
   * `unknown`: a value is missing.
   */
  readonly verdict: "holds" | "reversed" | "mixed" | "unknown";
}

/** Differences between two rows, seed by seed. */
function changesOf(from: RowResult, to: RowResult, metric: StudyMetric): readonly number[] {
  if (metric === "lpips") return [];
  return from.seeds.flatMap(({ seed, scores }) => {
    const other = to.seeds.find((result) => result.seed === seed)?.scores;
    return scores === undefined || other === undefined ? [] : [other[metric] - scores[metric]];
  });
}

function stepOf(
  [from, to]: readonly [RowResult, RowResult],
  metric: StudyMetric,
  claim?: StudyClaim,
): Step {
  const [before, after] = [from.paper?.[metric], to.paper?.[metric]];
  const known = before === undefined || after === undefined ? undefined : after - before;
  const way = (change: number) => change > 0 ? "rises" : "falls";
  const paper = claim?.change ?? (known === undefined || known === 0 ? undefined : way(known));
  const changes = changesOf(from, to, metric);
  const ways = new Set(changes.map(way));
  const verdict = paper === undefined || changes.length === 0
    ? "unknown"
    : ways.size > 1
    ? "mixed"
    : ways.has(paper)
    ? "holds"
    : "reversed";
  const source = claim?.source ?? (known === undefined ? undefined : to.paper!.source);
  return {
    metric,
    from: from.name,
    to: to.name,
    ...(paper && { paper }),
    ...(known !== undefined && { paperChange: known }),
    ...(source !== undefined && { source }),
    ...(changes.length > 0 && { change: mean(changes) }),
    verdict,
  };
}

/**
 * Steps from each row to the next, and those that the paper claims, metric by metric. Each step is judged
 * seed by seed.
 */
export function stepsOf({ rows }: GroupResult, claims: readonly StudyClaim[]): readonly Step[] {
  const named = (name: string) => rows.find((row) => row.name === name);
  const pairs = rows.slice(1).map((row, i): readonly [RowResult, RowResult] => [rows[i]!, row]);
  const next = pairs.flatMap((pair) =>
    (Object.keys(STUDY_METRICS) as StudyMetric[]).map((metric) => {
      const [from, to] = pair.map(({ name }) => name);
      const claim = claims.find((one) =>
        one.metric === metric && one.from === from && one.to === to
      );
      return stepOf(pair, metric, claim);
    })
  );
  const beyond = claims.flatMap((claim) => {
    const [from, to] = [named(claim.from), named(claim.to)];
    if (from === undefined || to === undefined) return [];
    const isNext = pairs.some(([a, b]) => a === from && b === to);
    return isNext ? [] : [stepOf([from, to], claim.metric, claim)];
  });
  return [...next, ...beyond];
}
