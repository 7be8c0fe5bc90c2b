/** JPEG 2000 through GDAL; skipped where gdal_translate is not installed. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Crs, InputError, type Raster } from "../../core/mod.ts";
import { openClassMask } from "../../clouds/mod.ts";
import { openScene } from "../../products/mod.ts";
import { readRaster, writeCog } from "../../rasters/mod.ts";
import { RUN_SLOW } from "../slow.ts";

async function translate(args: readonly string[]): Promise<boolean> {
  try {
    return (await new Deno.Command("gdal_translate", { args: [...args], stdout: "null" }).output())
      .success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The system's folder for temporary files. */
async function temporaryFolder(): Promise<string> {
  const folder = await Deno.makeTempDir();
  await Deno.remove(folder);
  return folder.replace(/\/[^/]*$/, "");
}

const LOSSLESS = ["-q", "-of", "JP2OpenJPEG", "-co", "QUALITY=100", "-co", "REVERSIBLE=YES"];
const present = await (async () => {
  const folder = await Deno.makeTempDir();
  const raster = { width: 8, height: 8, bands: ["1"], dtype: "uint16" as const };
  await writeCog(`${folder}/a.tif`, { ...raster, data: new Uint16Array(64) });
  const found = await translate([...LOSSLESS, `${folder}/a.tif`, `${folder}/a.jp2`]);
  await Deno.remove(folder, { recursive: true });
  return found;
})();

const UTM33: Crs = {
  epsg: 32633,
  geoKeys: { directory: [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32633] },
};

function raster(side: number, metres: number, value: (i: number) => number): Raster {
  return {
    width: side,
    height: side,
    bands: ["1"],
    data: Uint16Array.from({ length: side * side }, (_, i) => value(i)),
    dtype: "uint16",
    transform: [600000, metres, 0, 5300040, 0, -metres],
    crs: UTM33,
  };
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "test-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function writeJp2(path: string, image: Raster): Promise<void> {
  await writeCog(`${path}.tif`, image);
  assertEquals(await translate([...LOSSLESS, `${path}.tif`, path]), true);
  await Deno.remove(`${path}.tif`);
}

/** Leftovers of this process's conversions in the system's temporary folder. */
async function leftovers(): Promise<readonly string[]> {
  const entries = await Array.fromAsync(Deno.readDir(await temporaryFolder()));
  return entries.map(({ name }) => name).filter((name) => name.startsWith(`emrdm-${Deno.pid}-`))
    .sort();
}

Deno.test({
  name:
    "openScene() reads a product of JPEG 2000 files as one of GeoTIFFs, and leaves nothing behind",
  ignore: !present,
  fn: () =>
    inFolder(async (folder) => {
      const before = await leftovers();
      const images = `${folder}/x.SAFE/GRANULE/L1C_x/IMG_DATA`;
      const tiffs = `${folder}/tiffs`;
      await Deno.mkdir(images, { recursive: true });
      await Deno.mkdir(tiffs);
      for (const [name, metres] of [["B02", 10], ["B05", 20], ["B09", 60]] as const) {
        const image = raster(600 / metres, metres, (i) => 100 + (i * 37) % 4000);
        await writeJp2(`${images}/T33UUP_20220404T101559_${name}.jp2`, image);
        await writeCog(`${tiffs}/${name}.tif`, image);
      }
      const [scene, expected] = [await openScene(`${folder}/x.SAFE`), await openScene(tiffs)];
      assertEquals([scene.kind, scene.blockHeight], ["safe", 512]);
      assertEquals(scene.header.transform, [600000, 10, 0, 5300040, 0, -10]);
      assertEquals([scene.header.crs?.epsg, scene.header.width], [32633, 60]);
      for (const window of [undefined, { column: 3, row: 50, width: 20, height: 9 }]) {
        const request = window === undefined ? {} : { window };
        assertEquals((await scene.read(request)).data, (await expected.read(request)).data);
      }
      await scene.close();
      await expected.close();
      assertEquals(await leftovers(), before);
    }),
});

