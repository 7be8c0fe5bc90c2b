/**
 * What a report shows, as plain data: any program that fills this in can have it rendered.
 *
 * Images are in the model's units (`unit`), errors and deviations in reflectance where there is one.
 * What is not known is `null` and is said so on the page; nothing is made up.
 *
 * @module
 */

import type { RasterWindow } from "../rasters/mod.ts";
import type { Score } from "../metrics/mod.ts";
import type { ProvenanceCounts, SeamMetric } from "../restoration/mod.ts";

/** How numbers of images are to be read. */
export interface ReportUnit {
  /** As "DN". */
  readonly name: string;
  /** Number that stands for reflectance 1; null where the numbers aren't reflectance. */
  readonly reflectanceScale: number | null;
}

/** One band. */
export interface ReportBand {
  readonly name: string;
  /** Centre wavelength in nm; null where it is not known. */
  readonly wavelength: number | null;
}

/** One input date, or the clear image. */
export interface ReportFrame {
  /** File name without folders. */
  readonly name: string;
  /** As `2018-07-05`; null where it is not known. */
  readonly date: string | null;
  /** Share of the pixels with data that are cloud or shadow; null where nothing can tell. */
  readonly cloudCover: number | null;
  /** Share of pixels without data. */
  readonly empty: number;
  /** SHA-256 of the file; null of folders and addresses. */
  readonly sha256: string | null;
  /** How its numbers became reflectances, in words; null where nothing was done. */
  readonly radiometry: string | null;
}

/** A picture's numbers. */
export interface ReportImage {
  /** Short and unique, as `date0`, `restored`, `truth`. */
  readonly id: string;
  readonly label: string;
  /** [height, width, bands] of the view; NaN where there is no data. */
  readonly data: Float32Array;
}

/** One piece of ground, in every image that there is of it. */
export interface ReportView {
  readonly label: string;
  /** Pixels of the scene that it shows. */
  readonly window: RasterWindow;
  /** Pixels of the scene along each side of a pixel of the view, which is their mean. */
  readonly step: number;
  readonly width: number;
  readonly height: number;
  /** Indices of the bands that its images have, among the report's. */
  readonly bands: readonly number[];
  readonly images: readonly ReportImage[];
}

/** Scores over some of the pixels. */
export interface ReportScores {
  /** As "All pixels". */
  readonly label: string;
  readonly pixels: number;
  /** The model first, then the baselines; null where a score is not defined. */
  readonly rows: readonly { readonly method: string; readonly score: Score | null }[];
}

/** Per-pixel errors of the detail view, one scale for all. */
export interface ReportErrors {
  /** Upper end of the scale. */
  readonly high: number;
  readonly maps: readonly {
    readonly method: string;
    /** Mean over the bands of |restored − truth|, [height, width]; NaN where there is no data. */
    readonly data: Float32Array;
    readonly mean: number;
  }[];
}

/** Errors of one band. */
export interface ReportBandScore {
  /** Mean of restored − truth. */
  readonly bias: number;
  readonly mae: number;
  readonly rmse: number;
}

/** What the comparison with a clear image gave. */
export interface ReportTruth {
  readonly frame: ReportFrame;
  /** What the scores were computed over, in words. */
  readonly scored: string;
  readonly scores: readonly ReportScores[];
  /** One for each band, by method; null of bands that the result lacks. */
  readonly bands: readonly {
    readonly method: string;
    readonly scores: readonly (ReportBandScore | null)[];
  }[];
  readonly errors: ReportErrors;
}

/** How large errors are where the samples scatter by so much. */
export interface ReportReliability {
  readonly bins: readonly {
    /** Root mean square deviation of the samples. */
    readonly predicted: number;
    /** Root mean square error of their mean. */
    readonly observed: number;
    readonly count: number;
  }[];
  /** What deviations must be multiplied with to match the errors. */
  readonly factor: number;
}

/** How far samples scatter. */
export interface ReportUncertainty {
  readonly samples: number;
  /** Mean over the bands of the samples' standard deviation, [height, width] of the detail view. */
  readonly deviation: Float32Array;
  readonly mean: number;
  /** Upper end of the scale. */
  readonly high: number;
  /** Whether a factor of the model's card was applied, and which. */
  readonly calibration: number | null;
  /** Deviations against real errors, where there is a clear image. */
  readonly reliability: ReportReliability | null;
}

/** Errors where clear ground was hidden on purpose and restored. */
export interface ReportSelfCheck {
  /** Hidden pixels that were scored. */
  readonly pixels: number;
  /** The model first. */
  readonly rows: readonly { readonly method: string; readonly score: Score }[];
  /** How it was done, in a sentence. */
  readonly how: string;
}

/** Where pixels come from. */
export interface ReportProvenance {
  /** [height, width] of the detail view: the numbers of `PROVENANCE`. */
  readonly data: Uint8Array;
  /** Over everything that was restored. */
  readonly counts: ProvenanceCounts;
}

/** One state on the way from noise to image; all pictures have `Inside.size` pixels a side. */
export interface InsideState {
  readonly sigma: number;
  /** s(t), the weight of the clear image in x_t. */
  readonly s: number;
  /** x_t = s(t)·(y + k(t)·μ) of each date, [size, size, bands] in the model's units. */
  readonly dates: readonly Float32Array[];
  /** D, the clear image as the network saw it from here; null at the end. */
  readonly denoised: Float32Array | null;
}

/** TFSA's masks at one evaluation of the network (Fig. 6). */
export interface InsideMasks {
  readonly sigma: number;
  /** [heads, dates, height, width]: what each date counts; they sum to 1 over the dates. */
  readonly data: Float32Array;
}

/** What happens inside of the model, on one tile. */
export interface ReportInside {
  readonly window: RasterWindow;
  readonly size: number;
  /** Bands of the pictures: indices of the report's. */
  readonly bands: readonly number[];
  /** Dates of `states`, by their place among the frames. */
  readonly states: readonly InsideState[];
  /** Steps of this run, and those of the restoration. */
  readonly steps: number;
  readonly restoredWith: number;
  readonly masks: {
    readonly heads: number;
    readonly length: number;
    readonly width: number;
    readonly height: number;
    readonly evaluations: readonly InsideMasks[];
  } | null;
}

/** What was run with what; groups of names and values for people. */
export interface ReportRun {
  readonly command: string | null;
  readonly groups: readonly {
    readonly label: string;
    readonly facts: readonly (readonly [name: string, value: string])[];
  }[];
}

/** A report. */
export interface ReportData {
  readonly type: "report";
  readonly title: string;
  /** The model's name. */
  readonly model: string;
  readonly description: string;
  readonly unit: ReportUnit;
  readonly bands: readonly ReportBand[];
  /** The numbers that are drawn black and white, of each band; all pictures share them. */
  readonly stretch: readonly (readonly [black: number, white: number])[];
  /** The input dates in order. */
  readonly frames: readonly ReportFrame[];
  /** The date that the result depicts, by its place among the frames. */
  readonly reference: number;
  /** The detail comes first: everything but its first picture is about that. */
  readonly views: readonly ReportView[];
  readonly truth: ReportTruth | null;
  readonly provenance: ReportProvenance | null;
  readonly uncertainty: ReportUncertainty | null;
  readonly selfCheck: ReportSelfCheck | null;
  /** Why there is no self-check though it was asked for: too little is clear. */
  readonly selfCheckRefusal: string | null;
  readonly inside: ReportInside | null;
  readonly seams: SeamMetric;
  readonly run: ReportRun;
  /** What a reader should know: warnings, what is shown and what is not. */
  readonly notes: readonly string[];
}
