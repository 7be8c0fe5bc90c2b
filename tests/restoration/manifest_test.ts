/** Many scenes: what a manifest says, what is done again, and what a killed run leaves. */

import { assert, assertEquals, assertLess, assertRejects, assertStringIncludes } from "@std/assert";
import { createRng, InputError, type Raster } from "../../core/mod.ts";
import { readRaster, writeCog } from "../../rasters/mod.ts";
import { DeviceLostError, tf, useEngine } from "../../engine/mod.ts";
import type { GuardedWebGPUBackend } from "../../engine/webgpu/backend.ts";
import {
  estimateManifest,
  type ManifestScene,
  readManifest,
  restoreManifest,
  type RestoreManifestOptions,
  type SceneStatus,
} from "../../restoration/mod.ts";
import { emrdm } from "../cli/run.ts";
import { ignores } from "../engines.ts";
import { DATES, part, saveModels } from "./broken_inputs.ts";
import { inFolder, tinyModel } from "./tiny.ts";
import { slowTest } from "../slow.ts";

await useEngine("cpu");

const model = tinyModel();
const CLI = new URL("../../cli.ts", import.meta.url).pathname;
/** Dates of two tiles. */
const [FIRST, SECOND] = DATES.map((date) => part(date, 20, 16)) as [Raster, Raster];

/** A manifest of `count` scenes, the first with a picture, the second with a mask, and so on. */
async function writeManifest(folder: string, count: number): Promise<string> {
  await writeCog(`${folder}/s_2018-01-07.tif`, FIRST);
  await writeCog(`${folder}/s_2018-02-07.tif`, SECOND);
  const lines = Array.from({ length: count }, (_, i) => {
    const [mask, picture] = [["", "detector"][i % 2], [`p${i}.png`, "", ""][i % 3]];
    const reference = ["s_2018-01-07.tif", "2018-02-07", "0"][i % 3];
    return `c${i}.tif,s_2018-01-07.tif; s_2018-02-07.tif,${reference},${mask},${picture}`;
  });
  const path = `${folder}/scenes.csv`;
  await Deno.writeTextFile(path, ["output,inputs,reference,mask,picture", ...lines].join("\n"));
  return path;
}

/** Hashes of all files below a folder that are no inputs. */
async function made(folder: string): Promise<Readonly<Record<string, string>>> {
  const found: [string, string][] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (/^(s_.*|scenes\.csv)$/.test(name)) continue;
    const bytes = isFile ? await Deno.readFile(`${folder}/${name}`) : new Uint8Array();
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    found.push([name, isFile ? hash : "a folder"]);
  }
  return Object.fromEntries(found.sort(([a], [b]) => a < b ? -1 : 1));
}

async function restored(
  folder: string,
  options: RestoreManifestOptions = {},
): Promise<readonly SceneStatus[]> {
  return await restoreManifest(model, await readManifest(`${folder}/scenes.csv`), options);
}

const statuses = (all: readonly SceneStatus[]) => all.map(({ status }) => status);
const errorOf = (status: SceneStatus | undefined) =>
  status?.status === "failed" ? status.error : `${status?.status}`;

