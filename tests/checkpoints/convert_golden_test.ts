/** The authors' checkpoint through `emrdm convert` and `loadModel`, against what it must give. */

import { assertEquals } from "@std/assert";
import { main } from "../../cli/main.ts";
import { loadModel } from "../../checkpoints/mod.ts";
import { readTensor, type Tensor1D } from "../../engine/mod.ts";
import { sample } from "../../model/mod.ts";
import { euler } from "../../samplers/mod.ts";
import { karras } from "../../timesteps/mod.ts";
import { switchEngine } from "../engines.ts";
import { channelsFirst, Golden } from "../parity/golden.ts";
import { asSequence, asTensor } from "../parity/tensors.ts";
import { run } from "../run.ts";

const folder = new URL("../../../shared/golden/", import.meta.url);
const FILE = "ckpt_tiny_temporal";

async function exists(url: URL): Promise<boolean> {
  return await Deno.stat(url).then(() => true, () => false);
}

/** Converts the golden checkpoint on the command line and loads the model file. */
async function converted(weights: "raw" | "ema") {
  const folderOut = await Deno.makeTempDir();
  const out = `${folderOut}/tiny.safetensors`;
  const checkpoint = new URL("tiny_temporal.ckpt", folder).pathname;
  const code = await main([
    ...["convert", checkpoint, out, "--preset", "sen2_mtc_new"],
    ...["--attention", "neighborhood,global", "--weights", weights, "--json"],
  ]);
  assertEquals(code, 0);
  const model = await loadModel(out);
  await Deno.remove(folderOut, { recursive: true });
  return model;
}

Deno.test({
  name: "convert gives models whose forward and sample equal the authors'",
  ignore: !await exists(folder),
  fn: async () => {
    await switchEngine("wasm");
    const golden = await Golden.open(folder);
    const tensors = await golden.tensors(FILE);
    const x = asSequence(tensors.x!);
    const cNoise = asTensor(tensors.t!) as Tensor1D;
    for (const weights of ["raw", "ema"] as const) {
      const model = await converted(weights);
      assertEquals(model.card.modules.schedule, { type: "rational", alpha: 1 });
      const { image } = await run(() => ({
        image: model.modules.network.apply(model.weights, { x, cNoise }).image,
      }));
      const data = await readTensor(image);
      await golden.compare(
        FILE,
        `out_${weights}`,
        channelsFirst({ shape: image.shape, data }).data,
      );
      if (weights === "ema") {
        const restored = await sample(model, {
          mu: asSequence(tensors.mu!),
          condition: asSequence(tensors.cond!),
          sampler: euler(),
          sigmas: karras().sigmas(golden.hyper(FILE).num_steps),
          noise: () => asSequence(tensors.init_noise!),
        });
        await golden.compare(
          FILE,
          "sample_ema",
          channelsFirst({ shape: restored.shape, data: await readTensor(restored) }).data,
          { tolerance: golden.tolerance("sampler_temporal_euler", "final") },
        );
      }
    }
    assertEquals(golden.comparisons.map(({ tensor, passed }) => [tensor, passed]), [
      ["out_raw", true],
      ["out_ema", true],
      ["sample_ema", true],
    ]);
  },
});
