/** Names, shapes and initial values of an hourglass (docs/networks.md, "Initialization"). @module */

import type { Patch } from "../engine/mod.ts";
import { attentionSpecs } from "./layers/attention.ts";
import { feedForwardSpecs } from "./layers/feed_forward.ts";
import { type MappingOptions, mappingSpecs } from "./layers/mapping.ts";
import { constantSpec, linearSpec } from "./layers/specs.ts";
import type { Level } from "./hourglass_options.ts";
import type { TensorSpec } from "./network.ts";

export function hourglassTensors({ inChannels, outChannels, patch, levels, mapping }: {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly patch: Patch;
  readonly levels: readonly Level[];
  readonly mapping: Required<MappingOptions>;
}): TensorSpec[] {
  const levelSpecs = (prefix: string, { width, depth, dFf, dHead }: Level) =>
    Array.from({ length: depth }, (_, i) => [
      ...attentionSpecs(`${prefix}.${i}.self_attn`, { width, dHead, condWidth: mapping.width }),
      ...feedForwardSpecs(`${prefix}.${i}.ff`, { width, dFf, condWidth: mapping.width }),
    ]).flat();
  return pathTensors({ inChannels, outChannels, patch, levels, mapping, levelSpecs });
}

/** Tensors of an hourglass whose layers have those of `levelSpecs`. */
export function pathTensors<L extends { readonly width: number }>(
  { inChannels, outChannels, patch, levels, mapping, levelSpecs }: {
    readonly inChannels: number;
    readonly outChannels: number;
    readonly patch: Patch;
    readonly levels: readonly L[];
    readonly mapping: Required<MappingOptions>;
    readonly levelSpecs: (prefix: string, level: L) => readonly TensorSpec[];
  },
): TensorSpec[] {
  const area = patch[0] * patch[1];
  const middle = levels.length - 1;
  const outer = levels.slice(0, middle);
  const widthBelow = (i: number) => levels[i + 1]!.width;
  return [
    linearSpec("patch_in.proj.weight", { inputs: inChannels * area, outputs: levels[0]!.width }),
    ...mappingSpecs(mapping),
    ...outer.flatMap((level, i) => levelSpecs(`down_levels.${i}`, level)),
    ...outer.flatMap((level, i) => levelSpecs(`up_levels.${i}`, level)),
    ...levelSpecs("mid_level", levels[middle]!),
    ...outer.map(({ width }, i) =>
      linearSpec(`merges.${i}.proj.weight`, { inputs: 4 * width, outputs: widthBelow(i) })
    ),
    ...outer.flatMap(({ width }, i) => [
      constantSpec(`splits.${i}.fac`, 1, 0.5),
      linearSpec(`splits.${i}.proj.weight`, { inputs: widthBelow(i), outputs: 4 * width }),
    ]),
    constantSpec("out_norm.scale", levels[0]!.width, 1),
    linearSpec("patch_out.proj.weight", {
      inputs: levels[0]!.width,
      outputs: outChannels * area,
      zero: true,
    }),
  ];
}
