/**
 * Workflow engines for tests: the program as a command, scenes as STAC catalogues, and the application
 * package under cwltool.
 *
 * @module
 */

import { emrdm } from "../cli/run.ts";
import { writeArchive, writeDocument } from "../products/stac/archive.ts";
import { digests, PROGRAM } from "./archive.ts";
import { hasProgram } from "./programs.ts";

/** The examples of this repository. */
export const EXAMPLES: string = new URL("../../examples/archives", import.meta.url).pathname;

/** True if cwltool is installed. */
export const HAS_CWLTOOL: boolean = await hasProgram("cwltool");
/** True if Snakemake is installed. */
export const HAS_SNAKEMAKE: boolean = await hasProgram("snakemake");
if (!(HAS_CWLTOOL && HAS_SNAKEMAKE) && Deno.env.get("EMRDM_REQUIRE_WORKFLOWS") === "1") {
  throw new Error("EMRDM_REQUIRE_WORKFLOWS is set, but cwltool or snakemake is missing");
}

/** Writes the program `emrdm` into a folder, and returns a PATH with it. */
export async function pathWithProgram(folder: string): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { denoDir } = JSON.parse(new TextDecoder().decode(stdout));
  await Deno.mkdir(`${folder}/bin`);
  // Engines give their tasks a home folder of their own.
  const script = `#!/bin/sh\nDENO_DIR='${denoDir}' exec ${PROGRAM} "$@"\n`;
  await Deno.writeTextFile(`${folder}/bin/emrdm`, script, { mode: 0o755 });
  return `${folder}/bin:${Deno.env.get("PATH")}`;
}

/** Writes a scene as a STAC catalogue of its dates, `catalog.json`. */
export async function writeCatalog(folder: string, dates: number): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const items = await writeArchive(folder, "earthSearch", { dates });
  for (const item of items) await writeDocument(`${folder}/${item.id}.json`, item);
  await writeDocument(`${folder}/catalog.json`, {
    ...{ type: "Catalog", stac_version: "1.0.0", id: "scene", description: "Dates of one scene" },
    links: items.map(({ id }) => ({ rel: "item", href: `./${id}.json` })),
  });
}

/** Flags of the composites. */
export const FLAGS: readonly string[] = ["--method", "linear"];

/** Outcome of {@linkcode runPackage}. */
export interface PackageRun {
  readonly scenes: number;
  /** Scenes whose images are missing or differ from those of one machine. */
  readonly lost: number;
  /** Duration of cwltool. */
  readonly seconds: number;
}

/** Images of a folder and their digests; items name their inputs, which are staged elsewhere. */
async function images(folder: string): Promise<readonly (readonly [string, string])[]> {
  return Object.entries(await digests(folder)).filter(([name]) => name.endsWith(".tif"));
}

/** Runs the application package over scenes, and compares with one machine. */
export async function runPackage(
  { folder, scenes }: { readonly folder: string; readonly scenes: number },
): Promise<PackageRun> {
  const names = Array.from({ length: scenes }, (_, i) => `s${i + 1}`);
  for (const [i, name] of names.entries()) {
    await writeCatalog(`${folder}/staged/${name}`, 2 + i % 3);
    const { code, err } = await emrdm(
      ...["composite", `${folder}/staged/${name}/catalog.json`, ...FLAGS],
      ...["--out", `${folder}/expected/${name}/clear.tif`],
    );
    if (code !== 0) throw new Error(err);
  }
  const order = `${folder}/order.json`;
  await Deno.writeTextFile(
    order,
    JSON.stringify({
      scenes: names.map((name) => ({ class: "Directory", path: `${folder}/staged/${name}` })),
      flags: FLAGS,
    }),
  );
  const begun = performance.now();
  const { success, stderr } = await new Deno.Command("cwltool", {
    args: [
      ...["--no-container", "--parallel", "--outdir", `${folder}/results`, "--quiet"],
      ...[`${EXAMPLES}/application_package.cwl#scenes`, order],
    ],
    env: { ["PATH"]: await pathWithProgram(folder) },
    stdout: "null",
  }).output();
  const seconds = Math.round((performance.now() - begun) / 1000);
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  let lost = 0;
  for (const name of names) {
    const expected = await images(`${folder}/expected/${name}`);
    const found = new Map(await images(`${folder}/results/${name}`));
    if (expected.some(([file, digest]) => found.get(file) !== digest)) lost++;
  }
  return { scenes, lost, seconds };
}
