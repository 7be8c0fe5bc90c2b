/**
 * GDAL's programs, which write and judge files in tests.
 *
 * @module
 */

/** True if GDAL's programs are installed. */
export const HAS_GDAL = await new Deno.Command("/bin/sh", {
  args: ["-c", "gdal_translate --version"],
  stdout: "null",
  stderr: "null",
}).output().then(({ success }) => success);

/** Runs a shell command in a folder. @throws If it fails; the message has its output. */
export async function shell(command: string, folder = "."): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", command],
    cwd: folder,
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)) as [
    string,
    string,
  ];
  if (!success) throw new Error(`${command}: ${err || out}`);
  return out;
}
