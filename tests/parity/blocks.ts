/** The blocks of the networks, alone: outputs and gradients of sum(out·R). */

import {
  attentionBlock,
  geglu,
  type Images,
  interpolate,
  mergeTokens,
  resizeBilinear,
  rotatePairs,
  splitTokens,
  type Tensor,
  type Tensor5D,
  tf,
} from "../../engine/mod.ts";
import { cosineScale } from "../../engine/ops/cosine_attention.ts";
import { neighborhoodAttention } from "../../engine/ops/neighborhood_attention.ts";
import { collapse } from "../../fusion/mod.ts";
import { attentionTensors } from "../../networks/layers/attention.ts";
import type { BlockContext } from "../../networks/layers/block.ts";
import { feedForward } from "../../networks/layers/feed_forward.ts";
import { fourierFeatures, mappingNetwork } from "../../networks/layers/mapping.ts";
import { adaRmsNorm, EPSILON, rmsNorm } from "../../networks/layers/norm.ts";
import { axialPositions, ropeAngles, ropeFrequencies } from "../../networks/layers/rope.ts";
import { scope } from "../../networks/layers/specs.ts";
import { temporalAttention } from "../../networks/layers/temporal_attention.ts";
import { type Golden, type GoldenTensor, permute } from "./golden.ts";
import { asTensor, asWeight, gradients, read, readWeight } from "./tensors.ts";
import { run } from "../run.ts";

type Named = Readonly<Record<string, Tensor>>;

/** One block: how it is applied to its tensors. */
interface Block {
  readonly file: string;
  readonly name: string;
  /** Names of the inputs that have gradients. */
  readonly inputs: readonly string[];
  /** From weights ("w." names stripped) and inputs to the output. */
  readonly apply: (tensors: Named) => Tensor;
}

function context(tensors: Named, prefix = "") {
  return {
    cond: tensors.cond!,
    at: scope(tensors, prefix),
    name: "block",
    dropoutRate: 0,
    random: undefined,
  };
}

const basic: Block[] = ([
  {
    name: "mapping",
    inputs: ["x"],
    apply: (t) =>
      mappingNetwork(t.x!, {
        at: (name) => scope(t)(name.replace("mapping.", "")),
        options: { depth: 2, width: 64, dFf: 128, dropout: 0 },
        random: undefined,
      }),
  },
  { name: "rmsnorm", inputs: ["x"], apply: (t) => rmsNorm(t.x!, t.scale!) },
  {
    name: "adarmsnorm",
    inputs: ["x", "cond"],
    apply: (t) => adaRmsNorm(t.x!, t.cond!, t["linear.weight"]!),
  },
  { name: "geglu", inputs: ["x"], apply: (t) => geglu(t.x!, t.weight!) },
  { name: "ff", inputs: ["x", "cond"], apply: (t) => feedForward(t.x!, context(t)) },
  { name: "merge2", inputs: ["x"], apply: (t) => mergeTokens(t.x!, [2, 2], t["proj.weight"]!) },
  { name: "merge4", inputs: ["x"], apply: (t) => mergeTokens(t.x!, [4, 4], t["proj.weight"]!) },
  {
    name: "split_noskip4",
    inputs: ["x"],
    apply: (t) => splitTokens(t.x!, [4, 4], t["proj.weight"]!),
  },
  {
    name: "split_skip2",
    inputs: ["x", "skip"],
    apply: (t) => interpolate(splitTokens(t.x!, [2, 2], t["proj.weight"]!), t.skip!, t.fac!),
  },
] satisfies Omit<Block, "file">[]).map((block) => ({ ...block, file: "blocks_basic" }));

/** Side of the neighborhood that stands for global attention. */
const GLOBAL = 0;

function selfAttention(x: Tensor, block: BlockContext, kernel: number): Tensor {
  const [, height, width] = x.shape as [number, number, number, number];
  const tensors = attentionTensors(block, { height, width });
  return attentionBlock(x, tensors, { kernel, epsilon: EPSILON });
}

const attention: Block[] = [
  ...([
    ["global_6x4", GLOBAL],
    ["global_8x12_d64", GLOBAL],
    ["na_7x7", 7],
    ["na_12x8", 7],
    ["na_9x13", 7],
    ["na_24x16", 7],
    ["na3_10x6", 3],
  ] as const).map(([name, kernel]) => ({
    name,
    apply: (t: Named) => selfAttention(t.x!, context(t, "m"), kernel),
  })),
  ...([["layer_na_12x8", 7], ["layer_global_6x4", GLOBAL]] as const).map(
    ([name, kernel]) => ({
      name,
      apply: (t: Named) =>
        feedForward(
          selfAttention(t.x!, context(t, "m.self_attn"), kernel),
          context(t, "m.ff"),
        ),
    }),
  ),
].map((block) => ({ ...block, file: "blocks_attn", inputs: ["x", "cond"] }));

