/**
 * Types of a study: experiments side by side, the options they are varied over, and the paper's numbers.
 *
 * @module
 */

/** Metrics of a study: label, unit, direction of improvement, and digits shown. */
export const STUDY_METRICS = {
  psnr: { label: "PSNR", unit: "dB", better: "higher", digits: 2 },
  ssim: { label: "SSIM", unit: "", better: "higher", digits: 4 },
  mae: { label: "MAE", unit: "", better: "lower", digits: 4 },
  sam: { label: "SAM", unit: "°", better: "lower", digits: 3 },
  lpips: { label: "LPIPS", unit: "", better: "lower", digits: 3 },
} as const;

/** Names of the metrics of a study. */
export type StudyMetric = keyof typeof STUDY_METRICS;

/** Values by metric; unknown ones are absent. */
export type MetricValues = { readonly [M in StudyMetric]?: number };

/** Values that the paper reports for a row. */
export interface PaperNumbers extends MetricValues {
  /** Source in the paper, as "Table 4, L = 3". */
  readonly source: string;
}

/** Values by the path of an option, as `{ "model.steps": 5 }`. */
export type StudySettings = Readonly<Record<string, unknown>>;

/** One experiment of a study. */
export interface StudyRow {
  /** Name, unique in the study. */
  readonly name: string;
  /** Short description. */
  readonly label?: string;
  /** URL of its JSON. In a file: relative to the study. */
  readonly experiment: string;
  /** Overrides of the experiment's options. */
  readonly set?: StudySettings;
  /** Values in the paper. */
  readonly paper?: PaperNumbers;
}

/** An option that is varied. */
export interface StudyAxis {
  /** Path of the option, as `model.steps`. */
  readonly path: string;
  /** Symbol in tables and charts, as "N". */
  readonly symbol: string;
  /** Values of the option. */
  readonly values: readonly number[];
}

/** One experiment varied along one axis, or along two as a grid. */
export interface StudySweep {
  /** Suffix of the output files. */
  readonly name: string;
  /** Title of its table and chart. */
  readonly title: string;
  /** URL of its JSON. In a file: relative to the study. */
  readonly experiment: string;
  /** One or two axes. */
  readonly over: readonly StudyAxis[];
  /** Overrides of the experiment's options. */
  readonly set?: StudySettings;
  /** Values that the paper reports for single points. */
  readonly paper?: readonly (PaperNumbers & { readonly at: readonly number[] })[];
}

/** Direction of change that the paper states between two rows without giving numbers. */
export interface StudyClaim {
  /** Metric that changes. */
  readonly metric: StudyMetric;
  /** Name of the first row. */
  readonly from: string;
  /** Name of the second row. */
  readonly to: string;
  /** Direction of change. */
  readonly change: "rises" | "falls";
  /** Source in the paper. */
  readonly source: string;
}

/** Evaluation settings. */
export interface StudyEvaluation {
  /** Most samples: the first ones. Default: all of the data. */
  readonly limit?: number;
  /** Seed of crops, clouds and the sampler's noise. Default 1. */
  readonly seed?: number;
  /** Stored value of reflectance 1. Default: the range of the model's scaling. */
  readonly reflectanceScale?: number;
}

/** Experiments side by side, with the paper's values. */
export interface Study {
  /** Title. */
  readonly title: string;
  /** Description. Default empty. */
  readonly description: string;
  /** Metrics to show. Default PSNR, SSIM, MAE and SAM. */
  readonly metrics: readonly StudyMetric[];
  /** Experiments side by side. */
  readonly rows: readonly StudyRow[];
  /** Experiments varied along axes. */
  readonly sweeps: readonly StudySweep[];
  /** Directions of change that the paper states. */
  readonly claims: readonly StudyClaim[];
  /** Evaluation settings. */
  readonly evaluation: StudyEvaluation;
}
