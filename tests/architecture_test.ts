import { assert, assertEquals } from "@std/assert";
import {
  backArrows,
  fileCycle,
  FLOORS,
  folderCycle,
  folderOf,
  NUMBER_AXES,
  packageOf,
  parseSource,
  sharedPackages,
  sideDoors,
  type SourceFile,
  specifiers,
  unknownFolders,
  WITHOUT_DENO,
} from "./imports.ts";

const ROOT = new URL("../", import.meta.url);
/** Not part of the library: what stands outside of its floors. */
const OUTSIDE = ["benches", "docs", "examples", "experiments", "runs", "tests", "weights"];

async function sources(folder = ""): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for await (const entry of Deno.readDir(new URL(folder || ".", ROOT))) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory && !entry.name.startsWith(".") && !OUTSIDE.includes(path)) {
      files.push(...await sources(`${path}/`));
    } else if (entry.isFile && /\.(ts|js|mjs)$/.test(path)) {
      files.push(parseSource(path, await Deno.readTextFile(new URL(path, ROOT))));
    }
  }
  return files;
}

const source = await sources();

Deno.test("the source has a floor for every folder", () => {
  assertEquals(unknownFolders(source), []);
  const folders = new Set(source.map(({ path }) => folderOf(path)));
  for (const folder of ["core", "engine", "networks", "model"]) assert(folders.has(folder), folder);
});

Deno.test("imports point down the floors", () => assertEquals(backArrows(source), []));

Deno.test("imports have no cycle, neither of folders nor of files", () => {
  assertEquals([folderCycle(source), fileCycle(source)], [undefined, undefined]);
});

Deno.test("evaluation imports nothing of training", () => {
  const imports = source.filter(({ path }) => folderOf(path) === "evaluation")
    .flatMap(({ path, imports }) => imports.map((to) => ({ path, to })));
  assert(imports.length > 0);
  assertEquals(imports.filter(({ to }) => folderOf(to) === "training"), []);
});

Deno.test("folders import each other by mod.ts only", () => assertEquals(sideDoors(source), []));

Deno.test("number axes import no tensors", () => {
  const axes: readonly string[] = NUMBER_AXES;
  const tensors = source.filter(({ path, imports }) =>
    axes.includes(folderOf(path)) &&
    imports.some((imported) => ["engine", "networks", "fusion"].includes(folderOf(imported)))
  );
  assertEquals(tensors.map(({ path }) => path), []);
});

Deno.test("core, engine, axes and model know no Deno", () => {
  const folders: readonly string[] = WITHOUT_DENO;
  const users = source.filter(({ path, usesDeno }) => usesDeno && folders.includes(folderOf(path)));
  assertEquals(users.map(({ path }) => path), []);
});

Deno.test("every package has one door", () => {
  assertEquals(sharedPackages(source), []);
  const packages = new Set(source.flatMap((file) => file.packages));
  assert(packages.has("@tensorflow/tfjs"), "the packages must be found");
});

Deno.test("every package is named with a version", async () => {
  for (const { path, packages } of source.filter((file) => file.packages.length > 0)) {
    const code = await Deno.readTextFile(new URL(path, ROOT));
    for (const specifier of specifiers(code).filter((s) => packageOf(s) !== undefined)) {
      assert(
        /^(npm|jsr):(@[^/@]+\/)?[^/@]+@\d+\.\d+\.\d+/.test(specifier),
        `${path}: ${specifier}`,
      );
    }
    assert(packages.length > 0);
  }
});

Deno.test("the source imports nothing through the import map", async () => {
  for (const { path } of source) {
    const code = await Deno.readTextFile(new URL(path, ROOT));
    for (const specifier of specifiers(code)) {
      assert(/^(\.{1,2}\/|npm:|jsr:|node:)/.test(specifier), `${path}: ${specifier}`);
    }
  }
});

// The checker itself, on a small made-up graph.

const file = (path: string, code: string) => parseSource(path, code);

