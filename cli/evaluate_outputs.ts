/**
 * The files of `emrdm evaluate`: those of the same run may be written again, so that a call that was
 * killed between two of them can be repeated as it is.
 *
 * @module
 */

import { checkOverwrite, textOf, writeFileAtomically } from "../files/mod.ts";
import { checkOutputs, checkWritable, makeFoldersOf } from "../restoration/mod.ts";
import type { EvaluateValues } from "./evaluate_flags.ts";

/** Run that wrote the JSON or Markdown of an evaluation; undefined for other files. */
function runIn(text: string): string | undefined {
  return /^\{\n {2}"version": "[^"]*",\n {2}"run": "([0-9a-f]{8})",$/m.exec(text)?.[1] ??
    /^- emrdm \S+, run ([0-9a-f]{8}), images [0-9a-f]{8}$/m.exec(text)?.[1];
}

/** Writes the files of one call. */
export interface EvaluateOutputs {
  /** @throws {OutputError} If a file exists that another run has written. */
  checkRun(run: string): Promise<void>;
  /** Writes a file; undefined paths are left out. */
  write(path: string | undefined, text: string): Promise<void>;
}

/**
 * Checks the files before anything is computed, and creates their folders.
 *
 * @param inputs Paths that the evaluation reads.
 * @throws {OutputError} If one of them can't be written, or exists and is no evaluation.
 */
export async function evaluateOutputs(
  { out, markdown, calibrate, csv, overwrite }: EvaluateValues,
  { inputs }: { readonly inputs: readonly string[] },
): Promise<EvaluateOutputs> {
  const texts = [out, markdown].filter((path) => path !== undefined);
  const written = [...texts, ...(calibrate === undefined ? [] : [calibrate])];
  await checkOutputs(written, { inputs, overwrite: true });
  if (calibrate !== undefined) await checkOverwrite(calibrate, { overwrite });
  const runs = new Map<string, string>();
  for (const path of overwrite ? [] : texts) {
    const text = await textOf(path);
    const run = text === undefined ? undefined : runIn(text);
    if (run === undefined) await checkOverwrite(path, { overwrite });
    else runs.set(path, run);
  }
  await makeFoldersOf([...written, ...(csv === undefined ? [] : [csv])]);
  for (const path of written) await checkWritable(path);
  return {
    async checkRun(run) {
      for (const [path, found] of runs) {
        if (found !== run) await checkOverwrite(path, { overwrite });
      }
    },
    async write(path, text) {
      if (path === undefined) return;
      const bytes = new TextEncoder().encode(text);
      await writeFileAtomically(path, [bytes], { overwrite: overwrite || runs.has(path) });
    },
  };
}
