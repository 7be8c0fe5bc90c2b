/**
 * Files and folders of a run.
 *
 * @module
 */

/** Paths of a run. */
export interface RunFolder {
  /** Experiment with every default, as JSON that can be trained again. */
  readonly experiment: string;
  /** Environment: engine, device, versions, command line. */
  readonly environment: string;
  /** Log with one JSON object per line: steps, means, validations. */
  readonly log: string;
  /** Scalars for TensorBoard. */
  readonly events: string;
  /** Model file: the averaged weights with their card. */
  readonly model: string;
  /** Model card as Markdown. */
  readonly card: string;
  /** Checkpoint from which the run resumes. */
  readonly last: string;
  /** Checkpoint of the best validation. */
  readonly best: string;
  /** Returns the path of a checkpoint that is kept permanently. */
  kept(step: number): string;
  /** Folders that must exist. */
  readonly folders: readonly string[];
}

/** Returns the paths of a run in a folder. */
export function runFolder(root: string): RunFolder {
  const [checkpoints, tensorboard] = [`${root}/checkpoints`, `${root}/tensorboard`];
  return {
    experiment: `${root}/experiment.json`,
    environment: `${root}/environment.json`,
    log: `${root}/log.jsonl`,
    events: `${tensorboard}/events.out.tfevents.emrdm`,
    model: `${root}/model.safetensors`,
    card: `${root}/model_card.md`,
    last: `${checkpoints}/last.safetensors`,
    best: `${checkpoints}/best.safetensors`,
    kept: (step) => `${checkpoints}/step_${String(step).padStart(8, "0")}.safetensors`,
    folders: [root, checkpoints, tensorboard],
  };
}
