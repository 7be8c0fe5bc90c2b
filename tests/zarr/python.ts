/** Python with zarr and xarray, which write and judge stores in tests. */

/** True if Debian's Python has zarr and xarray. */
export const HAS_ZARR = await new Deno.Command("/usr/bin/python3", {
  args: ["-c", "import zarr, xarray"],
  stdout: "null",
  stderr: "null",
}).output().then(({ success }) => success, () => false);

/** Runs a script and returns what it prints. @throws If it fails; the message has its output. */
export async function python(args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("/usr/bin/python3", {
    args: [...args],
  })
    .output();
  const text = new TextDecoder();
  if (!success) throw new Error(`python3 ${args[0]}: ${text.decode(stderr)}`);
  return text.decode(stdout);
}
