/**
 * Using the library by URL from a folder without a configuration, with a plugin from another URL,
 * its types checked, and no more permissions than are listed here.
 *
 * Two loopback servers stand for two sites: the repository, and the example plugin with the
 * repository's URL where it says `../mod.ts`. Modules go to a cache that is gone afterwards; npm
 * packages come from the cache that the tests themselves use, so no network is needed.
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { slowTest } from "./slow.ts";

const ROOT = new URL("../", import.meta.url);

/** Serves the files below a folder. */
function serve(folder: URL, rewrite: (code: string) => string = (code) => code) {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const file = new URL(`.${new URL(request.url).pathname}`, folder);
    const type = { json: "application/json", js: "text/javascript" }[
      file.pathname.split(".").at(-1)!
    ] ?? "application/typescript";
    try {
      return new Response(rewrite(await Deno.readTextFile(file)), {
        headers: { "content-type": type },
      });
    } catch {
      return new Response(null, { status: 404 });
    }
  });
}

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

type RunDeno = (...args: readonly string[]) => Promise<Outcome>;

/** Calls deno in an empty folder with a module cache of its own. */
async function inEmptyFolder(run: (deno: RunDeno, folder: string) => Promise<void>) {
  const temporary = await Deno.makeTempDir();
  const folder = `${temporary}/empty`;
  const cache = `${temporary}/cache`;
  const deno: RunDeno = async (...args) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd: folder,
      env: { DENO_DIR: cache, NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: text(stdout), err: text(stderr) };
  };
  try {
    await Deno.mkdir(folder);
    await Deno.mkdir(cache);
    const { npmCache } = JSON.parse(await infoOfDeno());
    await Deno.symlink(npmCache, `${cache}/npm`, { type: "dir" });
    await run(deno, folder);
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}

async function infoOfDeno(): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), { args: ["info", "--json"], cwd: ROOT });
  return new TextDecoder().decode((await command.output()).stdout);
}

/** Builds a model of the plugin's modules, restores with it on an engine, saves it where asked. */
const script = (library: string, plugin: string) => `
import {
  builtins, createModel, restoreImages, type Sampler, saveModel, type Schedule, useEngine,
} from "${library}/mod.ts";
import plugin from "${plugin}/plugin.ts";
import { TINY } from "${plugin}/example_model.ts";

const [engine, path] = Deno.args;
const known = ["wasm", "native"] as const;
const { name } = await useEngine(known.find((one) => one === engine) ?? "cpu");
const registry = builtins.with(plugin);
const schedule: Schedule = registry.create("schedule", { type: "variancePreserving", alpha: 2 });
const sampler: Sampler = registry.create("sampler", { type: "multistep", order: 2 });
const model = createModel({
  ...TINY,
  schedule: { type: "variancePreserving", alpha: 2 },
  sampler: { type: "multistep" },
}, { registry });
const cloudy = new Float32Array(2 * 32 * 32 * 13).fill(3000);
const input = { cloudy, batch: 1, length: 2, height: 32, width: 32 };
const { image } = await restoreImages(model, input, { steps: 2 });
const { image: same } = await restoreImages(model, input, { sampler, steps: 2 });
if (path !== undefined) await saveModel(model, path);
console.log(JSON.stringify({
  engine: name,
  s: schedule.s(0.5),
  length: image.length,
  finite: image.every(Number.isFinite),
  same: image.every((value, i) => value === same[i]),
}));
`;

