/** Full and read-only disks: every command ends with code 4 and the name of the file. */

import { assertEquals } from "@std/assert";
import { RUN_SLOW } from "../slow.ts";
import { inFolder } from "./run.ts";

const SCRIPT = new URL("full_disk.ts", import.meta.url).pathname;

/** Runs a command where a folder is a disk of 1 MiB; undefined where that is not possible. */
async function onDisk(folder: string, command: string) {
  const script = `mount -t tmpfs -o size=1m tmpfs '${folder}' && ${command}`;
  try {
    return await new Deno.Command("unshare", { args: ["-Urm", "sh", "-c", script] }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

const probe = await Deno.makeTempDir();
const HAS_DISKS = (await onDisk(probe, "true"))?.success ?? false;
await Deno.remove(probe);

Deno.test({
  name: "every command that meets a full or read-only disk ends with code 4 and names the file",
  ignore: !RUN_SLOW || !HAS_DISKS,
  fn: () =>
    inFolder(async (folder) => {
      for (const name of ["disk", "inputs"]) await Deno.mkdir(`${folder}/${name}`);
      const command =
        `'${Deno.execPath()}' run -A --no-check ${SCRIPT} '${folder}/disk' '${folder}/inputs'`;
      const result = (await onDisk(`${folder}/disk`, command))!;
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
      assertEquals(result.code, 0, text(result.stderr));
      assertEquals(text(result.stdout), "");
    }),
});