Deno.test("readManifest() takes paths from the manifest's folder, and leaves addresses", () =>
  inFolder(async (folder) => {
    const path = `${folder}/scenes.csv`;
    const read = async (...lines: string[]) => {
      await Deno.writeTextFile(path, lines.join("\n"));
      return await readManifest(path);
    };
    assertEquals(
      await read(
        "output, inputs, dates, reference, mask, auxiliary, picture",
        "# scenes of a hill",
        "out/a.tif, b.tif ; https://h/c.tif;/d.tif, 2018-01-07;2018-01-02;2018-01-03, b.tif, m.tif, r.tif, a.png",
        '"b, too.tif", b.tif,,2018-01-07, scl,,',
        "c.tif, b.tif,,0, detector,,",
      ),
      [
        {
          output: `${folder}/out/a.tif`,
          inputs: [
            { path: `${folder}/b.tif`, date: "2018-01-07" },
            { path: "https://h/c.tif", date: "2018-01-02" },
            { path: "/d.tif", date: "2018-01-03" },
          ],
          reference: 0,
          mask: `${folder}/m.tif`,
          auxiliary: [`${folder}/r.tif`],
          picture: `${folder}/a.png`,
        },
        {
          output: `${folder}/b, too.tif`,
          inputs: [{ path: `${folder}/b.tif` }],
          reference: "2018-01-07",
          mask: "scl",
        },
        {
          output: `${folder}/c.tif`,
          inputs: [{ path: `${folder}/b.tif` }],
          reference: 0,
          mask: "detector",
        },
      ] satisfies readonly ManifestScene[],
    );
    const refused = async (message: string, ...lines: string[]) =>
      await assertRejects(() => read(...lines), InputError, message);
    const head = "output,inputs,dates,picture";
    await refused("scene 2: there must be an output, got none", head, "a.tif,b.tif,,", ",b.tif,,");
    await refused("scene 1: there must be inputs, got none", head, "a.tif,;,,");
    await refused("scene 1: there must be a date for each of 2", head, "a.tif,b;c,2018-01-07,");
    await refused("scene 1: its dates must be days", head, "a.tif,b.tif,2018-13-07,");
    await refused("scene 2: each file", head, "a.tif,b.tif,,", "c.tif,b.tif,,x/../a.tif");
    await refused("got tile", "output,inputs,tile", "a.tif,b.tif,3");
  }));

Deno.test("a manifest is run once: what is complete is left alone", () =>
  inFolder(async (folder) => {
    const scenes = `${folder}/one`;
    await Deno.mkdir(scenes);
    await writeManifest(scenes, 3);
    assertEquals(statuses(await restored(scenes)), ["restored", "restored", "restored"]);
    const files = await made(scenes);
    assertEquals(Object.keys(files), [
      ...["c0.item.json", "c0.tif", "c1.item.json", "c1.provenance.tif"],
      ...["c1.provenance.tif.aux.xml", "c1.tif", "c2.item.json", "c2.tif", "p0.png"],
    ]);
    const times = async () =>
      await Promise.all(
        [...Object.keys(files), "."].map(async (name) =>
          (await Deno.stat(`${scenes}/${name}`)).mtime
        ),
      );
    const before = await times();
    assertEquals(statuses(await restored(scenes)), ["complete", "complete", "complete"]);
    // A batch changes no more than rounding does.
    assertEquals(
      statuses(await restored(scenes, { tiles: { batch: 2 } })),
      Array(3).fill("complete"),
    );
    assertEquals(await times(), before);
  }));

// Tests that run beside this one share its working directory.
slowTest(
  "a manifest that moved with its files is complete, seen from its own folder",
  () =>
    inFolder(async (folder) => {
      const scenes = `${folder}/one`;
      await Deno.mkdir(scenes);
      await writeManifest(scenes, 3);
      assertEquals(statuses(await restored(scenes)), ["restored", "restored", "restored"]);
      const files = await made(scenes);
      const moved = `${folder}/two`;
      await Deno.rename(scenes, moved);
      const here = Deno.cwd();
      Deno.chdir(moved);
      try {
        const all = await restoreManifest(model, await readManifest("scenes.csv"));
        assertEquals(statuses(all), ["complete", "complete", "complete"]);
      } finally {
        Deno.chdir(here);
      }
      assertEquals(await made(moved), files);
    }),
);

Deno.test("a file of a manifest that is missing is made again, bit for bit", () =>
  inFolder(async (folder) => {
    await writeManifest(folder, 2);
    await restored(folder);
    const files = await made(folder);
    // GDAL and QGIS replace sidecars of their own accord: they are no outputs.
    for (const name of Object.keys(files).filter((name) => !name.endsWith(".aux.xml"))) {
      await Deno.remove(`${folder}/${name}`);
      const all = await restored(folder);
      assertEquals(statuses(all).toSorted(), ["complete", "restored"], name);
      assertEquals(await made(folder), files);
    }
  }));

