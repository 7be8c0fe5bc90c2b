/**
 * Evaluation: scores of restored images beside simple baselines.
 *
 * @module
 */

export {
  type CaseScores,
  evaluate,
  evaluateCase,
  type EvaluateOptions,
  type Evaluation,
  type EvaluationCase,
} from "./evaluate.ts";
export {
  type ExperimentResult,
  type NamedExperiment,
  runExperiments,
  type RunExperimentsOptions,
} from "./experiment.ts";
