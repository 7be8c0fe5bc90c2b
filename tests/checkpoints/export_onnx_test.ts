import { assert, assertEquals, assertRejects } from "@std/assert";
import { type ExportedLevel, exportOnnx, loadModel } from "../../checkpoints/mod.ts";
import { type Sequence, tf, useEngine } from "../../engine/mod.ts";
import { ort } from "../../engine/native/ort.ts";
import { disableTelemetry } from "../../engine/native/telemetry.ts";
import { conditionChannels, createModel, type Model, sample } from "../../model/mod.ts";
import { euler } from "../../samplers/mod.ts";
import { assertClose, normals } from "../engines.ts";
import { livelyWeights } from "../networks/published.ts";
import { RUN_SLOW } from "../slow.ts";

disableTelemetry();

const MODEL = new URL("../../weights/s2-temporal.safetensors", import.meta.url).pathname;
const native = { sanitizeOps: false, sanitizeResources: false };

/** Float32 through five evaluations, on states of magnitude 100. */
const ROUNDING = 1e-4;

async function inFolder(f: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await f(`${folder}/model.onnx`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A text of the file's metadata: key and value are fields 1 and 2 of one message. */
function metadata(bytes: Uint8Array, key: string): string {
  const text = new TextDecoder("latin1").decode(bytes);
  let at = text.lastIndexOf(key) + key.length + 1;
  let length = 0;
  for (let shift = 0;; shift += 7) {
    const byte = bytes[at++]!;
    length += (byte & 127) * 2 ** shift;
    if (byte < 128) break;
  }
  return new TextDecoder().decode(bytes.subarray(at, at + length));
}

/** Euler steps with a bare onnxruntime: what a program without this library does. */
async function restoreWithOnnx(
  bytes: Uint8Array,
  { mu, condition, noise }: Record<"mu" | "condition" | "noise", Float32Array>,
  [length, side, bands, channels]: readonly [number, number, number, number],
): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(bytes);
  const levels: ExportedLevel[] = JSON.parse(metadata(bytes, "emrdm.levels"));
  let y = noise.map((n) => n * levels[0]!.sigma);
  let image = new Float32Array();
  for (const [i, level] of levels.entries()) {
    const number = (value: number) => new ort.Tensor("float32", Float32Array.of(value), [1]);
    const shape = [1, length, side, side];
    const { denoised } = await session.run({
      noised: new ort.Tensor("float32", y.map((v, j) => v + level.k * mu[j]!), [...shape, bands]),
      condition: new ort.Tensor("float32", condition, [...shape, channels]),
      ["c_in"]: number(level.cIn),
      ["c_skip"]: number(level.cSkip),
      ["c_out"]: number(level.cOut),
      ["c_noise"]: number(level.cNoise),
    });
    image = denoised!.data as Float32Array<ArrayBuffer>;
    const step = ((levels[i + 1]?.sigma ?? 0) - level.sigma) / level.sigma;
    y = y.map((v, j) => v + step * (v - image[j % image.length]!));
  }
  await session.release();
  return image;
}

/** Exports a model and asserts that onnxruntime restores with it what `sample()` does. */
async function compareExport(
  model: Model,
  path: string,
  { length, side }: { readonly length: number; readonly side: number },
): Promise<void> {
  const { card } = model;
  const bands = card.bands.length;
  const channels = conditionChannels(card);
  const { inputs, bytes } = await exportOnnx(model, path, { length, size: side });
  assertEquals(inputs.noised, [1, length, side, side, bands]);
  const file = await Deno.readFile(path);
  assertEquals(file.length, bytes);
  assertEquals(JSON.parse(metadata(file, "emrdm.card")).name, card.name);
  const pixels = length * side * side;
  const arrays = {
    mu: normals(pixels * bands, "mu"),
    condition: normals(pixels * channels, "condition"),
    noise: normals(pixels * bands, "noise"),
  };
  const found = await restoreWithOnnx(file, arrays, [length, side, bands, channels]);
  const levels: ExportedLevel[] = JSON.parse(metadata(file, "emrdm.levels"));
  const tensor = (data: Float32Array, depth: number) =>
    tf.tensor5d(data, [1, length, side, side, depth]) as Sequence;
  const image = await sample(model, {
    mu: tensor(arrays.mu, bands),
    condition: tensor(arrays.condition, channels),
    sampler: euler(),
    sigmas: [...levels.map(({ sigma }) => sigma), 0],
    noise: () => tensor(arrays.noise, bands),
  });
  assertClose(found, await image.data(), ROUNDING);
}

Deno.test({
  name: "exportOnnx() writes a file with which onnxruntime restores what sample() does",
  ignore: !RUN_SLOW,
  ...native,
  fn: () =>
    inFolder(async (path) => {
      await useEngine("wasm");
      const loaded = await loadModel(MODEL);
      const model = { ...loaded, card: { ...loaded.card, steps: 5 } };
      await compareExport(model, path, { length: 2, side: 32 });
    }),
});

Deno.test({
  name: "exportOnnx() of a convolutional network restores what sample() does",
  ...native,
  fn: () =>
    inFolder(async (path) => {
      await useEngine("wasm");
      const fresh = createModel({
        name: "small",
        bands: [{ name: "B04", unit: "DN" }, { name: "B08", unit: "DN" }],
        scaling: { low: 0, high: 10000, clip: true },
        tileSize: 16,
        steps: 3,
        network: {
          type: "convolutional",
          patchSize: [2, 2],
          levels: [{ width: 8, depth: 1 }, { width: 12, depth: 2, kernelSize: 5 }],
        },
      });
      const weights = livelyWeights(fresh.modules.network, 5, 0.3);
      await compareExport({ ...fresh, weights }, path, { length: 1, side: 24 });
    }),
});

Deno.test({
  name: "exportOnnx() does not replace a file unless it is told to",
  ...native,
  fn: () =>
    inFolder(async (path) => {
      await useEngine("cpu");
      const model = await loadModel(MODEL);
      await Deno.writeTextFile(path, "mine");
      await assertRejects(() => exportOnnx(model, path, { size: 32 }), TypeError, "file exists");
      await exportOnnx(model, path, { size: 32, overwrite: true });
      assert((await Deno.stat(path)).size > 1e6);
    }),
});

/** Whether Python has ONNX's own checker. */
const checker = await new Deno.Command("python3", { args: ["-c", "import onnx"], stderr: "null" })
  .output().then(({ success }) => success, () => false);

Deno.test({
  name: "exportOnnx() passes onnx.checker",
  ignore: !checker,
  ...native,
  fn: () =>
    inFolder(async (path) => {
      await useEngine("cpu");
      await exportOnnx(await loadModel(MODEL), path, { size: 64 });
      const script = `import onnx, sys
model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=False)
print([p.key for p in model.metadata_props])`;
      const { success, stdout, stderr } = await new Deno.Command("python3", {
        args: ["-c", script, path],
      }).output();
      assert(success, new TextDecoder().decode(stderr));
      assertEquals(new TextDecoder().decode(stdout).trim(), "['emrdm.card', 'emrdm.levels']");
    }),
});
