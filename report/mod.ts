/**
 * Reports: one self-contained HTML file about a restoration.
 *
 * {@linkcode createReport} restores a series and measures the result; {@linkcode renderReport} renders
 * the data as HTML. Other programs can fill in {@linkcode ReportData} themselves.
 *
 * @module
 */

export { createReport } from "./create_report.ts";
export type { CreateReportOptions } from "./report_options.ts";
export { renderReport, REPORT_BYTES } from "./render_report.ts";
export type {
  InsideMasks,
  InsideState,
  ReportBand,
  ReportBandScore,
  ReportData,
  ReportErrors,
  ReportFrame,
  ReportImage,
  ReportInside,
  ReportProvenance,
  ReportReliability,
  ReportRun,
  ReportScores,
  ReportSelfCheck,
  ReportTruth,
  ReportUncertainty,
  ReportUnit,
  ReportView,
  ReportVisual,
} from "./report_data.ts";
