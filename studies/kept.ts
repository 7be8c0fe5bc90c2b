/**
 * Results in files, so that they are made once.
 *
 * @module
 */

import { textOf, writeJson } from "../files/mod.ts";
import type { Scores } from "./score_model.ts";

async function makeRoom(file: string): Promise<void> {
  await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
}

/** JSON that a file keeps, or else is made now and kept. */
export async function kept<T>(file: string, make: () => Promise<T>): Promise<T> {
  const text = await textOf(file);
  if (text !== undefined) return JSON.parse(text) as T;
  const made = await make();
  await makeRoom(file);
  await writeJson(file, made);
  return made;
}

/** Whole lines of JSON; a last one that a kill cut off is left out. */
function linesOf(text: string): readonly Scores[] {
  return text.slice(0, text.lastIndexOf("\n") + 1).split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Scores);
}

/**
 * Scores that a file keeps, or else are made now. What was made before a stop lies beside the file,
 * and the next call goes on from there.
 *
 * @param make Is given the scores that are there, and where to leave more of them.
 */
export async function keptScores(
  file: string,
  make: (
    from: readonly Scores[],
    keep: (some: readonly Scores[]) => Promise<void>,
  ) => Promise<readonly Scores[]>,
): Promise<readonly Scores[]> {
  const text = await textOf(file);
  if (text !== undefined) return JSON.parse(text) as readonly Scores[];
  await makeRoom(file);
  const partial = `${file}l`;
  const from = linesOf(await textOf(partial) ?? "");
  const lines = (scores: readonly Scores[]) =>
    scores.map((score) => `${JSON.stringify(score)}\n`).join("");
  await Deno.writeTextFile(partial, lines(from));
  const made = await make(
    from,
    async (some) => await Deno.writeTextFile(partial, lines(some), { append: true }),
  );
  await writeJson(file, made);
  await Deno.remove(partial);
  return made;
}
