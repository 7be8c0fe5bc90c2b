/**
 * Calls that name their scenes in a manifest.
 *
 * @module
 */

import { UsageError } from "./flags.ts";

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
