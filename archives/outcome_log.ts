/**
 * Outcomes of an archive's scenes: one JSON file per task, a line for each scene that ended.
 *
 * A line is appended after the scene's files have their names. A kill in between loses the line, never
 * the scene: the next run finds it complete. A line that a kill cut short is ignored.
 *
 * @module
 */

import { redacted } from "../core/mod.ts";
import { makeFolderOf, writing } from "../files/mod.ts";

/** Outcome of one scene. */
export interface SceneOutcome {
  /** Number of the scene in the manifest, from 1. */
  readonly number: number;
  /** Path of the image. */
  readonly output: string;
  /** `restored`, `composed`, `complete` (nothing had to be done) or `failed`. */
  readonly status: string;
  /** Duration in seconds. */
  readonly seconds: number;
  /** Reason of a failure. */
  readonly error?: string;
  /** End of the scene, in UTC. */
  readonly time: string;
  /** Machine that made it. */
  readonly node?: string;
  /** Job that made it, such as `1234_5`. */
  readonly job?: string;
}

/** Appends an outcome to a file, in one write. Query strings and passwords of addresses stay out. */
export async function logOutcome(path: string, outcome: SceneOutcome): Promise<void> {
  await makeFolderOf(path);
  // A line of its own, even after one that was cut short.
  const line = `\n${redacted(JSON.stringify(outcome))}\n`;
  await writing(path, () => Deno.writeTextFile(path, line, { append: true }));
}

function parsed(line: string): SceneOutcome | undefined {
  try {
    const found = JSON.parse(line);
    return typeof found?.number === "number" ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Outcomes of a file, oldest first; none if there is no file. */
export async function readOutcomes(path: string): Promise<readonly SceneOutcome[]> {
  const text = await Deno.readTextFile(path).catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  return text.split("\n").flatMap((line) => line === "" ? [] : parsed(line) ?? []);
}
