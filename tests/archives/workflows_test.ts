/** The examples for workflow engines: run where the engine is installed, else checked against the flags. */

import { assert, assertEquals } from "@std/assert";
import { parseAllDocuments } from "npm:yaml@2.8.1";
import config from "../../deno.json" with { type: "json" };
import { findItems } from "../../products/mod.ts";
import { emrdm, inFolder } from "../cli/run.ts";
import { RUN_SLOW } from "../slow.ts";
import { violations } from "../stac/validate.ts";
import {
  EXAMPLES,
  FLAGS,
  HAS_CWLTOOL,
  HAS_SNAKEMAKE,
  pathWithProgram,
  runPackage,
  writeCatalog,
} from "./workflows.ts";

Deno.test({
  name: "the application package makes each scene of a scatter as one machine does [cwltool]",
  ignore: !RUN_SLOW || !HAS_CWLTOOL,
  fn: () =>
    inFolder(async (folder) => {
      assertEquals((await runPackage({ folder, scenes: 4 })).lost, 0);
      // The catalogue of a result is valid, and an input again.
      const path = `${folder}/results/s1/catalog.json`;
      assertEquals(violations(JSON.parse(await Deno.readTextFile(path))), []);
      assertEquals((await findItems(path)).length, 1);
    }),
});

Deno.test({
  name: "the Snakefile makes the scenes of a manifest and their collection [snakemake]",
  ignore: !RUN_SLOW || !HAS_SNAKEMAKE,
  fn: () =>
    inFolder(async (folder) => {
      await writeCatalog(folder, 2);
      const rows = [1, 2, 3, 4].map((i) => `out/${i}.tif,catalog.json`);
      await Deno.writeTextFile(`${folder}/scenes.csv`, `output,inputs\n${rows.join("\n")}\n`);
      const { success, stderr } = await new Deno.Command("snakemake", {
        args: [
          ...["-s", `${EXAMPLES}/Snakefile`, "-j", "2", "--directory", folder],
          ...["--config", "shards=2", `command=composite ${FLAGS.join(" ")}`],
        ],
        env: { ["PATH"]: await pathWithProgram(folder), ["HOME"]: folder },
        stdout: "null",
      }).output();
      assert(success, new TextDecoder().decode(stderr));
      assertEquals((await findItems(`${folder}/collection.json`)).length, 4);
    }),
});

/** What the tests read of a Job. */
interface Job {
  readonly kind: string;
  readonly spec: {
    readonly completions?: number;
    readonly completionMode?: string;
    readonly template: { readonly spec: { readonly containers: readonly Container[] } };
  };
}
interface Container {
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string }[];
}

Deno.test("the Jobs of kubernetes.yaml call emrdm with flags that exist", async () => {
  const text = await Deno.readTextFile(`${EXAMPLES}/kubernetes.yaml`);
  const jobs = parseAllDocuments(text).map((document) => {
    assertEquals(document.errors, []);
    return document.toJS() as Job;
  });
  const containers = jobs.flatMap(({ spec }) => spec.template.spec.containers);
  assertEquals(jobs.map(({ kind }) => kind), ["Job", "Job"]);
  for (const { image, command, args } of containers) {
    assertEquals([image, command], [`emrdm:${config.version}`, ["emrdm"]]);
    const end = args.indexOf("--");
    for (const part of end < 0 ? [args] : [args.slice(0, end), args.slice(end + 1)]) {
      const { code, err } = await emrdm(...part, "--help");
      assertEquals([code, err], [0, ""]);
    }
  }
  const [{ spec: shards }] = jobs as [Job];
  const [indexed, worker] = containers as [Container, Container];
  const shard = indexed.args[indexed.args.indexOf("--shard") + 1];
  assertEquals([shards.completionMode, shard], ["Indexed", `auto/${shards.completions}`]);
  assertEquals(worker.env?.map(({ name }) => name), ["EMRDM_QUEUE"]);
});

Deno.test("the application package has the version of this one", async () => {
  const text = await Deno.readTextFile(`${EXAMPLES}/application_package.cwl`);
  assertEquals(/softwareVersion: (\S+)/.exec(text)?.[1], config.version);
  assertEquals(/dockerPull: (\S+)/.exec(text)?.[1], `emrdm:${config.version}`);
});
