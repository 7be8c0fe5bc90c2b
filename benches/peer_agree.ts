/**
 * Agreement of the published networks and the convolutional one at 256×256 on engine native with PyTorch: the largest difference,
 * relative to the scale of the output.
 *
 *     deno run -A benches/peer_agree.ts [CONFIG ...]
 */

import { builtins } from "../builtins.ts";
import {
  published,
  type PublishedName,
  readSafetensors,
  tensorsOf,
  toFloat32,
  writeSafetensors,
} from "../checkpoints/mod.ts";
import { createRng } from "../core/mod.ts";
import {
  compile,
  readTensor,
  type Sequence,
  type Tensor1D,
  tf,
  useEngine,
  type Weights,
} from "../engine/mod.ts";
import type { Network } from "../networks/mod.ts";
import { disposeWeights, livelyWeights, quickWeights } from "../tests/networks/published.ts";
import { subjectOf } from "./cases.ts";

const SIDE = 256;
const PEER = new URL("./peer/forward.py", import.meta.url).pathname;
/** Largest difference, relative to the largest magnitude of the output. */
const ALLOWED = 1e-3;

/** Network and frames of a published configuration, or of the convolutional case of the benches. */
function subject(name: string): { readonly network: Network; readonly length: number } {
  if (name === "convolutional") return subjectOf(name);
  const card = published[name as PublishedName];
  const network = builtins.create("network", card.modules.network as never);
  return { network, length: card.length };
}

async function differenceOf(name: string, folder: string) {
  const { network, length } = subject(name);
  // Every path counts, those that start at 0 too.
  const weights = name === "convolutional" ? livelyWeights(network) : quickWeights(network);
  const shape = [1, length, SIDE, SIDE, network.inChannels];
  const data = createRng(2).normals(shape.reduce((a, b) => a * b, 1));
  await writeSafetensors(`${folder}/w.safetensors`, {
    tensors: await tensorsOf(weights),
    overwrite: true,
  });
  await writeSafetensors(`${folder}/x.safetensors`, {
    tensors: {
      x: { dtype: "F32", shape, data },
      ["c_noise"]: { dtype: "F32", shape: [1], data: Float32Array.of(-0.3) },
    },
    overwrite: true,
  });
  const { success, stderr } = await new Deno.Command("python3", {
    args: [
      ...[PEER, "--config", name, "--weights", `${folder}/w.safetensors`],
      ...["--input", `${folder}/x.safetensors`, "--out", `${folder}/y.safetensors`],
    ],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const { tensors } = await readSafetensors(`${folder}/y.safetensors`);
  const wanted = toFloat32(tensors.image!);
  const forward = compile(
    ({ weights, x, cNoise }: { weights: Weights; x: Sequence; cNoise: Tensor1D }) => ({
      image: network.apply(weights, { x, cNoise }).image,
    }),
    { constants: ["weights"], slow: ["cNoise"] },
  );
  const x = tf.tensor5d(data, shape as Sequence["shape"]);
  const cNoise = tf.tensor1d([-0.3]);
  const { image } = await forward({ weights, x, cNoise });
  const found = await readTensor(image);
  await forward.dispose();
  disposeWeights(weights);
  tf.dispose([x, cNoise, image]);
  let [most, scale] = [0, 0];
  if (found.length !== wanted.length) {
    throw new Error("Cannot compare the outputs: their sizes must be equal");
  }
  found.forEach((value, i) => {
    most = Math.max(most, Math.abs(value - wanted[i]!));
    scale = Math.max(scale, Math.abs(wanted[i]!));
  });
  return { most, scale };
}

if (import.meta.main) {
  await useEngine("native");
  const names = Deno.args.length > 0 ? Deno.args : [...Object.keys(published), "convolutional"];
  const folder = await Deno.makeTempDir();
  let failed = false;
  try {
    for (const name of names) {
      const { most, scale } = await differenceOf(name, folder);
      const passed = most <= ALLOWED * scale;
      failed ||= !passed;
      console.log(
        `${passed ? "ok  " : "FAIL"} ${name}: largest difference ${most.toExponential(2)}, ` +
          `${(most / scale).toExponential(2)} of the output's scale ${scale.toFixed(2)}`,
      );
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  Deno.exit(failed ? 1 : 0);
}
