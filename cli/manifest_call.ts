/**
 * Calls that name their scenes in a manifest.
 *
 * @module
 */

import type { Context, SceneFeed } from "./command.ts";
import { UsageError } from "./flags.ts";

/**
 * The scenes of a call: a feed's, or those of a manifest; undefined for a call of one scene.
 *
 * @throws {UsageError} If a call with a feed names a manifest or a shard.
 */
export function sceneSource(
  { manifest, shard }: {
    readonly manifest?: string | undefined;
    readonly shard?: string | undefined;
  },
  { scenes }: Pick<Context, "scenes">,
): string | SceneFeed | undefined {
  if (scenes === undefined) return manifest;
  if (manifest === undefined && shard === undefined) return scenes;
  throw new UsageError("the scenes come from the run or queue; leave out --manifest and --shard");
}

/** @throws {UsageError} If a call with a feed asks for a collection, which is of a whole manifest. */
export function checkFed({ collection }: { readonly collection?: string | undefined }): void {
  if (collection === undefined) return;
  throw new UsageError("a collection is of a whole manifest; leave out --collection");
}

/** Flags of a single scene. */
const SINGLE = ["input", "date", "out", "auxiliary", "window", "bbox", "png"] as const;

/** Values of flags, of which a command may lack some. */
type Values = { readonly [name in typeof SINGLE[number]]?: unknown } & {
  readonly reference?: string | undefined;
};

/**
 * Checks that a call names a manifest alone.
 *
 * @param references References that stand for all scenes. Default none.
 * @throws {UsageError} If it names a scene as well.
 */
export function checkManifestCall(
  values: Values,
  operands: readonly string[],
  references: readonly string[] = [],
): void {
  const isSingle = (name: typeof SINGLE[number]) => {
    const value = values[name];
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  };
  const isOwn = values.reference !== undefined && !references.includes(values.reference);
  const flag = SINGLE.find(isSingle) ?? (isOwn ? "reference" : undefined);
  if (operands.length === 0 && flag === undefined) return;
  throw new UsageError(
    `--manifest names all scenes and their outputs; leave out ${operands[0] ?? `--${flag}`}`,
  );
}