Deno.test("what was made otherwise is an error of its scene, and is replaced if that is allowed", () =>
  inFolder(async (folder) => {
    await writeManifest(folder, 2);
    await restored(folder);
    const files = await made(folder);
    for (
      const options of [{ seed: 3 }, { steps: 3 }, { fingerprint: "heun" }, { mask: { dilate: 2 } }]
    ) {
      const all = await restored(folder, options);
      assertEquals(statuses(all), ["failed", "failed"]);
      assertStringIncludes(
        errorOf(all[0]),
        `Cannot write ${folder}/c0.tif: it must be free or from a run with the same options, got ` +
          "another file; choose another name or allow it to be overwritten (--overwrite)",
      );
    }
    assertEquals(await made(folder), files);
    const again = { seed: 3, write: { overwrite: true } };
    assertEquals(statuses(await restored(folder, again)), ["restored", "restored"]);
    const { tags } = await readRaster(`${folder}/c1.tif`);
    assertEquals(tags?.EMRDM_SEED, "3");
    assertEquals(statuses(await restored(folder, again)), ["complete", "complete"]);
  }));

Deno.test("a manifest replaces no file that is not its own", () =>
  inFolder(async (folder) => {
    for (const name of ["c0.tif", "c0.item.json", "p0.png", "c1.provenance.tif"]) {
      await writeManifest(folder, 2);
      await Deno.writeTextFile(`${folder}/${name}`, "mine");
      const all = await restored(folder);
      const place = name.startsWith("c1") ? 1 : 0;
      assertEquals(statuses(all).toSpliced(place, 1), ["restored"]);
      assertStringIncludes(errorOf(all[place]), `Cannot write ${folder}/${name}: `);
      assertEquals(await Deno.readTextFile(`${folder}/${name}`), "mine");
      for (const one of [...Deno.readDirSync(folder)]) await Deno.remove(`${folder}/${one.name}`);
    }
  }));

Deno.test("a scene that fails does not stop the others, and the code says so", () =>
  inFolder(async (folder) => {
    const path = await writeManifest(folder, 3);
    const lines = (await Deno.readTextFile(path)).split("\n");
    await Deno.writeTextFile(path, lines.with(2, "c1.tif,missing.tif,,,").join("\n"));
    await Deno.mkdir(`${folder}/models`);
    await saveModels(`${folder}/models`);
    const { code, out, err } = await emrdm(
      ...["restore", "--manifest", path, "--engine", "cpu"],
      ...["--model", `${folder}/models/tiny.safetensors`],
    );
    assertEquals(code, 1);
    const statuses = out.replaceAll(/(?<= (?:in|after) )\d+\.\d s\b/g, "… s").split("\n");
    assertEquals(statuses, [
      `scene 1, ${folder}/c0.tif: restored in … s`,
      `scene 2, ${folder}/c1.tif: failed after … s: Cannot read raster ${folder}/missing.tif: the ` +
      "file must exist; check its path",
      `scene 3, ${folder}/c2.tif: restored in … s`,
    ]);
    assertEquals(err.split("\n").at(-1), "scenes: 2 restored, 0 already complete, 1 failed");
    await Deno.remove(`${folder}/models`, { recursive: true });
    assertEquals(Object.keys(await made(folder)), [
      ...["c0.item.json", "c0.tif", "c2.item.json", "c2.tif", "p0.png"],
    ]);
  }));

slowTest(
  "a manifest is estimated scene by scene, and nothing is written",
  () =>
    inFolder(async (folder) => {
      const path = await writeManifest(folder, 3);
      const scenes = await readManifest(path);
      await restoreManifest(model, scenes.slice(0, 1));
      const before = await made(folder);
      const missing = { output: `${folder}/none.tif`, inputs: [{ path: `${folder}/none_in.tif` }] };
      const all = await estimateManifest(model, [...scenes, missing], {
        rss: () => Deno.memoryUsage().rss,
      });
      assertEquals(statuses(all), ["complete", "estimated", "estimated", "failed"]);
      assertStringIncludes(errorOf(all[3]), "none_in.tif");
      const { estimate } = all[2] as Extract<SceneStatus, { status: "estimated" }>;
      assertEquals([estimate.width, estimate.height, estimate.tiles.total], [20, 16, 2]);
      assertEquals(await made(folder), before);
      await Deno.mkdir(`${folder}/models`);
      await saveModels(`${folder}/models`);
      const { code, out, err } = await emrdm(
        ...["restore", "--manifest", path, "--model", `${folder}/models/tiny.safetensors`],
        ...["--engine", "cpu", "--dry-run", "--overwrite"],
      );
      assertEquals(code, 0, err);
      assertStringIncludes(
        out,
        "scenes: 3 to restore, 0 already complete, 0 failed\ntime    ",
      );
    }),
);

