/**
 * `emrdm join`: joins the shards of a scene into one file.
 *
 * @module
 */

import { joinShards } from "../restoration/mod.ts";
import { command } from "./command.ts";
import { required, text, toggle, UsageError } from "./flags.ts";
import { interruptible, NOTHING_WRITTEN } from "./interrupt.ts";

/** `emrdm join`. */
export const join = command({
  operands: "<shard.tif ...>",
  details:
    "Joins the files of restore --shard, given in any order, into one GeoTIFF. All shards of the scene " +
    "must be given, and they must come from the same run. Provenance and uncertainty rasters next to " +
    "them are joined, too.",
  flags: {
    out: text("GeoTIFF to write.", "FILE"),
    overwrite: toggle("Replace existing files."),
  },
  examples: ["join clear.1of2.tif clear.2of2.tif --out clear.tif"],
  async run({ out, overwrite }, { operands, log, progress }) {
    if (operands.length === 0) throw new UsageError("expected the shards, got nothing");
    const output = required(out, "--out, the GeoTIFF to write,");
    using bar = progress("join");
    const files = await interruptible(
      { log, reason: NOTHING_WRITTEN },
      (signal) =>
        joinShards(operands, output, {
          overwrite,
          signal,
          onRows: (done, total) => bar.update(done, total, "rows"),
        }),
    );
    return { text: files.join("\n"), json: { files, shards: operands } };
  },
});
