/**
 * Commands whose scenes come from a run or a queue: what follows `--`, and outcomes in a line.
 *
 * @module
 */

import type { SceneOutcome } from "../archives/mod.ts";
import type { FedOutcome } from "./command.ts";
import { UsageError } from "./flags.ts";

/** Commands that make the scenes of a manifest. */
const COMMANDS: readonly string[] = ["restore", "composite"];

/**
 * The command of a call and its flags, from the operands; without one, `restore`.
 *
 * @throws {UsageError} If it is another command.
 */
export function sceneCommand(operands: readonly string[]): readonly string[] {
  const [name = "restore", ...flags] = operands;
  if (COMMANDS.includes(name)) return [name, ...flags];
  throw new UsageError(`expected -- restore or -- composite and its flags, got -- ${name}`);
}

/** Outcome of a scene for logs. */
export function outcomeOf(
  outcome: FedOutcome,
  about: Pick<SceneOutcome, "number" | "node" | "job">,
): SceneOutcome {
  const { output, status, seconds } = outcome;
  return {
    ...about,
    ...{ output, status, seconds: Math.round(seconds * 10) / 10, time: new Date().toISOString() },
    ...(outcome.status === "failed" && { error: outcome.error }),
  };
}

/** An outcome in a line. */
export function outcomeText({ number, output, status, seconds, error }: SceneOutcome): string {
  const failure = error === undefined ? "" : `: ${error}`;
  return `scene ${number}, ${output}: ${status} after ${seconds.toFixed(1)} s${failure}`;
}
