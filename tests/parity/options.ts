/** The reference's network configuration in our options. */

import type { TemporalHditOptions } from "../../networks/mod.ts";

/** Our options of a `hyper.config` of the manifest. */
// deno-lint-ignore no-explicit-any
export function networkOptions(config: any): TemporalHditOptions {
  const temporal = config.temporal_n_heads === undefined ? {} : {
    temporal: {
      heads: config.temporal_n_heads,
      dK: config.temporal_d_k,
      dFf: config.temporal_mlp[1],
      dropout: config.temporal_dropout,
    },
  };
  return {
    inChannels: config.in_channels,
    outChannels: config.out_channels,
    patchSize: config.patch_size,
    levels: config.widths.map((width: number, i: number) => ({
      width,
      depth: config.depths[i],
      dFf: config.d_ffs[i],
      attention: config.self_attns[i].type,
      kernelSize: config.self_attns[i].kernel_size ?? 7,
      dHead: config.self_attns[i].d_head,
      dropout: config.dropout_rate[i],
    })),
    mapping: {
      depth: config.mapping_depth,
      width: config.mapping_width,
      dFf: config.mapping_d_ff,
      dropout: config.mapping_dropout_rate,
    },
    ...temporal,
  };
}
