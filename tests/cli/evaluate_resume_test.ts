/** An evaluation that is interrupted and resumed is the same evaluation. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { emrdm, inFolder } from "./run.ts";

Deno.test("evaluate writes the same JSON and Markdown after a resume, and the same call again", async () => {
  await inFolder(async (folder) => {
    await emrdm("synth", "--out", folder, "--size", "16", "--scenes", "3");
    // Names that a spreadsheet would execute, and an address with a password.
    const rows = ["=1+1", "b", "https://me:SECRET@host/c.tif?sig=SECRET"].map((name, i) =>
      `"${name}",cloudy/scene${i}.tif,clear/scene${i}.tif`
    );
    await Deno.writeTextFile(`${folder}/i.csv`, ["id,cloudy,target", ...rows, ""].join("\n"));
    const call = (name: string) => [
      ...["evaluate", `${folder}/i.csv`, "--engine", "cpu", "--csv", `${folder}/${name}/a.csv`],
      ...["--out", `${folder}/${name}/a.json`, "--markdown", `${folder}/${name}/a.md`],
    ];
    const contents = (name: string) =>
      ["csv", "json", "md"].map((end) => Deno.readTextFileSync(`${folder}/${name}/a.${end}`));
    const whole = await emrdm(...call("whole"));
    assertEquals(whole.code, 0, whole.err);
    const wanted = contents("whole");
    assertEquals(wanted.join().includes("SECRET"), false);
    assertStringIncludes(wanted[0]!, `"'=1+1"`);
    assertStringIncludes(wanted[1]!, `"=1+1"`);

    // Killed after the second image and after the Markdown, which is written first.
    await Deno.mkdir(`${folder}/cut`);
    const lines = wanted[0]!.split("\r\n");
    const end = lines.findIndex((line) => line.includes(",https://host/c.tif,"));
    await Deno.writeTextFile(
      `${folder}/cut/a.csv`,
      [...lines.slice(0, end + 1), lines[end + 1]!.slice(0, 20)].join("\r\n"),
    );
    await Deno.writeTextFile(`${folder}/cut/a.md`, wanted[2]!);
    const resumed = await emrdm(...call("cut"));
    assertEquals(resumed.code, 0, resumed.err);
    assertStringIncludes(resumed.err, "2 of 3 images are scored");
    assertEquals(contents("cut"), wanted);

    const again = await emrdm(...call("cut"));
    assertEquals(again.code, 0, again.err);
    assertEquals(contents("cut"), wanted);
    const other = await emrdm(...call("cut").slice(0, 4), "--out", `${folder}/cut/a.json`);
    assertEquals(other.code, 0, other.err);
    await Deno.writeTextFile(`${folder}/cut/a.json`, "mine");
    const refused = await emrdm(...call("cut"));
    assertEquals(refused.code, 4);
    assertStringIncludes(refused.err, `Cannot write ${folder}/cut/a.json: the file exists`);
    assertEquals(
      [...Deno.readDirSync(`${folder}/cut`)].map(({ name }) => name).sort(),
      ["a.csv", "a.json", "a.md"],
    );
  });
});
