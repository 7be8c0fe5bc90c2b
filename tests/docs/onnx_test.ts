/** The programs of docs/onnx.md restore what `restoreImages` does, with the same noise. */

import { existsSync } from "node:fs";
import { assert, assertEquals, assertLess } from "@std/assert";
import { exportOnnx, loadModel } from "../../checkpoints/mod.ts";
import { createRng } from "../../core/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import { pixelNoise, restoreImages, toUnit } from "../../model/mod.ts";
import { RUN_SLOW } from "../slow.ts";
import { read, ROOT } from "./documents.ts";

/** On the scale [−1, 1]. */
const TOLERANCE = 1e-4;
const SIZE = { batch: 1, length: 3, height: 32, width: 32 };
const REFERENCE = 1;
const SHAPE = [SIZE.length, SIZE.height, SIZE.width];
/** Version of the engine's onnxruntime-node. */
const ONNXRUNTIME = "1.30.0";
const PAGE = await read("docs/onnx.md");

const NODE = `
const bytes = async (name) => (await readFile(name)).buffer.slice(0);
const { cloudy, noise, masks } = Object.fromEntries(await Promise.all(
  ["cloudy", "noise", "masks"].map(async (name) => [name, new Float32Array(await bytes(name))])));
const options = { reference: ${REFERENCE}, noise, masks };
const image = await restore(await load("model.onnx"), cloudy, [${SHAPE}], options);
const { writeFile } = await import("node:fs/promises");
await writeFile("image", new Uint8Array(image.buffer));
`;
const PYTHON = `
cloudy, noise, masks = (np.fromfile(name, np.float32).reshape(${SHAPE.join(", ")}, -1)
                        for name in ("cloudy", "noise", "masks"))
image = restore(load("model.onnx"), cloudy, ${REFERENCE}, masks[..., 0], noise)
image.astype(np.float32).tofile("image")
`;

function program(language: string): string {
  const found = new RegExp(`^\`\`\`${language}(?: ignore)?\\n([\\s\\S]*?)^\`\`\``, "m").exec(PAGE)
    ?.[1];
  assert(found !== undefined, `docs/onnx.md must have a program in ${language}`);
  return found;
}

/** Packages of `npm install onnxruntime-node`, linked from Deno's cache. */
async function linkPackages(folder: string): Promise<void> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { npmCache } = JSON.parse(new TextDecoder().decode(stdout));
  await Deno.mkdir(`${folder}/node_modules`);
  const [registry] = [...Deno.readDirSync(npmCache)].map(({ name }) => `${npmCache}/${name}`)
    .filter((path) => existsSync(`${path}/onnxruntime-node/${ONNXRUNTIME}`));
  for (const name of ["onnxruntime-node", "onnxruntime-common"]) {
    await Deno.symlink(`${registry}/${name}/${ONNXRUNTIME}`, `${folder}/node_modules/${name}`);
  }
}

async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  const env = { NO_COLOR: "1", ORT_DISABLE_TELEMETRY: "1" };
  const { code, stderr } = await new Deno.Command(command, { args: [...args], cwd, env }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
}

function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  return new Deno.Command(command, { args: [...args], stdout: "null", stderr: "null" })
    .output().then(({ success }) => success, () => false);
}

/** Runs a program of the page in a folder with a model and inputs, and compares its image. */
async function compare(
  runIn: (folder: string) => Promise<void>,
): Promise<void> {
  await useEngine("wasm");
  const model = await loadModel(new URL("weights/s2-temporal.safetensors", ROOT).pathname);
  const { card: { bands: { length: channels }, opaqueCloud, scaling } } = model;
  const rng = createRng(5);
  const pixels = SHAPE.reduce((product, size) => product * size);
  const cloudy = Float32Array.from(rng.uniforms(pixels * channels), (value) => 4000 * value);
  const masks = Float32Array.from({ length: pixels }, (_, p) => p % 32 < 12 ? 1 : 0);
  const noise = pixelNoise(createRng(0), {
    draw: 0,
    origins: [{ x: 0, y: 0 }],
    channels,
    size: SIZE,
  });
  const shown = cloudy.map((value, i) =>
    masks[Math.floor(i / channels)] === 0 ? value : opaqueCloud![i % channels]!
  );
  const ours = await restoreImages(model, { ...SIZE, cloudy: shown, reference: REFERENCE }, {
    steps: 3,
  });
  const folder = await Deno.makeTempDir();
  try {
    await exportOnnx(model, `${folder}/model.onnx`, { size: SIZE.height, length: 3, steps: 3 });
    for (const [name, { buffer }] of Object.entries({ cloudy, noise, masks })) {
      await Deno.writeFile(`${folder}/${name}`, new Uint8Array(buffer as ArrayBuffer));
    }
    await runIn(folder);
    const found = new Float32Array((await Deno.readFile(`${folder}/image`)).buffer);
    assertEquals(found.length, ours.image.length);
    const [a, b] = [found, ours.image].map((image) => toUnit(image, scaling, channels));
    assertLess(Math.max(...a!.map((value, i) => Math.abs(value - b![i]!))), TOLERANCE);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "the Node program of docs/onnx.md restores what restoreImages() does",
  ignore: !RUN_SLOW || !await succeeds("node", ["--version"]),
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () =>
    compare(async (folder) => {
      await Deno.writeTextFile(`${folder}/restore.mjs`, program("js") + NODE);
      await linkPackages(folder);
      await run("node", ["--preserve-symlinks", "restore.mjs"], folder);
    }),
});

Deno.test({
  name: "the Python program of docs/onnx.md restores what restoreImages() does",
  ignore: !RUN_SLOW || !await succeeds("python3", ["-c", "import onnxruntime, numpy"]),
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () =>
    compare(async (folder) => {
      await Deno.writeTextFile(`${folder}/restore.py`, program("python") + PYTHON);
      await run("python3", ["restore.py"], folder);
    }),
});
