/**
 * `emrdm join`: the shards of a scene as one file.
 *
 * @module
 */

import { joinShards } from "../restoration/mod.ts";
import { command } from "./command.ts";
import { text, toggle, UsageError } from "./flags.ts";
import { interruptible } from "./interrupt.ts";

/** `emrdm join`. */
export const join = command({
  summary: "put the shards of a restored scene together",
  operands: "<shard.tif ...>",
  details:
    "What restore --shard wrote, in any order; each file says where its rows lie, and which run and\n" +
    "whole it is of: all shards must be there. Provenance rasters beside them are joined as well.",
  flags: {
    out: text("GeoTIFF to write", "FILE"),
    overwrite: toggle("Replace existing files"),
  },
  examples: ["join clear.1of2.tif clear.2of2.tif --out clear.tif"],
  async run({ out, overwrite }, { operands, log }) {
    if (operands.length === 0) throw new UsageError("give the shards");
    if (out === undefined) throw new UsageError("give the file to write with --out");
    const files = await interruptible(
      {
        log,
        heard: "stopping; Ctrl-C again ends at once",
        reason: "stopped; nothing was written",
      },
      (signal) => joinShards(operands, out, { overwrite, signal }),
    );
    return { text: files.join("\n"), json: { files, shards: operands } };
  },
});
