/**
 * Contents of a report as plain data, which any program can fill in and render.
 *
 * Images are in the model's units (`unit`); errors and standard deviations are in reflectance where it
 * is defined. Unknown values are `null`, and the page reports them as unknown.
 *
 * Longer than other files because the types form one format, documented field by field.
 *
 * @module
 */

import type { RasterWindow } from "../rasters/mod.ts";
import type { Score, VisualScore } from "../metrics/mod.ts";
import type { ProvenanceCounts, SeamMetric } from "../restoration/mod.ts";

/** Unit of the image values. */
export interface ReportUnit {
  /** As "DN". */
  readonly name: string;
  /** Value of reflectance 1; null if the values are not reflectances. */
  readonly reflectanceScale: number | null;
}

/** One band. */
export interface ReportBand {
  /** Name, as "B04". */
  readonly name: string;
  /** Centre wavelength in nm; null if unknown. */
  readonly wavelength: number | null;
}

/** One input date, or the clear image. */
export interface ReportFrame {
  /** File name without folders. */
  readonly name: string;
  /** As `2018-07-05`; null if unknown. */
  readonly date: string | null;
  /** Fraction of the pixels with data under cloud or shadow; null if unknown. */
  readonly cloudCover: number | null;
  /** Fraction of pixels without data. */
  readonly empty: number;
  /** SHA-256 of the file; null for folders and URLs. */
  readonly sha256: string | null;
  /** Radiometric conversion, in words; null if values were used as stored. */
  readonly radiometry: string | null;
}

/** Values of one image. */
export interface ReportImage {
  /** Short and unique, as `date0`, `restored`, `truth`. */
  readonly id: string;
  /** Label on the page. */
  readonly label: string;
  /** [height, width, bands] of the view; NaN where there is no data. */
  readonly data: Float32Array;
}

/** One window of the scene in every image. */
export interface ReportView {
  /** Label on the page. */
  readonly label: string;
  /** Window in pixels of the scene. */
  readonly window: RasterWindow;
  /** Side of the block of scene pixels averaged into one pixel of the view. */
  readonly step: number;
  /** Columns of the view. */
  readonly width: number;
  /** Rows of the view. */
  readonly height: number;
  /** Bands of the images, as indices into the report's. */
  readonly bands: readonly number[];
  /** Dates, result and clear image. */
  readonly images: readonly ReportImage[];
}

/** Visual measures against the clear image, see docs/metrics.md; null where one is undefined. */
export interface ReportVisual extends Pick<VisualScore, "weave" | "contrast" | "seam"> {
  /** Largest |bias| over the bands, in the unit of the errors; null without scores. */
  readonly bias: number | null;
}

/** Scores over one region. */
export interface ReportScores {
  /** As "All pixels". */
  readonly label: string;
  /** Pixels of the region. */
  readonly pixels: number;
  /** The model first, then the baselines; null if undefined. */
  readonly rows: readonly {
    readonly method: string;
    readonly score: Score | null;
    /** Visual measures; undefined where they are not measured, as in self-checks. */
    readonly visual?: ReportVisual;
  }[];
}

/** Error maps of the detail view on one colour scale. */
export interface ReportErrors {
  /** Upper end of the scale. */
  readonly high: number;
  /** One map per method, the model first. */
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
  /** Mean absolute error. */
  readonly mae: number;
  /** Root mean square error. */
  readonly rmse: number;
}

/** Comparison with a clear image. */
export interface ReportTruth {
  /** Description of the clear image. */
  readonly frame: ReportFrame;
  /** Extent of the scores, in words. */
  readonly scored: string;
  /** Scores by region. */
  readonly scores: readonly ReportScores[];
  /** Errors per band by method; null for bands that the result lacks. */
  readonly bands: readonly {
    readonly method: string;
    readonly scores: readonly (ReportBandScore | null)[];
  }[];
  /** Error maps. */
  readonly errors: ReportErrors;
}

/** Errors binned by ensemble spread. */
export interface ReportReliability {
  /** Bins of equal counts. */
  readonly bins: readonly {
    /** Root mean square of the predicted standard deviation. */
    readonly predicted: number;
    /** Root mean square error of the ensemble mean. */
    readonly observed: number;
    readonly count: number;
  }[];
  /** Observed error over predicted standard deviation. */
  readonly factor: number;
}

