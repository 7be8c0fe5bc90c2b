/** What is left, and what is said, when a file cannot be written. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { OutputError } from "../../core/mod.ts";
import { createCog, readRaster, writeCog } from "../../rasters/mod.ts";
import { writeFileAtomically } from "../../files/mod.ts";
import { inFolder, makeRaster, namesIn, run } from "./cog_cases.ts";

const { data, ...header } = makeRaster({ width: 3, height: 2 });

const write = (path: string) => writeCog(path, { ...header, data });
const atomically = (path: string) => writeFileAtomically(path, [new Uint8Array([1, 2, 3])]);

/** One line that names the file. */
async function assertRefuses(work: () => Promise<unknown>, path: string, message: string) {
  const error = await assertRejects(work, OutputError, message);
  assert(error instanceof OutputError && !error.message.includes("\n"));
  assertStringIncludes(error.message, `Cannot write ${path}: `);
}

const library = new URL("../../rasters/mod.ts", import.meta.url).href;

/** A program that is half done with `image.tif`, of which all is in files, and says so. */
const HALF = `
import { createCog } from "${library}";
const writer = await createCog(Deno.args[0], {
  width: 512, height: 4096, bands: ["1"], dtype: "uint8",
});
await writer.write(new Uint8Array(512 * 1024).fill(7));
console.log("half");
await new Promise((resolve) => setTimeout(resolve, 60_000));
`;

/** Runs `work` while another program is half done with `path`. */
async function whileWriting(path: string, work: (kill: () => Promise<void>) => Promise<void>) {
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(script, HALF);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", script, path],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const kill = async () => {
    child.kill("SIGKILL");
    await child.status;
  };
  try {
    assertEquals(new TextDecoder().decode((await reader.read()).value), "half\n");
    await work(kill);
  } finally {
    await kill().catch(() => {});
    await reader.cancel();
    await Deno.remove(script);
  }
}

Deno.test("a killed run leaves one folder, which the next run removes", () =>
  inFolder(async (folder) => {
    const path = `${folder}/image.tif`;
    for (const again of [write, atomically]) {
      await whileWriting(path, async (kill) => {
        await assertRefuses(() => again(path), path, "another run is writing it");
        await kill();
        assertEquals(namesIn(folder), ["image.tif.partial"]);
        assert(namesIn(`${path}.partial`).includes("level-0"));
        await again(path);
        assertEquals(namesIn(folder), ["image.tif"]);
      });
      await Deno.remove(path);
    }
  }));

Deno.test("two writers of one file in one program are one too many", () =>
  inFolder(async (folder) => {
    const path = `${folder}/image.tif`;
    const writer = await createCog(path, header);
    await assertRefuses(() => createCog(path, header), path, "another run is writing it");
    await assertRefuses(() => atomically(path), path, "another run is writing it");
    await writer.write(data);
    await writer.commit();
    assertEquals((await readRaster(path)).data, data);
    assertEquals(namesIn(folder), ["image.tif"]);
  }));

Deno.test("writers that start and end at any time are refused for no other reason", () =>
  inFolder(async (folder) => {
    const path = `${folder}/image.tif`;
    let written = 0;
    const writer = async () => {
      for (let round = 0; round < 60; round++) {
        try {
          await writeCog(path, { ...header, data }, { overwrite: true });
          written++;
        } catch (error) {
          assert(error instanceof OutputError);
          assertStringIncludes(error.message, "another run is writing it");
        }
      }
    };
    await Promise.all(Array.from({ length: 6 }, writer));
    assert(written > 0);
    assertEquals(namesIn(folder), ["image.tif"]);
  }));

Deno.test("a file that appears meanwhile is not replaced", () =>
  inFolder(async (folder) => {
    const path = `${folder}/image.tif`;
    const writer = await createCog(path, header);
    await writer.write(data);
    await Deno.writeTextFile(path, "other");
    await assertRefuses(() => writer.commit(), path, "the file exists");
    assertEquals(namesIn(folder), ["image.tif"]);
    assertEquals(await Deno.readTextFile(path), "other");
  }));

Deno.test("a folder <path>.partial that is not ours is left alone", () =>
  inFolder(async (folder) => {
    const path = `${folder}/image.tif`;
    await Deno.mkdir(`${path}.partial`);
    await Deno.writeTextFile(`${path}.partial/thesis.txt`, "all I have");
    for (const work of [write, atomically]) {
      await assertRefuses(() => work(path), path, "thesis.txt; move it away");
      assertEquals(namesIn(`${path}.partial`), ["thesis.txt"]);
    }
    await Deno.remove(`${path}.partial`, { recursive: true });
    await Deno.writeTextFile(`${path}.partial`, "a file");
    for (const work of [write, atomically]) {
      await assertRefuses(() => work(path), path, "is in the way; move it away");
    }
    assertEquals(namesIn(folder), ["image.tif.partial"]);
  }));

