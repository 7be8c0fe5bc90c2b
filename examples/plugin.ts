/**
 * A plugin: a catalog of modules by kind and type.
 *
 * In a script, `builtins.with(plugin)` returns a typed registry that includes them. On the command line,
 * `deno task inspect --modules --plugin examples/plugin.ts` lists them.
 *
 * @module
 */

import { pairsEntry } from "./custom_dataset.ts";
import { darkestEntry } from "./custom_fusion.ts";
import { pointwiseEntry } from "./custom_network.ts";
import { multistepEntry } from "./custom_sampler.ts";
import { variancePreservingEntry } from "./custom_schedule.ts";

export default {
  schedule: { variancePreserving: variancePreservingEntry },
  sampler: { multistep: multistepEntry },
  fusion: { darkest: darkestEntry },
  network: { pointwise: pointwiseEntry },
  dataset: { pairs: pairsEntry },
} as const;