/** Makes batches of a small folder and of the plugin's dataset, in Workers and without. */
const loaderScript = (library: string, plugin: string) => `
import { builtins } from "${library}/builtins.ts";
import { writeCog } from "${library}/rasters/mod.ts";
import { openLoader } from "${library}/training/mod.ts";
import catalog from "${plugin}/plugin.ts";

const names = ["clear/a", "cloudy/a_0", "cloudy/a_1", "own/a_clear", "own/a_cloudy"];
for (const [i, name] of names.entries()) {
  await Deno.mkdir(\`pairs/\${name.split("/")[0]}\`, { recursive: true });
  const data = Uint16Array.from({ length: 256 }, (_, at) => 1000 * i + at);
  const raster = { width: 16, height: 16, bands: ["B04"], data, dtype: "uint16" } as const;
  await writeCog(\`pairs/\${name}.tif\`, raster);
}
const plugins = { registry: builtins.with(catalog), plugins: ["${plugin}/plugin.ts"] };
const bands = ["B04"];
const sources = [
  { config: { type: "folder", root: "pairs" }, model: { tileSize: 8, length: 2, bands } },
  { config: { type: "pairs", root: "pairs/own" }, model: { tileSize: 8, length: 1, bands }, ...plugins },
];
const results = [];
for (const source of sources) {
  const batches = [];
  for (const workers of [0, 2]) {
    await using loader = await openLoader(source, { batchSize: 2, seed: 1, workers });
    batches.push(JSON.stringify(await loader.batch(3)));
  }
  results.push({ length: batches[0].length, same: batches[0] === batches[1] });
}
console.log(JSON.stringify(results));
`;

/** Uses of the plugin that are wrong, each with what the compiler says of it. */
const WRONG: readonly (readonly [code: string, message: string])[] = [
  [
    `registry.create("schedule", { type: "variancePreserving", alpha: "2" });`,
    "Type 'string' is not assignable to type 'number'",
  ],
  [`registry.create("schedule", { type: "rational", alpha: "2" });`, "Type 'string' is not"],
  [`registry.create("sampler", { type: "multistep", oder: 2 });`, "'oder' does not exist in type"],
  [`registry.create("sampler", { type: "multistp" });`, `"multistp"' is not assignable`],
  [
    `registry.create("sampler", { type: "multistep" }).fuse();`,
    "Property 'fuse' does not exist on type 'Sampler'",
  ],
  [`builtins.create("sampler", { type: "multistep" });`, `"multistep"' is not assignable`],
  [`tf.tensor1d("text");`, "Argument of type 'string' is not assignable"],
];