/** Compares every block file. */
export async function compareBlocks(golden: Golden): Promise<void> {
  for (const block of [...basic, ...attention]) {
    if (golden.holds(block.file, `${block.name}.out`)) await compareBlock(golden, block);
  }
  if (golden.holds("blocks_basic", "fourier.out")) await compareFourier(golden);
  if (golden.holds("blocks_attn", "na_raw.out")) await compareRawNeighborhood(golden);
  if (golden.has("blocks_rope")) await compareRope(golden);
  if (golden.has("blocks_temporal")) await compareTemporal(golden);
  skipOthers(golden);
}

/** Tensors of a case: weights in memory layout, inputs as stored. */
function caseTensors(
  tensors: Readonly<Record<string, GoldenTensor>>,
  name: string,
  inputs: readonly string[],
): { weights: Named; inputs: Named } {
  const prefix = `${name}.w.`;
  const weights = Object.entries(tensors).filter(([key]) => key.startsWith(prefix))
    .map(([key, tensor]) => {
      const short = key.slice(prefix.length);
      return [short, asWeight(short, tensor)] as const;
    });
  return {
    weights: Object.fromEntries(weights),
    inputs: Object.fromEntries(inputs.map((key) => [key, asTensor(tensors[`${name}.${key}`]!)])),
  };
}

async function compareBlock(golden: Golden, { file, name, inputs, apply }: Block): Promise<void> {
  const tensors = await golden.tensors(file);
  const made = caseTensors(tensors, name, inputs);
  const all = { ...made.weights, ...made.inputs };
  const out = await run(() => apply(all));
  await golden.compare(file, `${name}.out`, await out.data());
  const r = asTensor(tensors[`${name}.R`]!);
  const isConstant = (key: string) => key.endsWith("pos_emb.freqs");
  const constants = Object.fromEntries(Object.entries(all).filter(([key]) => isConstant(key)));
  const learnt = Object.fromEntries(Object.entries(all).filter(([key]) => !isConstant(key)));
  const grads = await gradients(
    learnt,
    (named) => tf.sum(tf.mul(apply({ ...named, ...constants }), r)),
  );
  await compareGradients(golden, { file, name, grads });
  tf.dispose([out, r, all, grads]);
}

async function compareGradients(
  golden: Golden,
  { file, name, grads }: { readonly file: string; readonly name: string; readonly grads: Named },
): Promise<void> {
  const checked = new Set(golden.checked(file));
  for (const [key, grad] of Object.entries(grads)) {
    const weight = `${name}.grad.${key}`;
    const input = `${name}.grad_in.${key}`;
    if (checked.has(weight)) await golden.compare(file, weight, await readWeight(key, grad));
    if (checked.has(input)) await golden.compare(file, input, await grad.data());
  }
}

async function compareFourier(golden: Golden): Promise<void> {
  const tensors = await golden.tensors("blocks_basic");
  const weight = asWeight("weight", tensors["fourier.w.weight"]!);
  const cNoise = asTensor(tensors["fourier.c_noise"]!);
  const out = await run(() => fourierFeatures(cNoise, weight));
  await golden.compare("blocks_basic", "fourier.out", await out.data());
  tf.dispose([weight, cNoise, out]);
}

async function compareRawNeighborhood(golden: Golden): Promise<void> {
  const tensors = await golden.tensors("blocks_attn");
  const [q, k, v] = ["q", "k", "v"].map((name) => {
    const tensor = tensors[`na_raw.${name}`]!;
    const [n, h, w, heads, d] = tensor.shape as [number, number, number, number, number];
    return tf.tensor(Float32Array.from(tensor.data), [n, h * w, heads, d]);
  }) as [Tensor, Tensor, Tensor];
  const out = await run(() =>
    neighborhoodAttention({ q, k, v }, { height: 9, width: 13, kernel: 7 })
  );
  await golden.compare("blocks_attn", "na_raw.out", await out.data());
  tf.dispose([q, k, v, out]);
}

async function compareRope(golden: Golden): Promise<void> {
  const file = "blocks_rope";
  const tensors = await golden.tensors(file);
  for (const name of Object.keys(tensors).filter((key) => key.startsWith("pos_"))) {
    const [height, width] = tensors[name]!.shape as [number, number];
    await golden.compare(file, name, axialPositions({ height, width }));
  }
  for (
    const [name, heads, dHead] of [["d16_h3", 3, 16], ["d64_h2", 2, 64], [
      "d64_h12",
      12,
      64,
    ]] as const
  ) {
    await golden.compare(file, `freqs_${name}`, ropeFrequencies(heads, dHead));
  }
  for (const [name, heads, dHead] of [["d16_h3", 3, 16], ["d64_h2", 2, 64]] as const) {
    const freqs = tf.tensor(ropeFrequencies(heads, dHead), [heads, dHead / 8]);
    const theta = await run(() => tf.expandDims(ropeAngles({ height: 6, width: 4 }, freqs), 0));
    // Heads before tokens there, tokens before heads here.
    const swap = (tensor: GoldenTensor) => permute(tensor, [0, 2, 1, 3]);
    const input = asTensor(swap(tensors[`rot_in_${name}`]!));
    for (const [direction, sign] of [["out", 1], ["conj", -1]] as const) {
      const out = await run(() =>
        rotatePairs(input, { cos: tf.cos(theta), sin: tf.mul(tf.sin(theta), tf.scalar(sign)) })
      );
      const data = Float32Array.from(await out.data());
      await golden.compare(file, `rot_${direction}_${name}`, swap({ shape: out.shape, data }).data);
      out.dispose();
    }
    tf.dispose([freqs, theta, input]);
  }
  const scale = asTensor({ shape: [3], data: tensors.cs_scale!.data });
  for (const name of ["q", "k"]) {
    const x = asTensor(permute(tensors[`cs_${name}`]!, [0, 2, 1, 3]));
    const out = await run(() => cosineScale(x, scale, EPSILON));
    const data = Float32Array.from(await out.data());
    await golden.compare(
      file,
      `cs_${name}_out`,
      permute({ shape: out.shape, data }, [0, 2, 1, 3]).data,
    );
    tf.dispose([x, out]);
  }
  scale.dispose();
}

