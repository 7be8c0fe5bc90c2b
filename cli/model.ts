/**
 * The model that a command runs.
 *
 * @module
 */

import { CheckpointError, loadModel } from "../checkpoints/mod.ts";
import { InputError } from "../core/mod.ts";
import type { Model } from "../model/mod.ts";
import type { Context } from "./command.ts";

const CURE = "download it again, or make one with: emrdm convert, emrdm train";

/** Why a file was not read, in a line; undefined where that is not the file's doing. */
function reasonOf(error: unknown, place: string): string | undefined {
  if (error instanceof CheckpointError) return error.message;
  if (error instanceof Deno.errors.NotFound) return "the file must exist";
  if (error instanceof Deno.errors.NotCapable) return undefined;
  // fetch() throws a TypeError where an address does not answer.
  if (error instanceof TypeError && /^https?:/.test(place)) {
    const inner = error.cause instanceof Error ? `: ${error.cause.message}` : "";
    return `the address must answer, got ${error.message}${inner}`;
  }
  const fromSystem = error instanceof Error && "code" in error;
  return fromSystem ? `it must be readable, got ${error.message}` : undefined;
}

/**
 * Loads a model; the caller owns its weights.
 *
 * @throws {InputError} If the file cannot be read, or is no model that this version understands.
 */
export async function openModel(
  place: string | URL,
  { registry }: Pick<Context, "registry">,
): Promise<Model> {
  try {
    return await loadModel(place, { registry });
  } catch (error) {
    const name = String(place);
    const [reason] = reasonOf(error, name)?.replace(`${name}: `, "")
      .replace("Cannot read the safetensors file: ", "").split("\n") ?? [];
    if (reason === undefined) throw error;
    const cure = reason.includes("emrdm") ? "" : `; ${CURE}`;
    throw new InputError(`Cannot read model ${name}: ${reason}${cure}`, { cause: error });
  }
}
