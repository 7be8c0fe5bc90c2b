/**
 * Scenes as messages of a queue.
 *
 * @module
 */

import { InputError, parseJson, sha256 } from "../../core/mod.ts";
import type { ManifestScene } from "../../restoration/mod.ts";

/** A scene in a queue. */
export interface QueuedScene {
  /** Number of the scene in its manifest, from 1. */
  readonly number: number;
  /** The scene, with absolute paths. */
  readonly scene: ManifestScene;
}

/** Characters of the key of a scene: 96 bits. */
const KEY = 24;

/** Key of a scene in its queue: the same for the same output, whatever the manifest. */
export async function sceneKey({ output }: Pick<ManifestScene, "output">): Promise<string> {
  return (await sha256(output)).slice(0, KEY);
}

/** Writes a message. */
export function messageOf(scene: QueuedScene): string {
  return JSON.stringify(scene);
}

/** Reads a message. @throws {InputError} If it isn't one of `enqueue`. */
export function sceneOf(message: string): QueuedScene {
  const found = ((): Partial<QueuedScene> | null => {
    try {
      return parseJson(message) as Partial<QueuedScene> | null;
    } catch {
      return null;
    }
  })();
  const scene = found?.scene;
  if (
    typeof found?.number === "number" && typeof scene?.output === "string" &&
    Array.isArray(scene.inputs)
  ) {
    return { number: found.number, scene };
  }
  throw new InputError(
    `Cannot read a message of the queue: it must have number and scene, as those of emrdm enqueue, got ` +
      message.slice(0, 40),
  );
}
