import { assert, assertEquals } from "@std/assert";
import { emrdm, inFolder } from "./run.ts";

Deno.test("evaluate scores a folder and a pair alike", async () => {
  await inFolder(async (folder) => {
    await emrdm("synth", "--out", folder, "--size", "40", "--dates", "2");
    const all = await emrdm("evaluate", `${folder}/clear`, folder, "--engine", "cpu", "--json");
    assertEquals(all.code, 0);
    const { cases, means } = JSON.parse(all.out);
    assertEquals(cases.map(({ name }: { name: string }) => name), ["scene0"]);
    assertEquals(means.restored.mae, 0);
    assert(means["copy the input"].mae > 0.01, all.out);
    const dates = [0, 1].flatMap((date) => ["--cloudy", `${folder}/cloudy/scene0_${date}.tif`]);
    const clear = `${folder}/clear/scene0.tif`;
    const pair = await emrdm("evaluate", clear, clear, ...dates, "--engine", "cpu", "--json");
    assertEquals(JSON.parse(pair.out).means, means);
    const { out } = await emrdm("evaluate", clear, clear, ...dates, "--engine", "cpu");
    assert(/^least cloudy +\d+\.\d\d /m.test(out), out);
  });
});
