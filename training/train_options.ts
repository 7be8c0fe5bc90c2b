/**
 * How a run is carried out, what it tells on its way, and what it comes to.
 *
 * @module
 */

import type { AnyRegistry } from "../builtins.ts";
import type { Dataset } from "../datasets/mod.ts";
import type { Engine } from "../engine/mod.ts";
import type { Model } from "../model/mod.ts";
import type { Best } from "./best.ts";
import type { Validation } from "./scores.ts";

/** Where a run stands after a step. */
export interface TrainingProgress {
  /** Updates so far. */
  readonly step: number;
  /** Updates in all. */
  readonly steps: number;
  readonly loss: number;
  /** Norm of the gradients before clipping. */
  readonly norm: number;
  /** Of this update. */
  readonly learningRate: number;
  /** Of one step, averaged over the last ones. */
  readonly secondsPerStep: number;
  readonly secondsLeft: number;
  /** Samples that were left out so far. */
  readonly skipped: number;
  /** Samples that the dataset is without because files are missing. */
  readonly incomplete: number;
  /** After a step that was followed by a validation. */
  readonly validation?: Validation;
}

/** How a run is carried out; nothing here changes a number. */
export interface TrainOptions {
  /** Folder of the run, see {@linkcode runFolder}; made if missing. */
  readonly out: string;
  /** Where modules are looked up. Default the built-in ones. */
  readonly registry?: AnyRegistry;
  /**
   * Absolute URLs of the plugins that the registry has. Workers import them too, to open a plugin's
   * dataset. Default none.
   */
  readonly plugins?: readonly string[];
  /** Go on from the folder's last checkpoint, if it has one. Default false: one is then an error. */
  readonly resume?: boolean;
  /** Threads that make samples; 0 makes them in this one, between its other work. Default 0. */
  readonly workers?: number;
  /** What executes the tensors, for the run's record. Default only its name. */
  readonly engine?: Pick<Engine, "name" | "device">;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Ends the run after the current step, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Open datasets in place of those that the experiment names. */
  readonly datasets?: { readonly train: Dataset; readonly validation?: Dataset };
}

/** A finished run. */
export interface Trained {
  /** With the averaged weights, which the caller owns. */
  readonly model: Model;
  /** Of the last step; undefined if there was nothing left to do. */
  readonly loss?: number;
  /** The latest one, of an earlier start too. */
  readonly validation?: Validation;
  /** The best validation, by the metric that the experiment names. */
  readonly best?: Best;
  /** The file that holds the model. */
  readonly path: string;
  /** Wall time of all steps, those of earlier starts included. */
  readonly seconds: number;
}
