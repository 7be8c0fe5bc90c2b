/**
 * The models that `emrdm evaluate` scores.
 *
 * @module
 */

import { normalizeBand } from "../core/mod.ts";
import { type EvaluatedMethod, modelMethod } from "../evaluation/mod.ts";
import type { Model } from "../model/mod.ts";
import type { Context } from "./command.ts";
import { type EvaluateValues, methodOptions } from "./evaluate_flags.ts";
import { stemOf } from "./files.ts";
import { UsageError } from "./flags.ts";

/** The bands of all models; undefined without a model. @throws {UsageError} If they differ. */
export function commonBands(models: readonly Model[]): readonly string[] | undefined {
  const [first, ...others] = models.map(({ card }) =>
    card.bands.map(({ name }) => normalizeBand(name))
  );
  const other = others.find((bands) => bands.join() !== first!.join());
  if (other !== undefined) {
    throw new UsageError(
      `all models must have the same bands, got ${first!.join(", ")} and ` +
        other.join(", "),
    );
  }
  return first;
}

/** Models as methods with distinct names. */
export async function methodsOf(
  models: readonly Model[],
  { values, context, onProgress }: {
    readonly values: EvaluateValues;
    readonly context: Context;
    readonly onProgress: (share: number) => void;
  },
): Promise<readonly EvaluatedMethod[]> {
  const options = methodOptions(values, context);
  const names = models.map(({ card }) => card.name);
  const methods: EvaluatedMethod[] = [];
  for (const [i, model] of models.entries()) {
    const own = names[i]!;
    const isShared = names.filter((name) => name === own).length > 1;
    methods.push(
      await modelMethod(model, {
        ...options,
        name: isShared ? `${own} (${stemOf(values.model[i]!)})` : own,
        onProgress: ({ done, total }) => onProgress((i + done / total) / models.length),
      }),
    );
  }
  return methods;
}