/** Ensemble spread. */
export interface ReportUncertainty {
  /** Ensemble members. */
  readonly samples: number;
  /** Ensemble standard deviation, mean over the bands, [height, width] of the detail view. */
  readonly deviation: Float32Array;
  /** Mean over the map. */
  readonly mean: number;
  /** Upper end of the scale. */
  readonly high: number;
  /** Calibration factor of the model card that was applied; null for none. */
  readonly calibration: number | null;
  /** Comparison with true errors; null without a clear image. */
  readonly reliability: ReportReliability | null;
}

/** Errors at clear pixels that were covered with synthetic clouds and restored. */
export interface ReportSelfCheck {
  /** Covered pixels that were scored. */
  readonly pixels: number;
  /** The model first. */
  readonly rows: readonly { readonly method: string; readonly score: Score }[];
  /** Description of the check, in words. */
  readonly how: string;
}

/** Provenance of the pixels. */
export interface ReportProvenance {
  /** [height, width] of the detail view: codes of `PROVENANCE`. */
  readonly data: Uint8Array;
  /** Counts over the whole area. */
  readonly counts: ProvenanceCounts;
}

/** One state of the sampler; all images have `ReportInside.size` pixels a side. */
export interface InsideState {
  /** Noise level σ. */
  readonly sigma: number;
  /** s(t), the weight of the clear image in x_t. */
  readonly s: number;
  /** x_t = s(t)·(y + k(t)·μ) of each date, [size, size, bands] in the model's units. */
  readonly dates: readonly Float32Array[];
  /** D, the network's estimate of the clear image at this state; null at the end. */
  readonly denoised: Float32Array | null;
}

/** TFSA's masks at one evaluation of the network (Fig. 6). */
export interface InsideMasks {
  /** Noise level σ. */
  readonly sigma: number;
  /** [heads, dates, height, width]: weights, which sum to 1 over the dates. */
  readonly data: Float32Array;
}

/** Recorded restoration of one tile. */
export interface ReportInside {
  /** Window of the tile, in pixels of the scene. */
  readonly window: RasterWindow;
  /** Side of the tile in pixels. */
  readonly size: number;
  /** Bands of the images, as indices into the report's. */
  readonly bands: readonly number[];
  /** States from pure noise to the result; their dates are in the order of the frames. */
  readonly states: readonly InsideState[];
  /** Sampler steps of this recording. */
  readonly steps: number;
  /** Sampler steps of the restoration. */
  readonly restoredWith: number;
  /** Attention weights; null for models without temporal attention. */
  readonly masks: {
    readonly heads: number;
    readonly length: number;
    readonly width: number;
    readonly height: number;
    readonly evaluations: readonly InsideMasks[];
  } | null;
}

/** Run details: groups of names and values. */
export interface ReportRun {
  /** Command line that reproduces the report; null if unknown. */
  readonly command: string | null;
  /** Groups in the order of the page. */
  readonly groups: readonly {
    readonly label: string;
    readonly facts: readonly (readonly [name: string, value: string])[];
  }[];
}

/** Contents of a report. */
export interface ReportData {
  /** Marks the JSON as a report. */
  readonly type: "report";
  /** Title of the page. */
  readonly title: string;
  /** The model's name. */
  readonly model: string;
  /** Description from the model card. */
  readonly description: string;
  /** Unit of the image values. */
  readonly unit: ReportUnit;
  /** Bands of the model. */
  readonly bands: readonly ReportBand[];
  /** Contrast stretch per band: the values drawn black and white in all images. */
  readonly stretch: readonly (readonly [black: number, white: number])[];
  /** The input dates in order. */
  readonly frames: readonly ReportFrame[];
  /** Index among the frames of the date that the result depicts. */
  readonly reference: number;
  /** The detail first; maps, spectra and later sections cover it. */
  readonly views: readonly ReportView[];
  /** Comparison with a clear image; null without one. */
  readonly truth: ReportTruth | null;
  /** Provenance of the pixels; null without a mask. */
  readonly provenance: ReportProvenance | null;
  /** Ensemble spread; null without an ensemble. */
  readonly uncertainty: ReportUncertainty | null;
  /** Self-check; null if it did not run. */
  readonly selfCheck: ReportSelfCheck | null;
  /** Reason why a requested self-check could not run; null otherwise. */
  readonly selfCheckRefusal: string | null;
  /** Recorded restoration of a tile; null if the area is smaller than a tile. */
  readonly inside: ReportInside | null;
  /** Gradient jumps at tile borders. */
  readonly seams: SeamMetric;
  /** Run details. */
  readonly run: ReportRun;
  /** Notes for the reader: extent of the views, warnings. */
  readonly notes: readonly string[];
}