Deno.test({
  name: "openClassMask() reads a classification in JPEG 2000",
  ignore: !present,
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/T33UUP_SCL_20m.jp2`;
      await writeJp2(path, raster(30, 20, (i) => i % 2 === 0 ? 9 : 4));
      const grid = { ...raster(60, 10, () => 0), bands: ["B02"] };
      const mask = await openClassMask(path, { grid });
      const window = { column: 0, row: 0, width: 4, height: 1 };
      assertEquals(await mask.read(window), new Uint8Array([1, 1, 0, 0]));
      await mask.close();
    }),
});

Deno.test({
  name: "openScene() names a JPEG 2000 file that is damaged, and leaves nothing behind",
  ignore: !present,
  fn: () =>
    inFolder(async (folder) => {
      const before = await leftovers();
      const path = `${folder}/T33UUP_B02_10m.jp2`;
      await writeJp2(path, raster(64, 10, (i) => i));
      const scene = await openScene(path);
      assertEquals(scene.header.bands, ["B02"]);
      await assertRejects(
        () => scene.read({ window: { column: 60, row: 0, width: 5, height: 1 } }),
        RangeError,
        `${path}: the window must lie inside 64×64`,
      );
      await Deno.truncate(path, 400);
      const broken = await assertRejects(() => scene.read(), InputError, `raster ${path}: GDAL`);
      assertEquals(broken.message.split("\n").length, 1);
      await scene.close();
      for (const length of [0, 10, 60]) {
        await Deno.truncate(path, length);
        await assertRejects(() => openScene(path), InputError, path);
      }
      await assertRejects(() => readRaster(path), InputError, "it must be a GeoTIFF");
      assertEquals(await leftovers(), before);
    }),
});

interface ElsewhereOptions {
  readonly permissions: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What else to do with the scene: an expression. */
  readonly then?: string;
  /** A program, with arguments, that runs what is run. */
  readonly within?: readonly string[];
}

/** Opens a JPEG 2000 file in a process of its own. */
async function commandElsewhere(
  path: string,
  { permissions, env, then = "undefined", within = [] }: ElsewhereOptions,
): Promise<Deno.Command> {
  const module = new URL("../../products/mod.ts", import.meta.url);
  const code = `import { openScene } from ${JSON.stringify(module.href)};
    try {
      const scene = await openScene(${JSON.stringify(path)});
      await ${then};
      await scene.close();
      console.log("opened");
    } catch (error) { console.log(error.name + ": " + error.message); }`;
  const main = path.replace(/[^/]*$/, "main.ts");
  await Deno.writeTextFile(main, code);
  const rights = ["--allow-read", "--allow-write", "--allow-env", ...permissions];
  const line = [...within, Deno.execPath(), "run", "--no-prompt", "--no-lock", ...rights, main];
  return new Deno.Command(line[0]!, {
    args: line.slice(1),
    stdout: "piped",
    stderr: "piped",
    ...(env && { env: { ...env } }),
  });
}

async function openElsewhere(path: string, options: ElsewhereOptions): Promise<string> {
  const { stdout, stderr } = await (await commandElsewhere(path, options)).output();
  return new TextDecoder().decode(stdout) || new TextDecoder().decode(stderr);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

/** Pixels that take long to convert. */
function noise(side: number): Raster {
  return raster(side, 10, (i) => 1 + (Math.imul(i, 2654435761) >>> 17));
}

const GDAL = ["--allow-run=gdal_translate"];

Deno.test({
  name: "opening a JPEG 2000 file removes what a killed run left, and nothing else",
  ignore: !RUN_SLOW || !present || Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/B02.jp2`;
      const tmp = `${folder}/tmp`;
      const env = { TMPDIR: tmp };
      await Deno.mkdir(tmp);
      await writeJp2(path, noise(4096));
      const command = await commandElsewhere(path, {
        permissions: GDAL,
        env,
        then: "scene.read({ window: { column: 0, row: 0, width: 1, height: 1 } })",
      });
      const killed = command.spawn();
      const converts = async () => {
        for (const name of await namesIn(tmp)) {
          const content = await namesIn(`${tmp}/${name}`).catch((): string[] => []);
          if (content.includes("whole.tif")) return name;
        }
        return undefined;
      };
      let ended = false;
      const end = killed.status.then(() => ended = true);
      let left: string | undefined;
      while (left === undefined && !ended) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        left = await converts();
      }
      // It has ended before if nothing was to be seen of its work.
      assert(left !== undefined && !ended);
      killed.kill("SIGKILL");
      await killed.output();
      await end;
      assertEquals(await namesIn(tmp), [left]);
      assert(left.startsWith(`emrdm-${killed.pid}-`));

      const make = async (name: string, files: readonly string[]) => {
        await Deno.mkdir(`${tmp}/${name}`);
        for (const file of files) await Deno.writeTextFile(`${tmp}/${name}/${file}`, "");
      };
      await make("emrdm-1-aa", ["lock", "whole.tif"]);
      await make("emrdm-bb", ["whole.tif"]);
      await make("emrdm-cc", ["pixel.tif", "pixel.tif.aux.xml"]);
      await make("emrdm-2-dd", ["lock", "whole.tif", "letter.txt"]);
      await make("emrdm-notes", ["whole.tif"]);
      const now = Date.now();
      for (const name of ["emrdm-1-aa", "emrdm-cc", "emrdm-2-dd", "emrdm-notes"]) {
        await Deno.utime(`${tmp}/${name}`, new Date(now), new Date(now - 25 * 3600 * 1000));
      }
      using lock = await Deno.open(`${tmp}/emrdm-1-aa/lock`, { write: true });
      assertEquals(await lock.tryLock(true), true);
      assertEquals(await openElsewhere(path, { permissions: GDAL, env }), "opened\n");
      // One that a process holds, a young one, one with a stranger's file, and another's name.
      const kept = ["emrdm-1-aa", "emrdm-2-dd", "emrdm-bb", "emrdm-notes"];
      assertEquals(await namesIn(tmp), kept);
    }),
});

