/**
 * Groups of a study's rows, with sweeps expanded to one row per value.
 *
 * @module
 */

import type { Study, StudyAxis, StudyRow } from "./study.ts";

/** Rows of one table and chart. */
export interface StudyGroup {
  /** Suffix of the output files; empty for the rows outside sweeps. */
  readonly name: string;
  /** Title of the table and chart. */
  readonly title: string;
  /** Axes of a sweep. */
  readonly over: readonly StudyAxis[];
  /** Rows, with their values of the axes. */
  readonly rows: readonly (StudyRow & { readonly at?: readonly number[] })[];
}

/** A value as text; 1e8, JSON's stand-in for infinity, as ∞. */
export function showValue(value: number): string {
  return value >= 1e8 ? "∞" : `${value}`;
}

/** Groups the rows of a study and expands sweeps: one row per value, or per pair of a grid. */
export function groupsOf({ title, rows, sweeps }: Study): readonly StudyGroup[] {
  const swept = sweeps.map((sweep): StudyGroup => ({
    name: sweep.name,
    title: sweep.title,
    over: sweep.over,
    rows: pointsOf(sweep.over).map((at) => {
      const numbers = sweep.paper?.find((paper) => paper.at.join() === at.join());
      return {
        name: sweep.over.map(({ symbol }, i) => `${symbol} = ${showValue(at[i]!)}`).join(", "),
        experiment: sweep.experiment,
        set: {
          ...sweep.set,
          ...Object.fromEntries(sweep.over.map(({ path }, i) => [path, at[i]])),
        },
        at,
        ...(numbers && { paper: numbers }),
      };
    }),
  }));
  return rows.length === 0 ? swept : [{ name: "", title, over: [], rows }, ...swept];
}

/** All combinations of the axes; of S_tmin and S_tmax only those with S_tmin < S_tmax. */
function pointsOf(over: readonly StudyAxis[]): readonly (readonly number[])[] {
  const [first, second] = over as [StudyAxis, StudyAxis?];
  if (second === undefined) return first.values.map((value) => [value]);
  const bounds = first.path.endsWith(".sTmin") && second.path.endsWith(".sTmax");
  return first.values
    .flatMap((a) => second.values.map((b): readonly [number, number] => [a, b]))
    .filter(([a, b]) => !bounds || a < b);
}
