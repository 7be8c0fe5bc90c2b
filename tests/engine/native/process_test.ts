import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { slowTest } from "../../slow.ts";

const ROOT = new URL("../../../", import.meta.url);
const CLI = new URL("cli.ts", ROOT).pathname;
const MODEL = new URL("weights/s2-temporal.safetensors", ROOT).pathname;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function inFolder(f: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await f(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What a script that imports the library prints. */
async function output(code: string, permissions: readonly string[]) {
  const library = new URL("engine/mod.ts", ROOT).href;
  const source = `import { compile, readTensor, tf, useEngine } from "${library}";\n${code}`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", ...permissions, "--ext=ts", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { ["NO_COLOR"]: "1" },
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(source));
  await writer.close();
  const { code: rc, stdout, stderr } = await child.output();
  return { rc, out: text(stdout), err: text(stderr) };
}

Deno.test("a program that used engine native ends by itself", async () => {
  const { rc, out, err } = await output(
    `await useEngine("native");
const f = compile(({ x }) => ({ y: tf.square(x) }));
const { y } = await f({ x: tf.tensor1d([3]) });
console.log((await readTensor(y))[0]);`,
    ["--allow-read", "--allow-ffi"],
  );
  assertEquals([rc, out.trim()], [0, "9"], err);
});

Deno.test("engine native without --allow-ffi says what to add, and wasm still works", async () => {
  const { out, err } = await output(
    `for (const name of ["native", "auto", "wasm"]) {
  try {
    console.log((await useEngine(name, { log() {} })).name);
  } catch (error) {
    console.log(error.name, error.message);
  }
}`,
    ["--allow-read"],
  );
  const [named, chosen, wasm] = out.trim().split("\n");
  assertStringIncludes(named!, "NativeUnavailableError Cannot use engine native", err);
  assertStringIncludes(named!, "add --allow-ffi, or use --engine wasm");
  // With a hardware GPU, auto takes that.
  assert(/add --allow-ffi|^webgpu$/.test(chosen!), chosen);
  assertEquals(wasm, "wasm");
});

Deno.test("500 steps on engine native keep the memory flat", async () => {
  const { rc, out, err } = await output(
    `await useEngine("native");
const f = compile(({ state, x }, { random }) => {
  const next = tf.add(tf.mul(state, 0.9), tf.matMul(x, random("r", [256, 256])));
  return { state: next, norm: tf.sqrt(tf.sum(tf.square(next))) };
}, { resident: ["state"], donated: ["state"] });
let state = tf.zeros([256, 256]);
const x = tf.ones([256, 256]);
const before = tf.memory().numTensors;
const sizes = [];
for (let step = 0; step <= 500; step++) {
  const next = await f({ state, x }, (_, [m, n]) => new Float32Array(m * n).fill(1e-3));
  state.dispose();
  state = next.state;
  next.norm.dispose();
  if (step === 150 || step === 500) sizes.push(Deno.memoryUsage().rss / 2 ** 20);
}
console.log(JSON.stringify({ sizes, tensors: tf.memory().numTensors - before }));`,
    ["--allow-read", "--allow-ffi"],
  );
  assertEquals(rc, 0, err);
  const { sizes: [early, late], tensors } = JSON.parse(out);
  assertEquals(tensors, 0);
  // Garbage collection makes it swing; 350 steps of what is sent alone would be 260 MiB.
  assert(late - early < 60, `from ${early} to ${late} MiB`);
});

slowTest(
  "Ctrl-C during a restoration on native ends it within 2 s and leaves no file",
  () =>
    inFolder(async (folder) => {
      const scene = `${folder}/scene`;
      const synth = await new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "-A", CLI, "synth", "--out", scene, "--scenes", "1", "--dates", "3"],
          ...["--size", "512"],
        ],
      }).output();
      assert(synth.success, text(synth.stderr));
      const dates = [...Deno.readDirSync(`${scene}/cloudy/`)].map(({ name }) => name).toSorted()
        .map((name) => `${scene}/cloudy/${name}`);
      assertEquals(dates.length, 3);
      const result = `${folder}/clear.tif`;
      const child = new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "-A", CLI, "restore", ...dates, "--model", MODEL, "--engine", "native"],
          ...["--steps", "50", "--out", result],
        ],
        stdout: "null",
        stderr: "piped",
      }).spawn();
      // Under way once the engine has said what it is; a 512² scene of 50 steps takes a minute.
      await new Promise((resolve) => setTimeout(resolve, 5000));
      const started = performance.now();
      child.kill("SIGINT");
      const { code, stderr } = await child.output();
      const seconds = (performance.now() - started) / 1000;
      assert(seconds < 2, `it took ${seconds} s`);
      assert(code !== 0, text(stderr));
      const left = [...Deno.readDirSync(folder)].map(({ name }) => name);
      assertEquals(left, ["scene"]);
    }),
);
