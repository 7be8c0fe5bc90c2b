/**
 * What ran a run, beside its experiment.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import { writeFileAtomically } from "../files/mod.ts";
import { type Engine, type EngineVersions, engineVersions, tf } from "../engine/mod.ts";

/** One start of a run. */
export interface Environment {
  /** Updates that were done before. */
  readonly step: number;
  /** When, in UTC. */
  readonly started: string;
  readonly engine: string;
  /** The device behind it, where the caller says. */
  readonly device?: string;
  readonly versions: EngineVersions & {
    readonly emrdm: string;
    readonly deno: string;
    readonly v8: string;
    readonly typescript: string;
  };
  /** As "x86_64-unknown-linux-gnu". */
  readonly platform: string;
  /** What the program was called with. */
  readonly arguments: readonly string[];
  readonly seed: number;
  /** Threads that make samples, beside the main one. */
  readonly workers: number;
}

/** The file: the latest start, and those before it. */
export type EnvironmentFile = Environment & { readonly earlier: readonly Environment[] };

/** What there is to say of a run that starts now. */
export function currentEnvironment(
  { engine, ...rest }: Pick<Environment, "step" | "seed" | "workers"> & {
    readonly engine?: Pick<Engine, "name" | "device">;
  },
): Environment {
  const { deno, v8, typescript } = Deno.version;
  return {
    step: rest.step,
    started: new Date().toISOString(),
    engine: engine?.name ?? tf.getBackend(),
    ...(engine && { device: engine.device }),
    versions: { emrdm: config.version, deno, v8, typescript, ...engineVersions() },
    platform: Deno.build.target,
    arguments: Deno.args,
    seed: rest.seed,
    workers: rest.workers,
  };
}

/** The starts that a file names; none where it is not there or was not written by a run. */
async function startsIn(path: string): Promise<readonly Environment[]> {
  try {
    const { earlier, ...latest } = JSON.parse(await Deno.readTextFile(path)) as EnvironmentFile;
    return [...earlier, latest];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Writes a start over the file of those before; a run from step 0 forgets them. */
export async function writeEnvironment(path: string, latest: Environment): Promise<void> {
  const earlier = latest.step === 0 ? [] : await startsIn(path);
  await writeJson(path, { ...latest, earlier });
}

/** Writes JSON for people too, whole or not at all. Infinity, which JSON cannot say, is left out. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const text = JSON.stringify(value, (_, item) => item === Infinity ? undefined : item, 2);
  await writeFileAtomically(path, [new TextEncoder().encode(`${text}\n`)], { overwrite: true });
}