Deno.test("what cannot be written is said before anything is computed", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    await Deno.mkdir(`${folder}/sub`);
    const cases: readonly (readonly [path: string, message: string])[] = [
      [`${folder}/none/image.tif`, `the folder ${folder}/none must exist; create it`],
      [`${folder}/file/image.tif`, `${folder}/file must be a folder; choose another`],
      [`${folder}/sub`, "it must name a file, got a folder"],
      [`${folder}/new/`, "it must name a file, got a folder"],
      [`${folder}/${"x".repeat(300)}.tif`, "the name must be shorter"],
    ];
    for (const [path, message] of cases) {
      await assertRefuses(() => createCog(path, header, { overwrite: true }), path, message);
      await assertRefuses(() => atomically(path), path, message);
    }
    assertEquals(namesIn(folder), ["file", "sub"]);
  }));

Deno.test("what Deno does not allow is an OutputError that names the flags", () =>
  inFolder(async (folder) => {
    const script = `${folder}/script.ts`;
    await Deno.writeTextFile(
      script,
      `import { createCog } from "${library}";
       await createCog("image.tif", { width: 1, height: 1, bands: ["1"], dtype: "uint8" })
         .catch((error) => console.log(error.name, error.message));`,
    );
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--no-prompt", "--allow-read", script],
      cwd: folder,
    }).output();
    assertStringIncludes(
      new TextDecoder().decode(stdout),
      "OutputError Cannot write image.tif: Deno must be allowed to read and write .; add ",
    );
    assertEquals(namesIn(folder), ["script.ts"]);
  }));

/** A shell command that runs where a folder is a disk of 1 MiB. */
const onDisk = (folder: string, options: string, command: string): readonly string[] => [
  ...["unshare", "-Urm", "sh", "-c"],
  `mount -t tmpfs -o ${options} tmpfs ${folder} && ${command}; ls ${folder}`,
];

async function works([program, ...args]: readonly string[]): Promise<boolean> {
  return (await run(program!, ...args))?.success ?? false;
}

/** Writes noise of that many rows of 1 KiB, and prints what goes wrong. */
const noise = (path: string, rows: number) => `
import { writeCog } from "${library}";
const data = new Uint8Array(1024 * ${rows});
for (let i = 0; i < data.length; i += 1024) crypto.getRandomValues(data.subarray(i, i + 1024));
await writeCog("${path}", { width: 1024, height: ${rows}, bands: ["1"], dtype: "uint8", data })
  .catch((error) => console.log(error.name, error.message));`;

async function outputOf(script: string, wrap: (command: string) => readonly string[]) {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, script);
  const [program, ...args] = wrap(`'${Deno.execPath()}' run --no-check -A ${file}`);
  const result = await run(program!, ...args);
  await Deno.remove(file);
  return result?.out;
}

const probe = await Deno.makeTempDir();
const HAS_DISKS = await works(onDisk(probe, "size=1m", "true"));
await Deno.remove(probe);
const IS_ROOT = (await run("id", "-u"))?.out.trim() === "0";
/** A shell that has none of the powers of root, if the tests have them. */
const SHELL = IS_ROOT ? ["unshare", "-U", "sh", "-c"] : ["sh", "-c"];
const HAS_PERMISSIONS = Deno.build.os !== "windows" && await works([...SHELL, "true"]);

Deno.test({
  name: "a folder that does not allow writing is an OutputError",
  ignore: !HAS_PERMISSIONS,
  fn: () =>
    inFolder(async (folder) => {
      await Deno.mkdir(`${folder}/sub`);
      await Deno.chmod(`${folder}/sub`, 0o555);
      const path = `${folder}/sub/image.tif`;
      assertEquals(
        await outputOf(noise(path, 1), (command) => [...SHELL, command]),
        `OutputError Cannot write ${path}: ${folder}/sub must be writable, got permission ` +
          "denied; choose another folder or change its permissions\n",
      );
      assertEquals(namesIn(folder), ["sub"]);
    }),
});

Deno.test({
  name: "a file system that is read-only is an OutputError",
  ignore: !HAS_DISKS,
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/image.tif`;
      assertEquals(
        await outputOf(noise(path, 1), (command) => onDisk(folder, "ro,size=1m", command)),
        `OutputError Cannot write ${path}: ${folder} must be writable, got a read-only file ` +
          "system; choose another folder\n",
      );
    }),
});

Deno.test({
  name: "a disk that is full is an OutputError, and nothing stays",
  ignore: !HAS_DISKS,
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/image.tif`;
      const small = (command: string) => onDisk(folder, "size=1m", command);
      assertEquals(await outputOf(noise(path, 300), small), "image.tif\n");
      // There is room for the spools but not for their copy; and not even for the spools.
      for (const rows of [600, 2048]) {
        assertEquals(
          await outputOf(noise(path, rows), small),
          `OutputError Cannot write ${path}: the disk must have free space, got a full disk; free ` +
            "some space or choose another disk\n",
        );
      }
    }),
});
