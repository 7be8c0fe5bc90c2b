/**
 * File cache of scores that resumes after an interruption.
 *
 * @module
 */

import { textOf, writeJson } from "../files/mod.ts";
import { makeFolderOf } from "./cached_json.ts";
import type { Scores } from "./score_model.ts";

/** Parses complete lines of JSON; drops a last line that an interruption cut off. */
function linesOf(text: string): readonly Scores[] {
  return text.slice(0, text.lastIndexOf("\n") + 1).split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Scores);
}

/**
 * Returns the scores of a file, or computes and writes them. Partial results are appended to `FILEl`
 * (JSON lines), from which the next call resumes.
 *
 * @param compute Receives the scores that exist already, and a function that saves further ones.
 */
export async function cachedScores(
  file: string,
  compute: (
    from: readonly Scores[],
    save: (some: readonly Scores[]) => Promise<void>,
  ) => Promise<readonly Scores[]>,
): Promise<readonly Scores[]> {
  const text = await textOf(file);
  if (text !== undefined) return JSON.parse(text) as readonly Scores[];
  await makeFolderOf(file);
  const partial = `${file}l`;
  const from = linesOf(await textOf(partial) ?? "");
  const lines = (scores: readonly Scores[]) =>
    scores.map((score) => `${JSON.stringify(score)}\n`).join("");
  await Deno.writeTextFile(partial, lines(from));
  const scores = await compute(
    from,
    async (some) => await Deno.writeTextFile(partial, lines(some), { append: true }),
  );
  await writeJson(file, scores);
  await Deno.remove(partial);
  return scores;
}
