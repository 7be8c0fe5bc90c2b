/**
 * What a user sees of a call that cannot succeed: the exit code of the help, one line that names the
 * file and the cure, and nothing left behind. With `EMRDM_SHOW=1` the lines are printed.
 */

import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { useEngine } from "../../engine/mod.ts";
import { emrdm, inFolder, type Outcome } from "../cli/run.ts";
import { Bench, BROKEN, type BrokenCall, saveModels } from "./broken_inputs.ts";
import { RUN_SLOW } from "../slow.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;
const SHOW = Deno.env.get("EMRDM_SHOW") === "1";
/** No refusal takes long, whatever a file states; a process has to start, on a busy machine too. */
const SECONDS = { inside: 5, apart: 30 };

await useEngine("cpu");
const models = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(models, { recursive: true }));
await saveModels(models);

/** Every file below a folder, with what it holds. */
async function contentOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) {
      found[`${name}/`] = "";
      for (const [below, hash] of Object.entries(await contentOf(path))) {
        found[`${name}/${below}`] = hash;
      }
      continue;
    }
    const hash = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
    found[name] = new Uint8Array(hash).toHex();
  }
  return found;
}

/** Servers that answer as servers do that are of no use. */
async function withServers(work: (servers: Bench["servers"]) => Promise<void>): Promise<void> {
  const handler = (request: Request) => {
    switch (new URL(request.url).pathname) {
      case "/plain.tif":
        return new Response(new Uint8Array(100_000));
      case "/page.tif":
        return new Response("<!DOCTYPE html><html>log in</html>");
      default:
        return new Response("no", { status: 404, statusText: "Not Found" });
    }
  };
  const listen = () => Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
  const [server, gone] = [listen(), listen()];
  await gone.shutdown();
  const at = ({ addr: { port } }: typeof server, name: string) =>
    `http://127.0.0.1:${port}/${name}`;
  try {
    await work({
      dead: at(gone, "a.tif"),
      missing: at(server, "a.tif"),
      plain: at(server, "plain.tif"),
      page: at(server, "page.tif"),
    });
  } finally {
    await server.shutdown();
  }
}

/** Calls the program as a process, on a disk of its own where that is asked for. */
async function callApart(
  args: readonly string[],
  { disk, temporary }: { readonly disk?: { path: string; options: string }; temporary: string },
): Promise<Omit<Outcome, "progress"> & { readonly left: readonly string[] }> {
  const quoted = [Deno.execPath(), "run", "-A", "--no-check", CLI, "restore", ...args]
    .map((arg) => `'${arg}'`).join(" ");
  const mount = disk && `mount -t tmpfs -o ${disk.options} tmpfs '${disk.path}' && `;
  const list = disk && `; code=$?; find '${disk.path}' -mindepth 1; exit $code`;
  const script = `${mount ?? ""}${quoted}${list ?? ""}`;
  const [program, ...rest] = [...(disk ? ["unshare", "-Urm"] : []), "sh", "-c", script];
  const { code, stdout, stderr } = await new Deno.Command(program!, {
    args: rest,
    env: { TMPDIR: temporary, ["NO_COLOR"]: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trimEnd();
  const left = text(stdout).split("\n").filter((line) => line !== "");
  return { code, out: disk ? "" : text(stdout), err: text(stderr), left: disk ? left : [] };
}

async function check(
  { name, code, says, make, disk, apart = false }: BrokenCall,
  bench: Bench,
  temporary: string,
): Promise<void> {
  const given = await make(bench);
  const flags = ["--engine", "cpu", ...(given.includes("--model") ? [] : ["--model", bench.model])];
  const args = [...given, ...flags];
  if (disk !== undefined) await Deno.mkdir(bench.path("disk"));
  const before = await contentOf(bench.folder);
  const start = performance.now();
  const mounted = disk === undefined ? {} : { disk: { path: bench.path("disk"), options: disk } };
  const isApart = apart || disk !== undefined;
  const outcome = isApart
    ? await callApart(args, { ...mounted, temporary })
    : { ...await emrdm("restore", ...args), left: [] };
  const seconds = (performance.now() - start) / 1000;
  assertEquals(outcome.code, code, outcome.err);
  // The engine, the radiometry and warnings are told before.
  const lines = outcome.err.split("\n");
  const last = lines.findIndex((line) => line.startsWith("emrdm restore: "));
  const message = code === 1 ? lines.at(-1)! : lines[last]!;
  const after = code === 1 ? [] : lines.slice(last + 1);
  if (SHOW) console.log(`${name}\n  ${code} ${message.replaceAll(bench.folder, "")}`);
  assertEquals(after, code === 2 ? ["See emrdm restore --help"].slice(0, after.length) : []);
  for (const part of says) assertStringIncludes(message, part.replaceAll("@", bench.folder));
  assert(!/^\s+at /m.test(outcome.err), outcome.err);
  assertEquals(await contentOf(bench.folder), before, "nothing is left, and nothing is changed");
  assertEquals(outcome.left, []);
  assertEquals([...Deno.readDirSync(temporary)], []);
  assertLess(seconds, isApart ? SECONDS.apart : SECONDS.inside);
}

/** Whether this machine lets us mount disks of our own. */
async function mountsDisks(): Promise<boolean> {
  const args = ["-Urm", "mount", "-t", "tmpfs", "tmpfs", models];
  try {
    return (await new Deno.Command("unshare", { args, stderr: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const HAS_DISKS = await mountsDisks();

for (const call of BROKEN) {
  Deno.test({
    name: `emrdm restore refuses ${call.name}`,
    ignore: call.disk !== undefined && !HAS_DISKS,
    fn: () =>
      withServers((servers) =>
        inFolder(async (folder) => {
          const temporary = await Deno.makeTempDir();
          const usual = Deno.env.get("TMPDIR");
          // `deno task test` runs files side by side, and they share the environment.
          if (RUN_SLOW) Deno.env.set("TMPDIR", temporary);
          try {
            await check(call, new Bench(folder, { models, servers }), temporary);
          } finally {
            if (usual !== undefined) Deno.env.set("TMPDIR", usual);
            else if (RUN_SLOW) Deno.env.delete("TMPDIR");
            await Deno.remove(temporary, { recursive: true });
          }
        })
      ),
  });
}
