/** The files of a study name addresses without their secrets. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { type StudyResult, writeStudy } from "../../studies/mod.ts";
import { inFolder } from "../restoration/tiny.ts";

const ADDRESS = "https://me:SECRET@host/weights.safetensors?se=2026&sig=SECRET";

const RESULT: StudyResult = {
  name: "tiny",
  title: `Weights of ${ADDRESS}`,
  description: "A study.",
  metrics: ["psnr"],
  weights: ADDRESS,
  evaluation: { data: [{ type: "folder", root: ADDRESS }] } as unknown as StudyResult["evaluation"],
  baselines: [],
  groups: [{
    name: "",
    title: "Rows",
    over: [],
    rows: [{
      name: `=WEBSERVICE("${ADDRESS}")`,
      seeds: [{ run: ADDRESS, scores: { psnr: -1.5, ssim: 0, mae: 0, sam: 0 } as never }],
      mean: { psnr: -1.5 },
      spread: {},
    }],
  }],
  claims: [],
};

Deno.test("writeStudy() leaves out query strings and passwords, and formulas", () =>
  inFolder(async (out) => {
    const paths = await writeStudy(RESULT, { out: `${out}/new` });
    for (const path of paths) {
      assertEquals((await Deno.readTextFile(path)).includes("SECRET"), false, path);
    }
    const csv = await Deno.readTextFile(`${out}/new/tiny.csv`);
    assertStringIncludes(csv, `,"'=WEBSERVICE(""https://host/weights.safetensors"")",-1.5,`);
    const { weights } = JSON.parse(await Deno.readTextFile(`${out}/new/tiny.json`));
    assertEquals(weights, "https://host/weights.safetensors");
  }));