Deno.test("shards of a manifest are all of it, and no scene twice", () =>
  inFolder(async (folder) => {
    const [whole, parts] = [`${folder}/whole`, `${folder}/parts`];
    for (const one of [whole, parts]) {
      await Deno.mkdir(one);
      await writeManifest(one, 5);
    }
    await restored(whole);
    const numbers: number[] = [];
    for (const index of [3, 1, 2]) {
      const all = await restored(parts, { shard: { index, count: 3 } });
      assert(statuses(all).every((status) => status === "restored"));
      numbers.push(...all.map(({ number }) => number));
    }
    assertEquals(numbers, [3, 1, 4, 2, 5]);
    assertEquals(await made(parts), await made(whole));
    // A shard beyond the scenes has none of them.
    assertEquals(await restored(parts, { shard: { index: 6, count: 6 } }), []);
    await assertRejects(
      () => restored(parts, { shard: { index: 4, count: 3 } }),
      RangeError,
      "shard 4/3",
    );
  }));

Deno.test("what a killed run left beside a complete scene goes, and nothing else", () =>
  inFolder(async (folder) => {
    await writeManifest(folder, 1);
    await restored(folder);
    const files = await made(folder);
    const scratch = `${folder}/c0.tif.partial`;
    await Deno.mkdir(scratch);
    await Deno.writeTextFile(`${scratch}/level-0`, "half");
    assertEquals(statuses(await restored(folder)), ["complete"]);
    assertEquals(await made(folder), files);
    await Deno.mkdir(scratch);
    await Deno.writeTextFile(`${scratch}/thesis.txt`, "all I have");
    assertEquals(statuses(await restored(folder)), ["complete"]);
    assertEquals(await Deno.readTextFile(`${scratch}/thesis.txt`), "all I have");
  }));

Deno.test("a manifest that is aborted ends with the signal's reason and leaves whole scenes", () =>
  inFolder(async (folder) => {
    await writeManifest(folder, 3);
    const controller = new AbortController();
    const before = tf.memory().numTensors;
    const reason = new Error("enough");
    let tiles = 0;
    await assertRejects(
      () =>
        restored(folder, {
          tiles: { batch: 1 },
          signal: controller.signal,
          onScene: () => tiles = 0,
          onProgress: ({ done }) => {
            tiles = done;
            if (done === 1) controller.abort(reason);
          },
        }),
      Error,
      "enough",
    );
    assertEquals(tiles, 1);
    assertEquals(await made(folder), {});
    assertEquals(tf.memory().numTensors, before);
    assertEquals(statuses(await restored(folder)), ["restored", "restored", "restored"]);
  }));

/** Runs the program on a manifest; `begun` is kept when it restores, `undefined` if it has nothing to. */
function start(path: string, { models, temporary, steps = 2 }: {
  readonly models: string;
  readonly temporary: string;
  readonly steps?: number;
}) {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", CLI, "restore", "--manifest", path, "--engine", "cpu"],
      ...["--model", `${models}/tiny.safetensors`, "--steps", `${steps}`],
    ],
    stdout: "null",
    stderr: "piped",
    env: { TMPDIR: temporary },
  }).spawn();
  const [first, all] = child.stderr.tee();
  const reader = first.getReader();
  // The radiometry of its first scene is the first that it says.
  const begun = reader.read();
  const rest = begun.then(async ({ done }) => {
    for (let end = done; !end;) ({ done: end } = await reader.read());
  });
  const said = new Response(all).text();
  const end = async () => {
    await rest;
    return { status: await child.status, err: await said };
  };
  return { begun, end, kill: (signal: Deno.Signal) => child.kill(signal) };
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Kills a run after `delay` ms of restoring, or lets it end before. */
async function killed(
  path: string,
  delay: number,
  folders: { readonly models: string; readonly temporary: string },
): Promise<boolean> {
  const run = start(path, folders);
  await run.begun;
  const ended = run.end();
  await Promise.race([sleep(delay), ended]);
  try {
    run.kill("SIGKILL");
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof TypeError)) throw error;
  }
  const { status } = await ended;
  return status.signal === "SIGKILL";
}

const SCENES = 8;
const KILLS = 10;
const KILLS_IN_A_ROW = 6;

