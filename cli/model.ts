/**
 * The model that a command runs.
 *
 * @module
 */

import { CheckpointError, loadModel } from "../checkpoints/mod.ts";
import { InputError, shownAddress } from "../core/mod.ts";
import { tf } from "../engine/mod.ts";
import type { Model } from "../model/mod.ts";
import type { Context } from "./command.ts";

const HINT = "download it again, or make a model with emrdm convert or emrdm train";
const PLUGIN_HINT = "if the model uses a module of a plugin, name the plugin with --plugin";

/** Reason of a failed read, in one line; undefined for errors that are not about the file. */
function reasonOf(error: unknown, path: string): string | undefined {
  if (error instanceof CheckpointError) return error.message;
  if (error instanceof Deno.errors.NotFound) return "the file must exist";
  if (error instanceof Deno.errors.NotCapable) return undefined;
  // fetch() throws a TypeError if a server does not answer.
  if (error instanceof TypeError && /^https?:/.test(path)) {
    const inner = error.cause instanceof Error ? `: ${error.cause.message}` : "";
    return `the address must answer, got ${error.message}${inner}`;
  }
  const fromSystem = error instanceof Error && "code" in error;
  return fromSystem ? `it must be readable, got ${error.message}` : undefined;
}

/**
 * Loads a model; the caller owns its weights.
 *
 * @param path File or URL.
 * @throws {InputError} If the file cannot be read, or is not a model of this version.
 */
export async function openModel(
  path: string | URL,
  { registry, progress }: Pick<Context, "registry" | "progress">,
): Promise<Model> {
  const bar = progress("model");
  const mega = (bytes: number) => Math.ceil(bytes / 1e6);
  try {
    return await loadModel(path, {
      registry,
      onBytes: (received, total) =>
        total === undefined
          ? bar.wait("downloading")
          : bar.update(mega(received), mega(total), "MB"),
    });
  } catch (error) {
    const name = shownAddress(path);
    const [reason] = reasonOf(error, name)?.replace(`${name}: `, "")
      .replace("Cannot read the safetensors file: ", "").split("\n") ?? [];
    if (reason === undefined) throw error;
    const hint = reason.includes("is not a known") ? PLUGIN_HINT : HINT;
    const text = /emrdm|--allow-net/.test(reason) ? reason : `${reason}; ${hint}`;
    throw new InputError(`Cannot read model ${name}: ${text}`, { cause: error });
  } finally {
    bar.end();
  }
}

/** Frees the weights of a model. */
export function freeModel({ weights }: Pick<Model, "weights">): void {
  tf.dispose({ ...weights.params, ...weights.buffers });
}
