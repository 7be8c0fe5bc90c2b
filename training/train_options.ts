/**
 * Options, progress and result of {@linkcode train}.
 *
 * @module
 */

import type { AnyRegistry } from "../builtins.ts";
import type { Dataset } from "../datasets/mod.ts";
import type { Engine } from "../engine/mod.ts";
import type { Model } from "../model/mod.ts";
import type { Best } from "./best.ts";
import type { Validation } from "./scores.ts";

/** Progress of a run after a step. */
export interface TrainingProgress {
  /** Updates so far. */
  readonly step: number;
  /** Updates of the whole run. */
  readonly steps: number;
  /** Mean loss of this step. */
  readonly loss: number;
  /** Norm of the gradients before clipping. */
  readonly norm: number;
  /** Learning rate of this update. */
  readonly learningRate: number;
  /** Moving average of the wall time per step. */
  readonly secondsPerStep: number;
  /** Estimated wall time to the end of the run, in seconds. */
  readonly secondsLeft: number;
  /** Number of samples skipped so far because their files are bad. */
  readonly skipped: number;
  /** Number of samples left out of the dataset because files are missing. */
  readonly incomplete: number;
  /** Validation after this step, if there was one. */
  readonly validation?: Validation;
}

/** Options of {@linkcode train}. None of them changes the trained weights. */
export interface TrainOptions {
  /** Folder of the run, see {@linkcode runFolder}; created if missing. */
  readonly out: string;
  /** Registry of modules. Default the built-in modules. */
  readonly registry?: AnyRegistry;
  /**
   * Absolute URLs of the registry's plugins. Workers import them too, to open a plugin's dataset.
   * Default none.
   */
  readonly plugins?: readonly string[];
  /** Resume from the folder's last checkpoint, if any. Default false: a checkpoint is an error. */
  readonly resume?: boolean;
  /** Threads that load samples; 0 loads them in the main thread. Default 0. */
  readonly workers?: number;
  /** Engine, as recorded in the run's environment. Default only its name. */
  readonly engine?: Pick<Engine, "name" | "device">;
  /** Called after each step. */
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Stops the run after the current step, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Open datasets that replace those of the experiment. */
  readonly datasets?: { readonly train: Dataset; readonly validation?: Dataset };
}

/** Result of a finished run. */
export interface Trained {
  /** Model with the averaged weights, which the caller owns. */
  readonly model: Model;
  /** Loss of the last step; undefined if the run was already complete. */
  readonly loss?: number;
  /** Latest validation, including those of earlier starts. */
  readonly validation?: Validation;
  /** Best validation by the metric `keepBest` of the experiment. */
  readonly best?: Best;
  /** Path of the model file. */
  readonly path: string;
  /** Wall time of all steps in seconds, including earlier starts. */
  readonly seconds: number;
}