/** Whether a file system of a size can be mounted, in a name space of its own. */
const mounts = await (async () => {
  const args = ["-rm", "sh", "-c", "mount -t tmpfs -o size=64k tmpfs /mnt"];
  try {
    return (await new Deno.Command("unshare", { args, stderr: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
})();

Deno.test({
  name: "a JPEG 2000 file whose pixels find no room names TMPDIR",
  ignore: !present || !mounts,
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/B02.jp2`;
      const tmp = `${folder}/tmp`;
      await Deno.mkdir(tmp);
      await writeJp2(path, noise(1024));
      const full =
        `InputError: Cannot read raster ${path}: the folder for temporary files, ${tmp}, ` +
        "must have room for the pixels, got a full disk; free some space, or set TMPDIR to a folder " +
        "on another disk\n";
      for (
        const [options, then] of [
          // Room for the pixel of the header, and for none at all; no more files.
          ["size=128k", ""],
          ["size=64k", "head -c 64k /dev/zero > $TMPDIR/z;"],
          ["nr_inodes=2", ""],
        ] as const
      ) {
        const script = `mount -t tmpfs -o ${options} tmpfs $TMPDIR; ${then} "$@"`;
        const said = await openElsewhere(path, {
          permissions: GDAL,
          env: { TMPDIR: tmp },
          then: "scene.read()",
          within: ["unshare", "-rm", "sh", "-c", script, "sh"],
        });
        assertEquals(said, full);
      }
    }),
});

Deno.test({
  name: "openScene() says what JPEG 2000 needs: gdal_translate, and the permission to run it",
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/B02.jp2`;
      // The head of a JP2 file of 1×1 pixels.
      const head = "\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 \0\0\0\0jp2 " +
        "\0\0\0\x2djp2h\0\0\0\x16ihdr\0\0\0\x01\0\0\0\x01\0\x01\x0f\x07\0\0";
      await Deno.writeFile(path, Uint8Array.from(head, (char) => char.charCodeAt(0)));
      assertEquals(
        await openElsewhere(path, { permissions: [] }),
        `InputError: Cannot read raster ${path}: JPEG 2000 is read through gdal_translate, which Deno ` +
          "must be allowed to run; use deno task restore:jp2, or add --allow-run=gdal_translate (or " +
          "install gdal-bin, or convert with gdal_translate to GeoTIFF)\n",
      );
      assertEquals(
        await openElsewhere(path, { permissions: ["--allow-run"], env: { PATH: folder } }),
        `InputError: Cannot read raster ${path}: JPEG 2000 is read through gdal_translate, which is ` +
          "missing; install gdal-bin, or convert with gdal_translate to GeoTIFF\n",
      );
    }),
});

Deno.test({
  name: "a JPEG 2000 file that is closed while it is converted stops, and leaves nothing",
  ignore: !present,
  fn: () =>
    inFolder(async (folder) => {
      const before = await leftovers();
      await writeJp2(
        `${folder}/B02.jp2`,
        raster(2048, 10, (i) => 1 + Math.imul(i, 2654435761) >>> 17),
      );
      const scene = await openScene(`${folder}/B02.jp2`);
      const window = { column: 0, row: 0, width: 1, height: 1 };
      const reading = assertRejects(() => scene.read({ window }), InputError, "closed");
      await scene.close();
      await reading;
      assertEquals(await leftovers(), before);
      await assertRejects(() => scene.read({ window }), InputError, "closed");
      assertEquals(await leftovers(), before);
    }),
});
