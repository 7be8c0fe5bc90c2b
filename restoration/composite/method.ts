/**
 * A way to make one image of several dates, as the streaming passes need it.
 *
 * @module
 */

import type { Mean } from "../../means/mod.ts";

/** A way to make one image of several dates. */
export interface CompositeMethod {
  /** Survey, plan and windows. */
  readonly mean: Mean;
  /** True if the survey must see the scene; else it is finished at once. */
  readonly surveys: boolean;
  /** True if it knows the expected error of its pixels. */
  readonly hasError: boolean;
  /** True if it depicts one date, and so needs a reference. */
  readonly needsReference: boolean;
  /** True if it needs the day of every date. */
  readonly needsDays: boolean;
}
