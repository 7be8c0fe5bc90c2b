/** Engine native sends no usage data: onnxruntime's sender, which leaves a file, never starts. */

import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../../", import.meta.url);

const OURS = `
  import { compile, readTensor, tf, useEngine } from ${
  JSON.stringify(new URL("engine/mod.ts", ROOT))
};
  await useEngine("native", { log: () => {} });
  const double = compile(({ x }) => ({ y: tf.add(x, x) }));
  const { y } = await double({ x: tf.tensor1d([1, 2]) });
  console.log(Array.from(await readTensor(y)).join());
`;
/** The same library without what stops it; the bytes are no model, but the sender starts before. */
const THEIRS = `
  const { InferenceSession } = await import("npm:onnxruntime-node@1.30.0");
  await InferenceSession.create(new Uint8Array([1])).catch(() => {});
`;

/** What a program needs of our environment; others, such as CI, may keep onnxruntime silent. */
const NEEDED = [
  "HOME",
  "PATH",
  "DENO_DIR",
  "XDG_CACHE_HOME",
  "DENO_CERT",
  "DENO_TLS_CA_STORE",
  "NODE_EXTRA_CA_CERTS",
];

function neededEnvironment(): Record<string, string> {
  return Object.fromEntries(NEEDED.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

/** Files that a program leaves in its folder for temporary files. */
async function leftBy(program: string, permissions: readonly string[]) {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/program.ts`;
    await Deno.writeTextFile(path, program);
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--no-prompt", ...permissions, path],
      cwd: ROOT.pathname,
      env: { ...neededEnvironment(), TMPDIR: folder },
      clearEnv: true,
    }).output();
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    return {
      out: text(stdout),
      err: text(stderr),
      sender: names.filter((name) => name !== "program.ts"),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const permissions of [["-A"], ["--allow-ffi", "--allow-read"]]) {
  Deno.test({
    name: `engine native sends nothing with ${permissions.join(" ")}`,
    ignore: Deno.build.os !== "linux",
    fn: async () => {
      const { out, err, sender } = await leftBy(OURS, permissions);
      assertEquals(out, "2,4", err);
      assertEquals(sender, []);
    },
  });
}

Deno.test({
  name: "onnxruntime alone would send, and leaves its file",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const { sender, err } = await leftBy(THEIRS, ["-A"]);
    assert(sender.some((name) => name.startsWith("mat-debug-")), `${sender} ${err}`);
  },
});