Deno.test("specifiers() finds every kind of import and no comment", () => {
  const code = `
    import { a } from "./a.ts"; import type { B } from './b.ts';
    import * as c from "npm:c@1.0.0";
    import {
      d,
      e,
    } from "../d/mod.ts";
    export { f } from "./f.ts"; export * from "./g.ts";
    export type { H } from "./h.ts";
    import "./side.ts";
    const late = await import("./late.ts"); const text = "// no comment";
    // import { no } from "./no.ts";
    /* export * from "./never.ts"; */
    /** \`\`\`ts
     * import { x } from "./example.ts";
     * \`\`\` */
    export const z = 1;`;
  assertEquals(
    specifiers(code).toSorted(),
    [
      ...["../d/mod.ts", "./a.ts", "./b.ts", "./f.ts", "./g.ts", "./h.ts", "./late.ts"],
      ...["./side.ts", "npm:c@1.0.0"],
    ].toSorted(),
  );
});

Deno.test("packageOf() drops version and path", () => {
  assertEquals(packageOf("npm:@scope/name@1.2.3/sub.js"), "@scope/name");
  assertEquals(packageOf("npm:geotiff@2.1.3"), "geotiff");
  assertEquals(packageOf("./geotiff.ts"), undefined);
});

Deno.test("backArrows() names an arrow that points back", () => {
  const good = [
    file("core/mod.ts", ""),
    file("precond/edm.ts", 'import type { S } from "../schedules/mod.ts";'),
    file("model/mod.ts", 'import { b } from "../builtins.ts"; import "../core/mod.ts";'),
    file("cli.ts", 'import { main } from "./cli/main.ts";'),
  ];
  assertEquals(backArrows(good), []);
  const bad = [
    file("core/rng.ts", 'export { tf } from "../engine/mod.ts";'),
    file("schedules/rational.ts", 'import type { P } from "../precond/mod.ts";'),
    file("fusion/mean.ts", 'const m = await import("../model/mod.ts");'),
    file("model/model.ts", 'import { x } from "../tests/engines.ts";'),
  ];
  assertEquals(backArrows([...good, ...bad]), [
    "core/rng.ts → engine/mod.ts",
    "schedules/rational.ts → precond/mod.ts",
    "fusion/mean.ts → model/mod.ts",
    "model/model.ts → tests/engines.ts",
  ]);
});

Deno.test("folderCycle() and fileCycle() find a ring", () => {
  const ring = [
    file("a/mod.ts", 'import "../b/mod.ts";'),
    file("b/mod.ts", 'import "../c/mod.ts";'),
    file("c/mod.ts", 'import "../a/mod.ts";'),
  ];
  assertEquals(folderCycle(ring), "a → b → c → a");
  assertEquals(folderCycle(ring.slice(0, 2)), undefined);
  const pair = [file("a/x.ts", 'import "./y.ts";'), file("a/y.ts", 'export * from "./x.ts";')];
  assertEquals(fileCycle(pair), "a/x.ts → a/y.ts → a/x.ts");
});

Deno.test("sideDoors(), sharedPackages() and usesDeno find what they should", () => {
  assertEquals(
    sideDoors([
      file("model/mod.ts", 'import "../core/mod.ts"; import "./card.ts";'),
      file("model/card.ts", 'import "../core/rng.ts";'),
    ]),
    ["model/card.ts → core/rng.ts"],
  );
  assertEquals(
    sharedPackages([
      file("engine/tfjs.ts", 'import "npm:p@1.0.0"; export type { T } from "npm:p@1.0.0";'),
      file("rasters/x.ts", 'import "npm:p@2.0.0/sub.js";'),
    ]),
    ["p: engine/tfjs.ts, rasters/x.ts"],
  );
  assert(file("core/a.ts", "const f = Deno.readFile;").usesDeno);
  assert(!file("core/a.ts", '// Deno.test\nthrow new Error("no Deno.open here");').usesDeno);
});

Deno.test("FLOORS stand in the order of the design", () => {
  const order = ["core", "engine", "rasters", "products", "synthetic", "datasets", "builtins"];
  const upper = ["model", "checkpoints", "training", "evaluation", "report", "mod", "cli"];
  const floors = [...order, ...upper]
    .map((folder) => FLOORS.findIndex((floor) => floor.includes(folder)));
  assertEquals(floors, [...floors.keys()]);
});
