import { assertEquals } from "@std/assert";
import { resolveCard } from "../../model/mod.ts";
import { readExperiment } from "../../training/mod.ts";

const FOLDER = new URL("../../experiments/", import.meta.url);

for (const { name } of [...Deno.readDirSync(FOLDER)].filter(({ name }) => name.endsWith(".json"))) {
  Deno.test(`experiments/${name} is an experiment whose model can be made`, async () => {
    const { model } = await readExperiment(new URL(name, FOLDER));
    const card = resolveCard(model);
    assertEquals(card.bands.length, model.bands.length);
  });
}
