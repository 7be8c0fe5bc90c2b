/**
 * Evaluation: scores of restored images beside simple baselines.
 *
 * @module
 */

export {
  type Baseline,
  BASELINES,
  baselines,
  type ImageValues,
  leastCloudyOf,
} from "./baselines.ts";
export {
  type CaseScores,
  evaluate,
  evaluateCase,
  type EvaluateOptions,
  type Evaluation,
  type EvaluationCase,
} from "./evaluate.ts";
