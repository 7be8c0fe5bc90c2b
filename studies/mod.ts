/**
 * Studies: experiments side by side, with the numbers of the paper next to ours.
 *
 * @module
 */

export {
  EXPERIMENTS,
  findPreset,
  findStudies,
  type NamedStudy,
  PRESETS,
  STUDIES,
} from "./find_study.ts";
export type { LocatedRun } from "./located_run.ts";
export { type PlannedGroup, type PlannedRow, type PlanOptions, planStudy } from "./plan.ts";
export { applyPreset, type Preset, readPreset } from "./preset.ts";
export { previewStudy, runStudy, type RunStudyOptions, type StudyPlan } from "./run_study.ts";
export {
  type EvaluationSet,
  evaluationSet,
  type EvaluationSetOptions,
  meanScores,
  scoreBaselines,
  scoreModel,
  type Scores,
  STUDY_BASELINES,
} from "./score_model.ts";
export {
  groupsOf,
  isStudy,
  type MetricValues,
  type PaperNumbers,
  parseStudy,
  readStudy,
  type Study,
  STUDY_METRICS,
  type StudyAxis,
  type StudyClaim,
  type StudyEvaluation,
  type StudyGroup,
  type StudyMetric,
  type StudyRow,
  type StudySettings,
  type StudySweep,
} from "./study.ts";
export { studyChart } from "./study_chart.ts";
export { studyCsv } from "./study_csv.ts";
export { studyMarkdown } from "./study_markdown.ts";
export {
  type GroupResult,
  type RowResult,
  type SeedResult,
  type Step,
  stepsOf,
  type StudyResult,
} from "./study_result.ts";
export { findRun, runKey, type TrainedRun, trainedRun } from "./trained.ts";
export { writeStudy } from "./write_study.ts";
