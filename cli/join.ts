/**
 * `emrdm join`: the shards of a scene as one file.
 *
 * @module
 */

import { joinShards } from "../restoration/mod.ts";
import { command } from "./command.ts";
import { text, toggle, UsageError } from "./flags.ts";

/** `emrdm join`. */
export const join = command({
  summary: "put the shards of a restored scene together",
  operands: "<shard.tif ...>",
  details:
    "What restore --shard wrote, in any order; each file says where its rows lie. Provenance\n" +
    "rasters beside all of them are joined as well.",
  flags: {
    out: text("GeoTIFF to write", "FILE"),
    overwrite: toggle("Replace existing files"),
  },
  examples: ["join clear.1of2.tif clear.2of2.tif --out clear.tif"],
  async run({ out, overwrite }, { operands }) {
    if (operands.length === 0) throw new UsageError("give the shards");
    if (out === undefined) throw new UsageError("give the file to write with --out");
    const files = await joinShards(operands, out, { overwrite });
    return { text: files.join("\n"), json: { files, shards: operands } };
  },
});
