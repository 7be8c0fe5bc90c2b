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
  calibrate,
  type Calibrated,
  type CalibrateOptions,
  type CalibrationCase,
  errorPairs,
  fitCalibration,
} from "./calibrate.ts";
export { calibrationCases } from "./calibration_cases.ts";
export { caseOfSample, type CaseSource, type CaseSourceOptions, openCases } from "./case_source.ts";
export {
  compareEvaluations,
  type CompareOptions,
  compareRows,
  type Comparison,
} from "./compare.ts";
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
export { type EvaluationCase, type LateCase, withReflectanceScale } from "./evaluation_case.ts";
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
export { fitDeviations, type FittedDeviations } from "./fit_deviations.ts";
export { framesFor } from "./frames_for.ts";
export { modelMethod, type ModelMethodOptions } from "./model_method.ts";
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
  type Attributes,
  element,
  escapeXml,
  roundTicks,
  svgDocument,
  textElement,
} from "./svg.ts";
export { EXACT_PAIRS, type SignedRank, signedRankTest } from "./wilcoxon.ts";
