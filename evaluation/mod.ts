/**
 * Evaluation: scores of models and restored images next to simple baselines, confidence intervals,
 * paired comparisons, and calibration of the ensemble spread.
 *
 * {@linkcode evaluate} scores cases, {@linkcode openCases} reads them from a dataset, and
 * {@linkcode compareEvaluations} tests if two methods differ.
 *
 * @module
 */

// Scoring.
export { evaluate, type EvaluateOptions, type EvaluationCases, evaluationRun } from "./evaluate.ts";
export { type CaseScores, evaluateCase } from "./evaluate_case.ts";
export { type Evaluation, evaluationJson, type ScoredCase } from "./evaluation.ts";
export {
  type BandRow,
  type EvaluationRow,
  type MaskKind,
  type MethodKind,
  PIXEL_GROUPS,
  type PixelGroup,
  ROW_METRICS,
  type RowMetric,
  STRATA,
  type Stratum,
  stratumOf,
  TABLE_COLUMNS,
  type TableColumn,
  VISUAL_COLUMNS,
} from "./evaluation_row.ts";

// Cases and methods.
export {
  type EvaluationCase,
  type LateCase,
  type MethodMasks,
  withReflectanceScale,
} from "./evaluation_case.ts";
export { type CaseSource, type CaseSourceOptions, openCases } from "./case_source.ts";
export {
  type EvaluationPlan,
  type EvaluationPlanOptions,
  parseEvaluationPlan,
  type PlannedSet,
  readEvaluationPlan,
} from "./evaluation_plan.ts";
export type { EvaluatedMethod, MethodInput } from "./evaluated_method.ts";
export { type MethodMaskOptions, modelMethod, type ModelMethodOptions } from "./model_method.ts";
export { withRestored } from "./restored_images.ts";
export {
  type CommonImages,
  inCommonUnit,
  type MeasuredImage,
  readMeasured,
} from "./measured_image.ts";
export { caseDoubts, type Doubt } from "./case_doubts.ts";
export { framesFor } from "./frames_for.ts";

// Statistics.
export { type BootstrapOptions, type Estimate, estimateMean } from "./bootstrap.ts";
export {
  type BandSummary,
  type EvaluationSummary,
  summarize,
  type SummaryGroup,
  type SummaryRow,
} from "./summary.ts";
export {
  compareEvaluations,
  type CompareOptions,
  compareRows,
  type Comparison,
} from "./compare.ts";
export { type SignedRank, signedRankTest } from "./wilcoxon.ts";

// Calibration of the ensemble spread.
export {
  calibrate,
  type Calibrated,
  type CalibrateOptions,
  type CalibrationCase,
  errorPairs,
  fitCalibration,
} from "./calibrate.ts";
export { calibrationCases } from "./calibration_cases.ts";
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
} from "./expected_error.ts";
export { reliabilityChart, type ReliabilityChartOptions } from "./reliability_chart.ts";

// Output.
export { evaluationCsv } from "./evaluation_csv.ts";
export {
  type EvaluationCsv,
  type EvaluationCsvOptions,
  openEvaluationCsv,
} from "./open_evaluation_csv.ts";
export { readEvaluationCsv } from "./read_evaluation_csv.ts";
export { evaluationMarkdown, intervalText, metricText } from "./evaluation_markdown.ts";
export {
  type Attributes,
  element,
  escapeXml,
  roundTicks,
  svgDocument,
  textElement,
} from "./svg.ts";
