/**
 * Runs the command line inside the test and keeps what it prints.
 *
 * @module
 */

import { main } from "../../cli/main.ts";

/** What a call printed and how it ended. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Lines of progress, which depend on the time that the call took. */
  readonly progress: readonly string[];
}

/** Calls `emrdm` with arguments. */
export async function emrdm(...args: readonly string[]): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  const progress: string[] = [];
  const code = await main(args, {
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    progress: (line) => void progress.push(line),
  });
  return { code, out: out.join("\n"), err: err.join("\n"), progress };
}

/** Runs with a folder that is gone afterwards. */
export async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
