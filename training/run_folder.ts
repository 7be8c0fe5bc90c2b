/**
 * What lies where in the folder of a run.
 *
 * @module
 */

/** Paths of a run. */
export interface RunFolder {
  /** The experiment with every default, as JSON that can be trained again. */
  readonly experiment: string;
  /** What ran it: engine, device, versions, command line. */
  readonly environment: string;
  /** One JSON object per line: steps, means, validations. */
  readonly log: string;
  /** Scalars for TensorBoard. */
  readonly events: string;
  /** The averaged weights with their card. */
  readonly model: string;
  /** The card for people. */
  readonly card: string;
  /** From which the run goes on. */
  readonly last: string;
  /** Of the best validation. */
  readonly best: string;
  /** A checkpoint that is kept for good. */
  kept(step: number): string;
  /** All folders that there must be. */
  readonly folders: readonly string[];
}

/** The paths of the run in a folder. */
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
