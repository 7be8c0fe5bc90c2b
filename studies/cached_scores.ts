/**
 * File cache of scores that resumes after an interruption.
 *
 * @module
 */

import { makeFolderOf, textOf, writeJson, writing } from "../files/mod.ts";
import { cachedText } from "./cached_json.ts";
import type { Scores } from "./score_model.ts";

/** Parses complete lines of JSON; drops a last line that an interruption cut off. */
function linesOf(text: string): readonly Scores[] {
  return text.slice(0, text.lastIndexOf("\n") + 1).split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Scores);
}

async function removeIfThere(file: string): Promise<void> {
  await writing(file, () =>
    Deno.remove(file).catch((error: unknown) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }));
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
  const partial = `${file}l`;
  const text = await cachedText(file);
  if (text !== undefined) {
    await removeIfThere(partial);
    return JSON.parse(text) as readonly Scores[];
  }
  await makeFolderOf(file);
  const from = linesOf(await textOf(partial) ?? "");
  const lines = (scores: readonly Scores[]) =>
    scores.map((score) => `${JSON.stringify(score)}\n`).join("");
  const write = async (some: readonly Scores[], append: boolean) =>
    await writing(partial, () => Deno.writeTextFile(partial, lines(some), { append }));
  await write(from, false);
  const scores = await compute(from, (some) => write(some, true));
  await writeJson(file, scores);
  await removeIfThere(partial);
  return scores;
}
