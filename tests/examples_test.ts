import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";

const EXAMPLES = new URL("../examples/", import.meta.url);

/** The call that an example's header gives, without what may be left out: deno's arguments. */
async function callOf(name: string): Promise<string[]> {
  const header = (await Deno.readTextFile(new URL(name, EXAMPLES))).split("*/")[0]!;
  const call = /deno run (.*)/.exec(header)?.[1];
  assert(call !== undefined, `the header of ${name} must say how to run it`);
  const path = Deno.realPathSync(EXAMPLES);
  const args = call.replace(/ *\[[^\]]*\]/g, "").split(" ");
  return args.map((arg) => arg.replace(/^examples\//, `${path}/`));
}

/** Runs an example as its header says, in an empty folder; gives the lines that it prints. */
async function runExample(
  name: string,
  check: (lines: readonly string[], folder: string) => void,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", ...await callOf(name)],
      cwd: folder,
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assertEquals(code, 0, text(stderr));
    check(text(stdout).trimEnd().split("\n"), folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("examples/method_on_one_page.ts samples in at most 60 lines", async () => {
  const code = await Deno.readTextFile(new URL("method_on_one_page.ts", EXAMPLES));
  assert(code.trimEnd().split("\n").length <= 60);
  await runExample("method_on_one_page.ts", (lines) => {
    assertEquals(lines.length, 6);
    assertMatch(lines[0]!, /^σ 100 → 20\.7, k 300$/);
    assertMatch(lines[5]!, /^restored \[1, 1, 16, 16, 3\], mean -?\d\.\d{3}$/);
  });
});

Deno.test("examples/restore_array.ts restores an array", () =>
  runExample("restore_array.ts", (lines) => {
    assertEquals(lines[1], "restored 32×32 pixels in 13 bands with tiny-random");
    assertMatch(lines[2]!, /^PSNR of the cloudy input \d+\.\d\d dB$/);
    assertMatch(lines[3]!, /^PSNR of the result {7}\d+\.\d\d dB$/);
  }));

Deno.test("examples/restore_series.ts restores files", () =>
  runExample("restore_series.ts", (lines, folder) => {
    assertEquals(lines.filter((line) => line.startsWith("tile ")).at(-1), "tile 6 of 6");
    const scored = lines.filter((line) => / PSNR \d+\.\d\d dB, SAM \d+\.\d\d°$/.test(line));
    // The restored image and nine baselines.
    assertEquals(scored.length, 10);
    const files = Array.from(Deno.readDirSync(`${folder}/out`), ({ name }) => name);
    assertEquals(files.toSorted(), [
      "before_after.png",
      ...["2026-06-20", "2026-07-05", "2026-07-20"].map((date) => `cloudy_${date}.tif`),
      "restored.item.json",
      "restored.provenance.tif",
      "restored.provenance.tif.aux.xml",
      "restored.tif",
    ]);
  }));

Deno.test("examples/compare_samplers.ts shows that more steps are nearer the fine solution", () =>
  runExample("compare_samplers.ts", (lines) => {
    const rows = lines.slice(2).map((line) => line.split(/ +/));
    assertEquals(rows.length, 9);
    for (const name of ["euler", "heun", "multistep"]) {
      const errors = rows.filter(([sampler]) => sampler === name).map(([, , error]) => +error!);
      assertEquals(errors.length, 3);
      assertLess(errors.at(-1)!, errors[0]!, name);
    }
  }));
