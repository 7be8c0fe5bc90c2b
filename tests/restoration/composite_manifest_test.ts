/** Batches of composites, without a model. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { compositeManifest, compositeScene, readManifest } from "../../restoration/mod.ts";
import { DAYS, pixels, season } from "./season.ts";
import { inFolder } from "./tiny.ts";

Deno.test("compositeManifest() makes each scene, skips what is complete, and goes on after a failure", async () => {
  await inFolder(async (folder) => {
    const { inputs } = await season(folder, { width: 24, height: 20 });
    const names = inputs.map(({ path }) => path.slice(folder.length + 1));
    const masks = DAYS.map((day) => `${day}.mask.tif`).join("; ");
    await Deno.writeTextFile(
      `${folder}/scenes.csv`,
      [
        "output,inputs,reference,mask,auxiliary",
        `one.tif,${names.join("; ")},2018-07-05,${masks},`,
        `lost.tif,nowhere.tif,,${masks},`,
        `sar.tif,${names.join("; ")},,${masks},sar.tif`,
        `each/{date}.tif,${names.join("; ")},all,{date}.mask.tif,`,
      ].join("\n"),
    );
    const scenes = await readManifest(`${folder}/scenes.csv`);
    const options = { method: "linear" } as const;
    const first = await compositeManifest(scenes, options);
    assertEquals(first.map(({ status }) => status), ["composed", "failed", "failed", "composed"]);
    const [, lost, sar] = first;
    assert(lost?.status === "failed" && sar?.status === "failed");
    assertStringIncludes(lost.error, "nowhere.tif");
    assertStringIncludes(sar.error, "auxiliary files are for models, got ");
    const own = `${folder}/own.tif`;
    await compositeScene({
      ...options,
      inputs,
      reference: "2018-07-05",
      mask: { source: `${folder}/{date}.mask.tif` },
      write: { output: own },
    });
    const { data } = await pixels(own);
    assertEquals((await pixels(`${folder}/one.tif`)).data, data);
    assertEquals((await pixels(`${folder}/each/2018-07-05.tif`)).data, data);
    const again = await compositeManifest(scenes, options);
    assertEquals(again.map(({ status }) => status), ["complete", "failed", "failed", "complete"]);
    // What is left after an interruption is made again.
    await Deno.remove(`${folder}/one.days.tif`);
    const [one] = await compositeManifest(scenes, { ...options, shard: { index: 1, count: 4 } });
    assertEquals(one!.status, "composed");
    // Files of another method are not overwritten.
    const [other] = await compositeManifest(scenes.slice(0, 1), { method: "mean" });
    assert(other?.status === "failed");
    assertStringIncludes(other.error, "it must be free or from a run with the same options");
    await assertRejects(
      () => compositeManifest(scenes, { shard: { index: 3, count: 2 } }),
      RangeError,
    );
  });
});
