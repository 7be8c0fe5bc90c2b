/** The authors' checkpoint: forward with raw and EMA weights, and a whole sampling. */

import { importCheckpoint, weightsOf } from "../../checkpoints/mod.ts";
import { type Tensor, type Tensor1D, tf } from "../../engine/mod.ts";
import { sample } from "../../model/mod.ts";
import { temporalHdit } from "../../networks/mod.ts";
import { meanReverting } from "../../precond/mod.ts";
import { euler } from "../../samplers/mod.ts";
import { rational } from "../../schedules/mod.ts";
import { karras } from "../../timesteps/mod.ts";
import type { Golden } from "./golden.ts";
import { networkOptions } from "./options.ts";
import { asSequence, asTensor, read } from "./tensors.ts";
import { run } from "../run.ts";

/**
 * The manifest gives no tolerance for the sample: that of the temporal sampler's result, whose
 * network, steps and noise are alike.
 */
const SAMPLE_LIKE = { file: "sampler_temporal_euler", tensor: "final" };

/** Compares the checkpoint files. */
export async function compareCheckpoint(golden: Golden): Promise<void> {
  const file = "ckpt_tiny_temporal";
  if (!golden.has(file)) return;
  const hyper = golden.hyper(file);
  const tensors = await golden.tensors(file);
  const network = temporalHdit(networkOptions(hyper.config));
  const bytes = await golden.bytes("tiny_temporal.ckpt");
  const x = asSequence(tensors.x!);
  const cNoise = asTensor(tensors.t!) as Tensor1D;
  for (const which of ["raw", "ema"] as const) {
    const imported = importCheckpoint(bytes, { weights: which });
    const weights = weightsOf(network, imported.tensors);
    const { image, masks } = await run(() => ({ ...network.apply(weights, { x, cNoise }) }));
    await golden.compare(file, `out_${which}`, await read(image));
    if (which === "ema") {
      const model = {
        weights,
        modules: {
          schedule: rational({ alpha: hyper.alpha }),
          precond: meanReverting({ sigmaData: 1, sigmaMu: 1, sigmaCov: 0.9 }),
          network,
        },
      };
      const [mu, condition] = [asSequence(tensors.mu!), asSequence(tensors.cond!)];
      const restored = await sample(model, {
        mu,
        condition,
        sampler: euler(),
        sigmas: karras({ sigmaMin: hyper.sigma_min, sigmaMax: hyper.sigma_max })
          .sigmas(hyper.num_steps),
        noise: () => asSequence(tensors.init_noise!),
      });
      const tolerance = golden.tolerance(SAMPLE_LIKE.file, SAMPLE_LIKE.tensor);
      await golden.compare(file, "sample_ema", await read(restored), { tolerance });
      tf.dispose([mu, condition, restored]);
    }
    tf.dispose([image, masks as Tensor, weights.params, weights.buffers]);
  }
  tf.dispose([x, cNoise]);
}
