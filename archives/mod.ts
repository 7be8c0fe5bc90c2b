/**
 * Archives of scenes: array jobs, queues and the engines that run them.
 *
 * @module
 */

export { ARRAY_VARIABLES, arrayShard, type Variables } from "./array_index.ts";
export { logOutcome, readOutcomes, type SceneOutcome } from "./outcome_log.ts";
export { enqueue, type Enqueued } from "./queue/enqueue.ts";
export type { QueuedScene } from "./queue/message.ts";
export type { OpenQueueOptions, QueueCounts } from "./queue/queue.ts";
export { type QueueState, queueState } from "./queue/state.ts";
export { work, type Worked, type WorkOptions } from "./queue/work.ts";
export { type MergedOutcomes, mergeOutcomes } from "./slurm/merge_outcomes.ts";
export { mostTasks, requeueJob } from "./slurm/scheduler.ts";
export {
  manifestDigest,
  outcomesPath,
  readArguments,
  readRun,
  runFolder,
  scenesOfRun,
  scenesOfTask,
  type SlurmResources,
  type SlurmRun,
  type SlurmSubmission,
} from "./slurm/slurm_run.ts";
export { type SlurmStatus, slurmStatus, type TaskStatus } from "./slurm/status.ts";
export {
  slurmMerge,
  slurmResubmit,
  slurmScript,
  slurmSubmit,
  type Submitted,
} from "./slurm/submit.ts";
export type { RetryOptions } from "./until_reached.ts";
