import { assert, assertEquals } from "@std/assert";
import { published } from "../../checkpoints/mod.ts";
import { type EngineName, readTensor, type Sequence, tf } from "../../engine/mod.ts";
import { networks } from "../../networks/mod.ts";
import { Registry } from "../../core/mod.ts";
import { assertClose, elements, ignores, normalTensor, switchEngine } from "../engines.ts";
import { disposeWeights, PUBLISHED, quickWeights } from "./published.ts";
import { run } from "../run.ts";
import { RUN_SLOW } from "../slow.ts";

const SPEC = new URL("../../../shared/spec/", import.meta.url);

function exists(url: URL): boolean {
  try {
    Deno.statSync(url);
    return true;
  } catch {
    return false;
  }
}

for (const [name, { make, parameters, buffers }] of Object.entries(PUBLISHED)) {
  const table = new URL(`state_dict_${name}.tsv`, SPEC);
  Deno.test({
    name: `the ${name} network has the tensors of the authors' checkpoint`,
    ignore: !exists(table),
    fn: async () => {
      const [, ...lines] = (await Deno.readTextFile(table)).trimEnd().split("\n");
      const wanted = lines.map((line) => {
        const [full, shape, kind] = line.split("\t") as [string, string, string];
        const sizes: number[] = JSON.parse(shape);
        return {
          name: full.replace(/^diffusion_model\./, ""),
          // Files keep linear weights as [out, in].
          shape: sizes,
          role: kind === "P" ? "param" : "buffer",
        };
      });
      const linear = (tensor: string, rank: number) => rank === 2 && (tensor.endsWith(".weight"));
      const actual = make().tensors.map((spec) => ({
        name: spec.name,
        shape: linear(spec.name, spec.shape.length) ? spec.shape.toReversed() : [...spec.shape],
        role: spec.role,
      }));
      const byName = (a: { name: string }, b: { name: string }) => a.name < b.name ? -1 : 1;
      assertEquals(actual.toSorted(byName), wanted.toSorted(byName));
    },
  });

  Deno.test(`the ${name} network has ${parameters} parameters and ${buffers} numbers in buffers`, () => {
    const count = (role: "param" | "buffer") =>
      make().tensors.filter((spec) => spec.role === role)
        .reduce((sum, { shape }) => sum + elements(shape), 0);
    assertEquals([count("param"), count("buffer")], [parameters, buffers]);
  });

  Deno.test(`the ${name} card of checkpoints/ builds the same network`, () => {
    const config = published[name as keyof typeof published].modules.network;
    const built = new Registry({ network: networks }).create("network", config as never);
    const shapes = (network: typeof built) =>
      network.tensors.map((spec) => [spec.name, spec.role, ...spec.shape]);
    assertEquals(shapes(built), shapes(make()));
  });
}

/** Float32 through up to 24 layers, from engine to engine, on outputs of magnitude 1. */
const ROUNDING = 1e-4;

/** The plain JavaScript engine takes a minute for one forward pass. */
const slow = Deno.env.get("EMRDM_SLOW") === "1";

const forward = new Map<string, Float32Array>();

/** One forward pass at 64². */
async function forwardOn(engine: EngineName, name: string): Promise<Float32Array> {
  const known = forward.get(`${engine} ${name}`);
  if (known !== undefined) return known;
  await switchEngine(engine);
  const before = tf.memory().numTensors;
  const { make, channels: [image, condition], length } = PUBLISHED[name]!;
  const network = make();
  const weights = quickWeights(network);
  const output = await run(() =>
    network.apply(weights, {
      x: normalTensor<Sequence>([1, length, 64, 64, image], "x"),
      condition: normalTensor<Sequence>([1, length, 64, 64, condition], "c"),
      cNoise: tf.tensor1d([-0.7]),
    }).image
  );
  const values = await readTensor(output);
  output.dispose();
  disposeWeights(weights);
  assertEquals(tf.memory().numTensors, before, "tensors must not leak");
  forward.set(`${engine} ${name}`, values);
  return values;
}

for (const name of Object.keys(PUBLISHED)) {
  for (const engine of ["webgpu", "native", "cpu"] as const) {
    Deno.test({
      name: `the ${name} network at 64² gives the same on ${engine} and wasm`,
      ignore: engine === "cpu" ? !slow : !RUN_SLOW || ignores(engine),
      sanitizeOps: false,
      sanitizeResources: false,
      fn: async () => {
        const wanted = await forwardOn("wasm", name);
        const rms = Math.sqrt(wanted.reduce((sum, x) => sum + x * x, 0) / wanted.length);
        assert(rms > 0.05, `the output must say something, got rms ${rms}`);
        assertClose(await forwardOn(engine, name), wanted, ROUNDING);
      },
    });
  }
}