slowTest(
  "a run that is killed at any moment resumes bit for bit",
  () =>
    inFolder(async (folder) => {
      const [models, temporary] = [`${folder}/models`, `${folder}/temporary`];
      for (const path of [models, temporary]) await Deno.mkdir(path);
      await saveModels(models);
      const manifest = async (name: string) => {
        await Deno.mkdir(`${folder}/${name}`);
        return await writeManifest(`${folder}/${name}`, SCENES);
      };
      const goOn = async (path: string) => {
        const { code, out, err } = await emrdm(
          ...["restore", "--manifest", path, "--engine", "cpu", "--steps", "2", "--json"],
          ...["--model", `${models}/tiny.safetensors`],
        );
        assertEquals(code, 0, err);
        return out.trim().split("\n").map((line) => JSON.parse(line).status);
      };

      const whole = start(await manifest("whole"), { models, temporary });
      await whole.begun;
      const begun = performance.now();
      const { status, err } = await whole.end();
      assertEquals(status.code, 0, err);
      const span = performance.now() - begun;
      const expected = await made(`${folder}/whole`);
      // Scenes with their items, four rasters of provenance with the names of their classes, three pictures.
      assertEquals(Object.keys(expected).length, 2 * SCENES + 4 + 4 + 3);

      const rng = createRng(7);
      const kinds = new Set<string>();
      // Two at a time, as there are processors.
      for (let i = 0; i < KILLS; i += 2) {
        await Promise.all([i, i + 1].map(async (kill) => {
          const path = await manifest(`kill-${kill}`);
          await killed(path, rng.uniform(kill) * span, { models, temporary });
        }));
        for (const kill of [i, i + 1]) {
          const at = `${folder}/kill-${kill}`;
          if (Object.keys(await made(at)).some((name) => name.endsWith(".partial"))) {
            kinds.add("cut");
          }
          for (const one of await goOn(`${at}/scenes.csv`)) kinds.add(one);
          assertEquals(await made(at), expected, `kill ${kill}`);
        }
      }
      // The kills hit scenes that were under way, and others were complete before.
      for (const kind of ["cut", "restored", "complete"]) assert(kinds.has(kind), kind);

      const row = await manifest("row");
      let hits = 0;
      for (let kill = 0; kill < KILLS_IN_A_ROW; kill++) {
        const delay = rng.fork("row").uniform(kill) * span / 3;
        if (await killed(row, delay, { models, temporary })) hits++;
      }
      assert(hits > 2, `${hits} kills came before the end`);
      await goOn(row);
      assertEquals(await made(`${folder}/row`), expected);
      assertEquals([...Deno.readDirSync(temporary)], []);
    }),
);

slowTest(
  "Ctrl-C ends a run within 2 s with code 130 and leaves whole scenes alone",
  () =>
    inFolder(async (folder) => {
      const [models, temporary, scenes] = ["models", "temporary", "scenes"].map((name) =>
        `${folder}/${name}`
      ) as [string, string, string];
      for (const path of [models, temporary, scenes]) await Deno.mkdir(path);
      await saveModels(models);
      const path = await writeManifest(scenes, 3);
      // A scene of that many steps takes minutes.
      const run = start(path, { models, temporary, steps: 2000 });
      await run.begun;
      await sleep(500);
      const asked = performance.now();
      run.kill("SIGINT");
      const { status, err } = await run.end();
      assertLess(performance.now() - asked, 2000);
      assertEquals(status.code, 130);
      assertEquals(err.trimEnd().split("\n").slice(-2), [
        "stopping; press Ctrl-C again to quit at once",
        "emrdm restore: interrupted; run the same command again to resume",
      ]);
      assertEquals(await made(scenes), {});
      assertEquals([...Deno.readDirSync(temporary)], []);
    }),
);

Deno.test({
  name: "a lost GPU ends a manifest, and does not make its scenes failures [webgpu]",
  ignore: ignores("webgpu"),
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () =>
    inFolder(async (folder) => {
      const scenes = await readManifest(await writeManifest(folder, 2));
      await useEngine("webgpu");
      const onGpu = tinyModel();
      (tf.backend() as GuardedWebGPUBackend).device.destroy();
      try {
        await assertRejects(() => restoreManifest(onGpu, scenes), DeviceLostError);
      } finally {
        await useEngine("cpu");
      }
    }),
});
