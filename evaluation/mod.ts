/**
 * Evaluation: scores of restored images beside simple baselines, and studies of experiments beside
 * the paper's numbers.
 *
 * @module
 */

export {
  BOOTSTRAP_DEFAULTS,
  type BootstrapOptions,
  type Estimate,
  estimateMean,
  FEW_IMAGES,
} from "./bootstrap.ts";
export {
  type CaseScores,
  evaluate,
  evaluateCase,
  type EvaluateOptions,
  type Evaluation,
  evaluationJson,
  evaluationRun,
  type ScoredCase,
} from "./evaluate.ts";
export { calibrationCases } from "./calibration_cases.ts";
export { caseOfSample, type CaseSource, type CaseSourceOptions, openCases } from "./case_source.ts";
export {
  compareEvaluations,
  type CompareOptions,
  compareRows,
  type Comparison,
} from "./compare.ts";
export { type EvaluationCase, type LateCase } from "./evaluation_case.ts";
export {
  csvColumns,
  type EvaluationCsv,
  evaluationCsv,
  openEvaluationCsv,
  readEvaluationCsv,
} from "./evaluation_csv.ts";
export { evaluationMarkdown, intervalText, metricText } from "./evaluation_markdown.ts";
export {
  type EvaluationPlan,
  parseEvaluationPlan,
  type PlannedSet,
  readEvaluationPlan,
} from "./evaluation_plan.ts";
export {
  BAND_METRICS,
  type BandRow,
  type EvaluationRow,
  type MaskKind,
  type MethodKind,
  MORE_IS_BETTER,
  PIXEL_GROUPS,
  type PixelGroup,
  ROW_METRICS,
  type RowMetric,
  STRATA,
  type Stratum,
  stratumOf,
} from "./evaluation_row.ts";
export { modelMethod, type ModelMethodOptions } from "./model_method.ts";
export { withRestored } from "./restored_images.ts";
export type { EvaluatedMethod, MethodInput } from "./score_case.ts";
export {
  type BandSummary,
  type EvaluationSummary,
  summarize,
  type SummaryGroup,
  type SummaryRow,
} from "./summary.ts";
export {
  EXPERIMENTS,
  findPreset,
  findStudies,
  type NamedStudy,
  PRESETS,
  STUDIES,
} from "./find_study.ts";
export {
  calibrate,
  type Calibrated,
  type CalibrateOptions,
  type CalibrationCase,
  errorPairs,
  fitCalibration,
} from "./calibrate.ts";
export { fitDeviations, type FittedDeviations } from "./fit_deviations.ts";
export {
  type ErrorPairs,
  type Reliability,
  reliability,
  type ReliabilityBin,
  type ReliabilityOptions,
} from "./reliability.ts";
export {
  type ExpectedError,
  expectedErrorChart,
  type ExpectedErrorFit,
  expectedErrorFit,
  reliabilityChart,
  type ReliabilityChartOptions,
} from "./reliability_chart.ts";
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
export type { LocatedRun } from "./located_run.ts";
export { findRun, runKey, type TrainedRun, trainedRun } from "./trained.ts";
export { EXACT_PAIRS, type SignedRank, signedRankTest } from "./wilcoxon.ts";
export { writeStudy } from "./write_study.ts";
export { createReport, type CreateReportOptions } from "./report/create_report.ts";
export { renderReport, REPORT_BYTES } from "./report/render_report.ts";
export type * from "./report/report_data.ts";
export { framesFor } from "./frames_for.ts";