slowTest("the library and a plugin run by URL in an empty folder", async (t) => {
  await using site = serve(ROOT);
  const library = `http://127.0.0.1:${site.addr.port}`;
  const toLibrary = (code: string) =>
    code.replaceAll(/"\.\.\/((?:\w+\/)?mod\.ts)"/g, `"${library}/$1"`);
  await using other = serve(new URL("examples/", ROOT), toLibrary);
  const plugin = `http://127.0.0.1:${other.addr.port}`;
  const hosts = [site, other].map(({ addr }) => `127.0.0.1:${addr.port}`).join();
  const imports = `--allow-import=${hosts}`;
  const quiet = ["--quiet", "--no-prompt"];

  await inEmptyFolder(async (deno, folder) => {
    await Deno.writeTextFile(`${folder}/script.ts`, script(library, plugin));
    const head = `import { builtins } from "${library}/mod.ts";\n` +
      `import { tf } from "${library}/engine/mod.ts";\n` +
      `import plugin from "${plugin}/plugin.ts";\nconst registry = builtins.with(plugin);\n`;
    const wrong = WRONG.map((_, i) => `wrong${i}.ts`);
    for (const [i, name] of wrong.entries()) {
      await Deno.writeTextFile(`${folder}/${name}`, `${head}${WRONG[i]![0]}\nvoid tf, registry;\n`);
    }

    await t.step("nothing is imported without --allow-import", async () => {
      const { code, err } = await deno("run", ...quiet, "script.ts");
      assertEquals(code, 1);
      assertStringIncludes(err, "Requires import access");
    });

    const expected = { s: 2 ** -0.5, length: 32 * 32 * 13, finite: true, same: true };

    await t.step(
      "types are right, and the cpu engine needs leave to import and nothing else",
      async () => {
        const { code, out, err } = await deno(
          "run",
          "--check",
          ...quiet,
          imports,
          "script.ts",
          "cpu",
        );
        assertEquals([code, err], [0, ""]);
        assertEquals(JSON.parse(out), { engine: "cpu", ...expected });
      },
    );

    await t.step("wrong types and options of the plugin's modules are found", async () => {
      const { code, err } = await deno("check", "--quiet", imports, ...wrong);
      assertEquals(code, 1);
      const errors = err.split(/^TS\d+ /m).slice(1);
      for (const [i, name] of wrong.entries()) {
        const own = errors.filter((error) => error.includes(`/${name}:`));
        assertEquals(own.length, 1, `${name}: ${WRONG[i]![0]}\n${err}`);
        assertStringIncludes(own[0]!, WRONG[i]![1]);
      }
      assertEquals(errors.length, WRONG.length, err);
    });

    await t.step("the wasm engine reads its program, a saved model is written", async () => {
      const leave = [imports, "--allow-read", "--allow-write=."];
      const { code, out, err } = await deno(
        ...["run", ...quiet, ...leave, "script.ts", "wasm", "model.safetensors"],
      );
      assertEquals([code, err], [0, ""]);
      assertEquals(JSON.parse(out), { engine: "wasm", ...expected });
    });

    await t.step("the native engine needs --allow-ffi, and loads its worker by URL", async () => {
      const { code, out, err } = await deno(
        ...["run", ...quiet, imports, "--allow-ffi", "script.ts", "native"],
      );
      assertEquals([code, err], [0, ""]);
      assertEquals(JSON.parse(out), { engine: "native", ...expected });
    });

    await t.step("a loader of training data loads its Workers by URL", async () => {
      await Deno.writeTextFile(`${folder}/loader.ts`, loaderScript(library, plugin));
      const files = [imports, "--allow-read=pairs", "--allow-write=pairs"];
      const { code, out, err } = await deno("run", ...quiet, ...files, "loader.ts");
      assertEquals([code, err], [0, ""]);
      const [shared, own] = JSON.parse(out);
      assert(shared.length > 2 * 3 * 64 && shared.same, out);
      assert(own.length > 2 * 2 * 64 && own.same, out);
    });

    await t.step("the contract of a kind tests the plugin by URL", async () => {
      const code = `import { testSchedule } from "${library}/tests/contracts/mod.ts";\n` +
        `import { variancePreserving } from "${plugin}/custom_schedule.ts";\n` +
        `testSchedule("variancePreserving()", () => variancePreserving());\n`;
      await Deno.writeTextFile(`${folder}/contract_test.ts`, code);
      const { code: status, out, err } = await deno(
        ...["test", "--no-check", ...quiet, imports, "contract_test.ts"],
      );
      assertEquals([status, err], [0, ""]);
      assertMatch(out, /^ok \| [1-9]\d* passed \| 0 failed/m);
    });

    await t.step("the command line runs by URL", async () => {
      const { code, out, err } = await deno(
        "run",
        ...quiet,
        imports,
        `${library}/cli.ts`,
        "--help",
      );
      assertEquals([code, err], [0, ""]);
      assertStringIncludes(out, "Usage: emrdm <command> [flags]");
    });

    await t.step("the command line takes a plugin from another URL", async () => {
      const { code, out, err } = await deno(
        ...["run", ...quiet, imports, `${library}/cli.ts`, "inspect", "--modules", "--json"],
        ...["--plugin", `${plugin}/plugin.ts`],
      );
      assertEquals([code, err], [0, ""]);
      const kinds: Record<string, readonly { readonly type: string }[]> = JSON.parse(out);
      for (const [kind, type] of [["schedule", "variancePreserving"], ["sampler", "multistep"]]) {
        assert(kinds[kind!]!.some((module) => module.type === type), type);
      }
    });

    await t.step("a scene is made and restored with the plugin's modules by URL", async () => {
      const files = [imports, "--allow-read", "--allow-write=scene"];
      const cli = (...args: readonly string[]) =>
        deno("run", ...quiet, ...files, `${library}/cli.ts`, ...args);
      const made = await cli("synth", "--size", "32", "--dates", "2", "--out", "scene");
      assertEquals([made.code, made.err], [0, ""]);
      const restore = [
        ...["restore", "scene/cloudy/scene0_0.tif", "scene/cloudy/scene0_1.tif"],
        ...["--model", "model.safetensors", "--out", "scene/restored.tif", "--engine", "wasm"],
      ];
      const without = await cli(...restore);
      assertEquals(without.code, 3);
      assertStringIncludes(without.err, `"variancePreserving" is not a known schedule`);
      const { code, err } = await cli(...restore, "--plugin", `${plugin}/plugin.ts`);
      assertEquals(code, 0, err);
      assert((await Deno.stat(`${folder}/scene/restored.tif`)).size > 1000);
    });
  });
});
