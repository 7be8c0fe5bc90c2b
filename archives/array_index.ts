/**
 * Index variables of array jobs: the part of the work that a task of a cluster or cloud engine takes.
 *
 * @module
 */

import type { Shard } from "../restoration/mod.ts";

/** An engine that numbers the tasks of an array, and its variables. */
interface ArrayEngine {
  readonly name: string;
  /** Variable of the task's number. */
  readonly index: string;
  /** First number where the engine doesn't say. */
  readonly first: number;
  /** Variables of the first and last number and of the step between numbers. */
  readonly range?: readonly [first: string, last: string, step: string];
  /** Variable of the number of tasks. */
  readonly count?: string;
}

const ENGINES: readonly ArrayEngine[] = [
  {
    name: "Slurm",
    index: "SLURM_ARRAY_TASK_ID",
    first: 0,
    range: ["SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_STEP"],
    count: "SLURM_ARRAY_TASK_COUNT",
  },
  { name: "Kubernetes", index: "JOB_COMPLETION_INDEX", first: 0 },
  {
    name: "AWS Batch",
    index: "AWS_BATCH_JOB_ARRAY_INDEX",
    first: 0,
    count: "AWS_BATCH_JOB_ARRAY_SIZE",
  },
  {
    name: "Grid Engine",
    index: "SGE_TASK_ID",
    first: 1,
    range: ["SGE_TASK_FIRST", "SGE_TASK_LAST", "SGE_TASK_STEPSIZE"],
  },
  { name: "PBS", index: "PBS_ARRAY_INDEX", first: 0 },
  { name: "Torque", index: "PBS_ARRAYID", first: 0 },
];

/** Environment variables that {@linkcode arrayShard} reads. */
export const ARRAY_VARIABLES: readonly string[] = ENGINES.flatMap(
  ({ index, range = [], count }) => [index, ...range, ...(count === undefined ? [] : [count])],
);

/** Reads environment variables. */
export type Variables = (name: string) => string | undefined;

function fail(requirement: string): never {
  throw new RangeError(`Cannot take --shard auto: ${requirement}`);
}

/** An integer of the environment; undefined if the variable isn't set ("undefined" on Grid Engine). */
function numberOf(name: string, variables: Variables): number | undefined {
  const text = variables(name);
  if (text === undefined || text === "" || text === "undefined") return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  return fail(`${name} must be an integer, got ${JSON.stringify(text.slice(0, 40))}`);
}

/** The numbers of an array's tasks. */
interface Range {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

/** `auto/16` or `auto/1-16` as numbers; undefined for `auto`. */
function givenRange(given: string, { first }: ArrayEngine): Range | undefined {
  if (given === "auto") return undefined;
  const found = /^auto\/(?:(\d{1,9})-)?(\d{1,9})$/.exec(given);
  const from = found?.[1] === undefined ? first : Number(found[1]);
  const last = found?.[1] === undefined ? first + Number(found?.[2]) - 1 : Number(found[2]);
  if (found !== null && last >= from) return { first: from, last, step: 1 };
  throw new RangeError(
    `Cannot take --shard ${given}: it must be auto, auto/N or auto/FIRST-LAST, as auto/1-16`,
  );
}

/** Range of the array as the engine says it. */
function engineRange(engine: ArrayEngine, variables: Variables): Range {
  const { name, first, range, count } = engine;
  const size = count === undefined ? undefined : numberOf(count, variables);
  if (range === undefined) {
    if (size !== undefined) return { first, last: first + size - 1, step: 1 };
    return fail(
      `${name} doesn't say how many tasks there are; write --shard auto/N, or auto/FIRST-LAST with ` +
        "the array's own numbers",
    );
  }
  const [from, last, step = 1] = range.map((variable) => numberOf(variable, variables));
  if (from === undefined || last === undefined || last < from || step < 1) {
    return fail(`${range.join(", ")} must hold a range of numbers, got ${from}, ${last}, ${step}`);
  }
  if (size === undefined || size === Math.floor((last - from) / step) + 1) {
    return { first: from, last, step };
  }
  return fail(
    `the array of ${size} tasks must be whole, got some of the numbers ${from} to ${last}; for ` +
      "tasks that are submitted again, write --shard auto/N with the N of the first submission",
  );
}

/**
 * Shard of a task in an array job of Slurm, Kubernetes (indexed Job), AWS Batch, Grid Engine, PBS or
 * Torque, from the variables that the engine sets.
 *
 * @param given `auto`: the engine says how many tasks there are (Slurm, AWS Batch, Grid Engine).
 *   `auto/N`: N tasks, numbered from 0, on Grid Engine from 1. `auto/FIRST-LAST`: the array's numbers.
 * @param variables Reads an environment variable.
 * @throws {RangeError} If no engine or several with different numbers have set their variables, or the
 *   number is outside the array.
 *
 * @example
 * ```ts
 * import { arrayShard } from "./array_index.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const variables: Record<string, string> = { JOB_COMPLETION_INDEX: "3" };
 * assertEquals(arrayShard("auto/16", (name) => variables[name]), { index: 4, count: 16 });
 * ```
 */
export function arrayShard(given: string, variables: Variables): Shard {
  const shards = ENGINES.flatMap((engine) => {
    const number = numberOf(engine.index, variables);
    if (number === undefined) return [];
    const { first, last, step } = givenRange(given, engine) ?? engineRange(engine, variables);
    if (number < first || number > last || (number - first) % step !== 0) {
      fail(
        `${engine.index} must be a number from ${first} to ${last}` +
          `${step === 1 ? "" : ` in steps of ${step}`}, got ${number}; write the array's own ` +
          "numbers, as --shard auto/1-16",
      );
    }
    const shard = {
      index: (number - first) / step + 1,
      count: Math.floor((last - first) / step) + 1,
    };
    return [{ shard, variable: engine.index }];
  });
  const [found, ...others] = shards;
  if (found === undefined) {
    givenRange(given, ENGINES[0]!);
    return fail(
      `one of ${ENGINES.map(({ index }) => index).join(", ")} must be set, as in an array job`,
    );
  }
  const other = others.find(({ shard: { index, count } }) =>
    index !== found.shard.index || count !== found.shard.count
  );
  if (other === undefined) return found.shard;
  return fail(
    `one engine must number the tasks, got ${found.variable} and ${other.variable}; write ` +
      "--shard i/n",
  );
}
