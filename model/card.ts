/**
 * The model card: what a model is and what it saw, carried inside its file.
 *
 * @module
 */

/** One band of the images. */
export interface CardBand {
  /** As "B02", "VV". */
  readonly name: string;
  /** As "DN" (reflectance × 10000), "dB". */
  readonly unit: string;
}

/** Linear map of file numbers to network numbers: [low, high] → [−1, 1]. */
export interface CardScaling {
  readonly low: number;
  readonly high: number;
  /** Whether values outside [low, high] are clipped first. */
  readonly clip: boolean;
}

/** What goes to the network beside the noised images, in this channel order. */
export interface CardCondition {
  /** Auxiliary bands (SAR, NIR), before the cloudy image. */
  readonly auxiliary: readonly CardBand[];
  /** Scaling of the auxiliary bands. */
  readonly auxiliaryScaling?: CardScaling;
  /** Whether the cloudy image itself is part of the condition. */
  readonly cloudy: boolean;
  /** Whether a last channel marks the reference frame: 1 there, −1 in the other frames. */
  readonly reference: boolean;
}

/** A module of one axis with every option, as JSON. */
export interface CardModule {
  readonly type: string;
  readonly [option: string]: unknown;
}

/** Everything a user must know of a model; all JSON. */
export interface ModelCard {
  readonly name: string;
  readonly description: string;
  /** SPDX identifier of the weights' licence. */
  readonly licence: string;
  /** Bands in order; the model's images have exactly these. */
  readonly bands: readonly CardBand[];
  readonly scaling: CardScaling;
  readonly condition: CardCondition;
  /** Side of the square tiles that the model was trained on, in pixels. */
  readonly tileSize: number;
  /** Most frames L that the model was trained with; 1 is mono-temporal. */
  readonly length: number;
  /** Every axis with every option. */
  readonly modules: {
    readonly schedule: CardModule;
    readonly precond: CardModule;
    readonly network: CardModule;
    readonly noise: CardModule;
    readonly weighting: CardModule;
    readonly timesteps: CardModule;
    readonly sampler: CardModule;
    readonly fusion: CardModule;
  };
  /** Sampler steps N by default. */
  readonly steps: number;
  /** How it was trained: data, steps, seed, time; plain words and numbers. */
  readonly training: Readonly<Record<string, string | number | boolean>>;
}
