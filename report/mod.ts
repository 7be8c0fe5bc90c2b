/**
 * Reports: one HTML file that shows a restoration.
 *
 * @module
 */

export { createReport, type CreateReportOptions } from "./create_report.ts";
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
} from "./report_data.ts";
