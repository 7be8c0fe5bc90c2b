/**
 * The environment of a run: engine, device, versions and command line.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import { redacted } from "../core/mod.ts";
import { writeFileAtomically } from "../files/mod.ts";
import { type Engine, type EngineVersions, engineVersions, tf } from "../engine/mod.ts";

/** Environment of one start of a run. */
export interface Environment {
  /** Updates before this start. */
  readonly step: number;
  /** Time of the start, in UTC (ISO 8601). */
  readonly started: string;
  /** Engine that executes tensors: "webgpu", "native", "wasm" or "cpu". */
  readonly engine: string;
  /** Device of the engine, if the caller names it. */
  readonly device?: string;
  /** Versions of this library, of Deno with its V8 and TypeScript, and of the engines' packages. */
  readonly versions: EngineVersions & {
    readonly emrdm: string;
    readonly deno: string;
    readonly v8: string;
    readonly typescript: string;
  };
  /** Target triple, such as "x86_64-unknown-linux-gnu". */
  readonly platform: string;
  /** Arguments of the program. */
  readonly arguments: readonly string[];
  /** Seed of the experiment. */
  readonly seed: number;
  /** Threads that load samples, besides the main thread. */
  readonly workers: number;
}

/** Content of `environment.json`: the latest start and the earlier ones. */
export type EnvironmentFile = Environment & { readonly earlier: readonly Environment[] };

/** Returns the environment of a run that starts now. */
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
    device: engine?.device,
    versions: { emrdm: config.version, deno, v8, typescript, ...engineVersions() },
    platform: Deno.build.target,
    arguments: Deno.args,
    seed: rest.seed,
    workers: rest.workers,
  };
}

/** Returns the starts recorded in a file; none if it does not exist. */
async function startsIn(path: string): Promise<readonly Environment[]> {
  try {
    const { earlier, ...latest } = JSON.parse(await Deno.readTextFile(path)) as EnvironmentFile;
    return [...earlier, latest];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Writes a start to the file, keeping the earlier starts unless the run begins at step 0. */
export async function writeEnvironment(path: string, latest: Environment): Promise<void> {
  const earlier = latest.step === 0 ? [] : await startsIn(path);
  await writeJson(path, { ...latest, earlier });
}

/**
 * Writes indented JSON atomically, without Infinity, which JSON cannot represent, and with addresses
 * without query strings and passwords.
 */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const text = redacted(
    JSON.stringify(value, (_, item) => item === Infinity ? undefined : item, 2),
  );
  await writeFileAtomically(path, [new TextEncoder().encode(`${text}\n`)], { overwrite: true });
}
