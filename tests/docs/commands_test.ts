/** Commands in the documents: every verb and flag exists, and what they name is there. */

import { assert, assertEquals } from "@std/assert";
import {
  EXPERIMENTS,
  isStudy,
  parseStudy,
  planStudy,
  PRESETS,
  STUDIES,
} from "../../studies/mod.ts";
import { emrdm } from "../cli/run.ts";

const DOCS = new URL("../../docs/", import.meta.url);

/** The calls of emrdm in the sh blocks of a document, as arguments. */
function callsIn(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)]
    .flatMap(([, block]) => block!.replaceAll("\\\n", " ").split("\n"))
    .flatMap((line) => {
      const call = /^(?:deno task|emrdm) (.+)$/.exec(line.trim());
      return call === null ? [] : [call[1]!.split(/\s+/)];
    });
}

for (const name of ["experiments.md", "reproduce.md"]) {
  Deno.test(`the commands of docs/${name} exist with their flags`, async () => {
    const calls = callsIn(await Deno.readTextFile(new URL(name, DOCS)));
    assert(calls.length >= 4, `${calls.length} calls`);
    for (const args of calls) {
      // With --help flags are read, but nothing is done.
      const { code, err } = await emrdm(...args, "--help");
      assertEquals([code, err], [0, ""], args.join(" "));
      if (args[0] === "experiment") {
        const known: readonly string[] = [...STUDIES, ...EXPERIMENTS];
        const operands = args.slice(1, args.findIndex((arg, i) => i > 0 && arg.startsWith("--")));
        for (const operand of operands.filter((operand) => !operand.endsWith(".json"))) {
          assert(known.includes(operand), operand);
        }
        const preset = args[args.indexOf("--preset") + 1];
        if (args.includes("--preset")) assert((PRESETS as readonly string[]).includes(preset!));
      }
    }
  });
}

Deno.test("the JSON of docs/experiments.md is an experiment and a study that can be planned", async () => {
  const text = await Deno.readTextFile(new URL("experiments.md", DOCS));
  const [experiment, study, ...more] = [...text.matchAll(/^```json\n([\s\S]*?)^```/gm)]
    .map(([, block]) => JSON.parse(block!));
  assertEquals([isStudy(experiment), isStudy(study), more], [false, true, []]);
  const place = new URL("../experiments/studies/mine.json", DOCS);
  const groups = await planStudy(parseStudy(study, place));
  assertEquals(groups.map(({ rows }) => rows.length), [2, 3]);

  const folder = await Deno.makeTempDir();
  try {
    const base = new URL(`../experiments/${experiment.extends}`, DOCS).href;
    const own = { ...experiment, extends: base };
    await Deno.writeTextFile(`${folder}/own.json`, JSON.stringify(own));
    const row = { name: "own", experiment: "own.json" };
    const [group] = await planStudy(
      parseStudy({ title: "T", rows: [row] }, `file://${folder}/`),
    );
    assertEquals(group!.rows[0]!.card.modules.sampler.type, "heun");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
