import { assert, assertEquals } from "@std/assert";

/** The method as a reader follows it: schedule → precond → denoiser → sampler → objective. */
const CORE_PATH = [
  "schedules/schedule.ts",
  "schedules/rational.ts",
  "timesteps/timesteps.ts",
  "timesteps/karras.ts",
  "precond/preconditioner.ts",
  "precond/mean_reverting.ts",
  "model/denoiser.ts",
  "model/sample.ts",
  "samplers/sampler.ts",
  "samplers/drift.ts",
  "samplers/churn.ts",
  "samplers/integrate.ts",
  "samplers/euler.ts",
  "noise/log_normal.ts",
  "weighting/inverse_output.ts",
  "training/objective.ts",
];

/** Lines that a reader can take in at one sitting. */
const LIMIT = 400;

/** Counts the lines that are neither blank, nor a comment, nor part of an import. */
function codeLines(source: string): number {
  return source
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^import\b[^;]*;/gm, "")
    .split("\n")
    .filter((line) => !/^\s*(\/\/.*)?$/.test(line))
    .length;
}

Deno.test("codeLines() skips comments, blank lines and imports", () => {
  const source = `/**
 * A header.
 */

import {
  tf,
} from "./tf.ts";

// A reason.
export const one = tf.scalar(1); // kept
export const two = 2;
`;
  assertEquals(codeLines(source), 2);
});

Deno.test("the core path has at most 400 lines of code", async () => {
  const counts = await Promise.all(CORE_PATH.map(async (path) => {
    const source = await Deno.readTextFile(new URL(`../${path}`, import.meta.url));
    return { path, lines: codeLines(source) };
  }));
  const total = counts.reduce((sum, { lines }) => sum + lines, 0);
  const table = counts.map(({ path, lines }) => `${String(lines).padStart(4)} ${path}`).join("\n");
  assert(total <= LIMIT, `The core path has ${total} lines of code, more than ${LIMIT}:\n${table}`);
});
