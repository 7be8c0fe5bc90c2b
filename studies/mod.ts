/**
 * Studies: experiments side by side, with the paper's numbers next to ours.
 *
 * {@linkcode findStudies} finds a study by name or file, {@linkcode runStudy} trains and scores it, and
 * {@linkcode writeStudy} writes tables and charts.
 *
 * @module
 */

// Definition.
export { isStudy, parseStudy } from "./parse_study.ts";
export {
  type MetricValues,
  type PaperNumbers,
  type Study,
  STUDY_METRICS,
  type StudyAxis,
  type StudyClaim,
  type StudyEvaluation,
  type StudyMetric,
  type StudyRow,
  type StudySettings,
  type StudySweep,
} from "./study.ts";
export { groupsOf, type StudyGroup } from "./study_groups.ts";
export { applyPreset, type Preset } from "./preset.ts";
export {
  EXPERIMENTS,
  findPreset,
  findStudies,
  type NamedStudy,
  PRESETS,
  STUDIES,
} from "./find_study.ts";

// Planning and running.
export { type PlannedGroup, type PlannedRow, type PlanOptions, planStudy } from "./plan.ts";
export { previewStudy, type StudyPlan } from "./preview_study.ts";
export { runStudy, type RunStudyOptions } from "./run_study.ts";

// Results.
export { type Scores } from "./score_model.ts";
export type { GroupResult, RowResult, SeedResult, StudyResult } from "./study_result.ts";
export { type Step, stepsOf } from "./study_steps.ts";
export { studyChart } from "./study_chart.ts";
export { studyCsv } from "./study_csv.ts";
export { studyMarkdown } from "./study_markdown.ts";
export { writeStudy } from "./write_study.ts";
