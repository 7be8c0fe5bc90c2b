/**
 * Tasks, time and memory of an array job, estimated by `--dry-run` on a few scenes of the manifest.
 *
 * @module
 */

import { UsageError } from "./flags.ts";
import type { Context } from "./command.ts";
import type { SceneStatus } from "../restoration/mod.ts";

/** Scenes that are estimated. */
const SAMPLED = 3;
/** Duration of a task that is worth its start, in seconds. */
const TASK_SECONDS = 600;
/** Memory beyond the estimate, for the program and its threads. */
const MEMORY_FACTOR = 1.25;
/** Time beyond the slow end of the estimate: other machines, slow file systems. */
const TIME_FACTOR = 2;
/** Minutes for the start of a task and for saving at its end. */
const START_MINUTES = 10;

/** What the estimates say of one scene. */
export interface SceneCost {
  readonly seconds: number;
  readonly bytes: number;
}

/** The largest estimates of some scenes; undefined if they are complete. */
export async function sceneCost(
  args: readonly string[],
  { manifest, scenes, call }: Pick<Context, "call"> & {
    readonly manifest: string;
    readonly scenes: number;
  },
): Promise<SceneCost | undefined> {
  const stride = Math.max(1, Math.floor(scenes / SAMPLED));
  const all: SceneStatus[] = [];
  await call([...args, "--manifest", manifest, "--dry-run", "--shard", `1/${stride}`], {
    print: (status) => void all.push(status as SceneStatus),
  });
  const estimates = all.flatMap((one) => one.status === "estimated" ? [one.estimate] : []);
  if (estimates.length === 0) return undefined;
  return {
    seconds: Math.max(...estimates.map(({ seconds }) => seconds.range[1])),
    bytes: Math.max(...estimates.map(({ memory }) => memory)),
  };
}

/** Tasks and resources of an array. */
export interface ArrayPlan {
  readonly tasks: number;
  readonly time: string;
  readonly memory: string;
}

/**
 * Plans an array: scenes are dealt to the tasks in turn, so that any number of scenes fits into the
 * largest array that the cluster allows.
 *
 * @param most Largest number of tasks (`MaxArraySize`).
 * @throws {UsageError} If time or memory is neither given nor estimated.
 */
export function planArray(
  { scenes, most, cost }: {
    readonly scenes: number;
    readonly most: number;
    readonly cost: SceneCost | undefined;
  },
  given: Partial<ArrayPlan>,
): ArrayPlan {
  const perTask = cost === undefined ? 10 : Math.max(1, Math.round(TASK_SECONDS / cost.seconds));
  const tasks = Math.min(given.tasks ?? Math.ceil(scenes / perTask), scenes, most);
  const { time, memory } = given;
  if ((time === undefined || memory === undefined) && cost === undefined) {
    throw new UsageError(
      "--time and --memory must be given, since there is no estimate: composites have no --dry-run, " +
        "and complete scenes take no time",
    );
  }
  const seconds = Math.ceil(scenes / tasks) * (cost?.seconds ?? 0);
  const minutes = Math.ceil((seconds * TIME_FACTOR / 60 + START_MINUTES) / 10) * 10;
  const megabytes = Math.ceil((cost?.bytes ?? 0) * MEMORY_FACTOR / 1e8) * 100;
  return { tasks, time: time ?? `${minutes}`, memory: memory ?? `${megabytes}M` };
}
