/** Commands in the documents: every task, verb and flag exists, and the files of the repository that they name. */

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
import { documents, read, ROOT } from "./documents.ts";

const DOCS = new URL("docs/", ROOT);

/** Tasks of deno.json that call another command than `cli.ts` or take no flags. */
const TASKS: Readonly<Record<string, string>> =
  JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT))).tasks;

/** The command lines of the sh blocks of a document, without line continuations. */
function linesIn(text: string): readonly string[] {
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)]
    .flatMap(([, block]) => block!.replaceAll("\\\n", " ").split("\n"))
    .map((line) => line.trim());
}

/** The calls of emrdm in a document, as arguments. */
function callsIn(text: string): readonly (readonly string[])[] {
  return linesIn(text).flatMap((line) => {
    const call = /^(?:npx --yes deno@\S+ task|deno task|emrdm) (.+)$/.exec(line);
    return call === null ? [] : [call[1]!.match(/'[^']*'|\S+/g)!.map(unquoted)];
  });
}

/** An argument without the quotes of the shell. */
function unquoted(arg: string): string {
  return arg.replace(/^'(.*)'$/, "$1");
}

/** The arguments without plugins, which are the reader's own files (`extending_test.ts`). */
function withoutPlugins(args: readonly string[]): readonly string[] {
  return args.filter((arg, i) => arg !== "--plugin" && args[i - 1] !== "--plugin");
}

/** Checks the studies, experiments and preset of a call of `experiment`. */
function checkExperiment(args: readonly string[]): void {
  const known: readonly string[] = [...STUDIES, ...EXPERIMENTS];
  const operands = args.slice(1, args.findIndex((arg, i) => i > 0 && arg.startsWith("--")));
  for (const operand of operands.filter((operand) => !operand.endsWith(".json"))) {
    assert(known.includes(operand), operand);
  }
  const preset = args[args.indexOf("--preset") + 1];
  if (args.includes("--preset")) assert((PRESETS as readonly string[]).includes(preset!));
}

for (const name of await documents()) {
  const text = await read(name);
  const calls = callsIn(text);
  if (calls.length > 0) {
    Deno.test(`the commands of ${name} exist with their flags`, async () => {
      for (const args of calls) {
        const task = TASKS[args[0]!];
        // Tasks that are no command of emrdm take no flags in the documents.
        if (task !== undefined && !task.includes(" cli.ts ")) continue;
        // With --help flags are read, but nothing is done. After "--" comes another command.
        const end = args.indexOf("--");
        const parts = end < 0 ? [args] : [args.slice(0, end), args.slice(end + 1)];
        for (const part of parts) {
          const { code, err } = await emrdm(...withoutPlugins(part), "--help");
          assertEquals([code, err], [0, ""], args.join(" "));
        }
        if (args[0] === "experiment") checkExperiment(args);
      }
    });
  }
  const scripts = linesIn(text).flatMap((line) =>
    /^(?:deno run .*?|python3 )((?:benches|examples)\/\S+\.(?:ts|py))/.exec(line)?.[1] ?? []
  );
  if (scripts.length > 0) {
    Deno.test(`the scripts that ${name} runs exist`, async () => {
      for (const script of scripts) assert((await Deno.stat(new URL(script, ROOT))).isFile);
    });
  }
}

Deno.test("docs/experiments.md and docs/reproduce.md have commands", async () => {
  for (const name of ["docs/experiments.md", "docs/reproduce.md"]) {
    const calls = callsIn(await read(name));
    assert(calls.length >= 4, `${calls.length} calls`);
  }
});

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