/** TFSA with its feed-forward block, as `temporal_encoder` runs them. */
function temporalEncoder(tensors: Named, x: Tensor): { fused: Tensor; masks: Tensor5D } {
  const { fused, masks } = temporalAttention(x, context(tensors, "attention_heads"));
  return { fused: feedForward(fused, context(tensors, "ff")), masks };
}

async function compareTemporal(golden: Golden): Promise<void> {
  const file = "blocks_temporal";
  const tensors = await golden.tensors(file);
  for (const name of ["ltae_L1", "ltae_L2", "ltae_L3"]) {
    const made = caseTensors(tensors, name, ["x", "cond"]);
    const all = { ...made.weights, ...made.inputs };
    const apply = (named: Named) => temporalEncoder(named, tf.transpose(named.x!, [0, 1, 3, 4, 2]));
    const { fused, masks } = await run(() => ({ ...apply(all) }));
    await golden.compare(file, `${name}.out0`, await read(fused));
    await golden.compare(file, `${name}.out1`, await masks.data());
    const [r0, r1] = ["R0", "R1"].map((key) => asTensor(tensors[`${name}.${key}`]!)) as [
      Tensor,
      Tensor,
    ];
    const grads = await gradients(all, (named) => {
      const result = apply(named);
      return tf.add(
        tf.sum(tf.mul(tf.transpose(result.fused, [0, 3, 1, 2]), r0)),
        tf.sum(tf.mul(result.masks, r1)),
      );
    });
    await compareGradients(golden, { file, name, grads });
    tf.dispose([fused, masks, r0, r1, all, grads]);
  }
  for (const size of ["12x8", "24x16"]) {
    const [height, width] = size.split("x").map(Number) as [number, number];
    const attn = asTensor(tensors["agg.attn"]!);
    const x = asTensor(tensors[`agg.x_${size}`]!);
    const apply = ({ attn, x }: Named): Images => {
      const [g, b, l, h, w] = attn!.shape as [number, number, number, number, number];
      const masks = resizeBilinear(attn!.reshape([g * b * l, h, w]), { height, width })
        .reshape([g, b, l, height, width]) as Tensor5D;
      return collapse(tf.transpose(x as Tensor5D, [0, 1, 3, 4, 2]), masks);
    };
    const out = await run(() => apply({ attn, x }));
    await golden.compare(file, `agg_att_group_${size}`, await read(out));
    if (tensors[`agg_att_group_${size}.R`] !== undefined) {
      const r = asTensor(tensors[`agg_att_group_${size}.R`]!);
      const grads = await gradients(
        { attn, x },
        (named) => tf.sum(tf.mul(tf.transpose(apply(named), [0, 3, 1, 2]), r)),
      );
      for (const key of ["attn", "x"]) {
        const name = golden.checked(file).find((tensor) =>
          tensor.startsWith(`agg_att_group_${size}.grad`) && tensor.endsWith(`.${key}`) ||
          tensor === `agg_att_group_${size}.grad_${key}`
        );
        if (name !== undefined) await golden.compare(file, name, await grads[key]!.data());
      }
      tf.dispose([r, grads]);
    }
    tf.dispose([attn, x, out]);
  }
}

/** What no published configuration uses (golden/README.md). */
function skipOthers(golden: Golden): void {
  const reasons: readonly (readonly [RegExp, string])[] = [
    [/posenc/, "positional encoding of dates: no published configuration uses it"],
    [/pad/, "padding of absent frames: never triggers, the noised frames are not zero"],
    [/^agg_(att_)?mean/, "mean aggregation: no published configuration uses it"],
    [/^swin_/, "shifted-window attention: no published configuration uses it"],
  ];
  for (const file of ["blocks_basic", "blocks_attn", "blocks_temporal"]) {
    for (const tensor of golden.checked(file)) {
      const reason = reasons.find(([pattern]) => pattern.test(tensor))?.[1];
      if (reason !== undefined) golden.skip(file, [tensor], reason);
    }
  }
}
