/**
 * Builds the page and the browser library into a folder of static files:
 * `deno task web:build --out web/dist`.
 *
 * @module
 */

import * as esbuild from "npm:esbuild@0.25.12";
import { parseArgs } from "node:util";

const ROOT = new URL("../", import.meta.url).pathname;
const WEB = `${ROOT}web`;
/** Modules of Node, and the files that take their place. */
const NODE: Readonly<Record<string, string>> = { "node:zlib": `${WEB}/platform/node_zlib.ts` };
/** Models on the page: name of the file below `weights/`. */
export const MODELS = ["s2-temporal.safetensors", "s2-mono.safetensors"] as const;
const WASM = ["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm"] as const;

/** TensorFlow.js without its layers, converters and gradients, which pages do not use. */
const TFJS = [
  ["import", "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js"],
  ["import", "@tensorflow/tfjs-backend-cpu"],
  ["export * from", "@tensorflow/tfjs-core"],
].map(([words, name]) => `${words} ${JSON.stringify(name)};`).join("\n");

/** Links the packages of the lock into a folder `node_modules`, from Deno's cache. */
async function linkPackages(folder: string): Promise<void> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { npmCache } = JSON.parse(new TextDecoder().decode(stdout));
  const registries = [...Deno.readDirSync(npmCache)].map(({ name }) => `${npmCache}/${name}`);
  const { npm } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.lock`));
  for (const key of Object.keys(npm)) {
    const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(key)!;
    const cached = registries.map((registry) => `${registry}/${name}/${version}`)
      .find((path) => exists(path));
    if (cached === undefined) continue;
    const link = `${folder}/node_modules/${name}`;
    await Deno.mkdir(link.slice(0, link.lastIndexOf("/")), { recursive: true });
    await Deno.symlink(cached, link).catch(() => {});
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Resolves Deno's specifiers, and what a browser lacks. */
function browser(packages: string): esbuild.Plugin {
  return {
    name: "browser",
    setup(build) {
      build.onResolve({ filter: /^node:/ }, ({ path }) => ({
        path: NODE[path] ?? `${WEB}/platform/node.ts`,
      }));
      build.onResolve({ filter: /^npm:/ }, async ({ path, kind }) => {
        const [, name, inner = ""] = /^npm:(@?[^@]+)@[^/]+(\/.*)?$/.exec(path)!;
        if (name === "@tensorflow/tfjs") return { path: "tfjs", namespace: "virtual" };
        if (name === "csv-parse") {
          return await build.resolve("csv-parse/browser/esm/sync", { kind, resolveDir: packages });
        }
        if (name === "onnxruntime-node") return { path: "nothing", namespace: "virtual" };
        return await build.resolve(`${name}${inner}`, { kind, resolveDir: packages });
      });
      build.onLoad({ filter: /.*/, namespace: "virtual" }, ({ path }) => ({
        contents: path === "tfjs" ? TFJS : "export {};",
        resolveDir: packages,
      }));
    },
  };
}

/** A bundle. */
export interface Bundle {
  readonly bytes: number;
  /** Modules that it imports from outside. */
  readonly external: readonly string[];
}

/** Builds everything into a folder; returns the bundles by name. */
export async function buildPage(out: string): Promise<Readonly<Record<string, Bundle>>> {
  const packages = await Deno.makeTempDir();
  try {
    await linkPackages(packages);
    await Deno.mkdir(`${out}/models`, { recursive: true });
    const { metafile } = await esbuild.build({
      entryPoints: {
        page: `${WEB}/page.ts`,
        worker: `${WEB}/worker.ts`,
        emrdm: `${WEB}/mod.ts`,
      },
      outdir: out,
      bundle: true,
      format: "esm",
      platform: "browser",
      target: "es2024",
      minify: true,
      inject: [`${WEB}/platform/deno.ts`],
      plugins: [browser(packages)],
      nodePaths: [`${packages}/node_modules`],
      preserveSymlinks: true,
      tsconfigRaw: {},
      logLevel: "error",
      metafile: true,
    });
    for (const name of ["index.html", "style.css"]) {
      await Deno.copyFile(`${WEB}/${name}`, `${out}/${name}`);
    }
    for (const name of MODELS) {
      await Deno.copyFile(`${ROOT}weights/${name}`, `${out}/models/${name}`);
    }
    const wasm = `${packages}/node_modules/@tensorflow/tfjs-backend-wasm/dist`;
    for (const name of WASM) await Deno.copyFile(`${wasm}/${name}`, `${out}/${name}`);
    return Object.fromEntries(
      Object.entries(metafile.outputs).map(([path, { bytes, imports }]) => [
        path.split("/").at(-1)!,
        { bytes, external: imports.map((one) => one.path) },
      ]),
    );
  } finally {
    await esbuild.stop();
    await Deno.remove(packages, { recursive: true });
  }
}

if (import.meta.main) {
  const { values: { out } } = parseArgs({
    options: { out: { type: "string", default: `${WEB}/dist` } },
  });
  for (const [name, { bytes }] of Object.entries(await buildPage(out))) {
    console.log(`${name}: ${(bytes / 2 ** 20).toFixed(2)} MiB`);
  }
}
