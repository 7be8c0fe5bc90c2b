/** Weights: safetensors with cards, PyTorch checkpoints of both kinds. */

import { buildModules, completeCard, resolveCard, stringifyCard } from "../../../model/mod.ts";
import {
  encodeSafetensors,
  readModelFile,
  readWeightsFile,
  type StoredTensor,
} from "../../../checkpoints/mod.ts";
import {
  bytesOf,
  integer,
  legacyTorchFile,
  pickle,
  stateFile,
  tensor,
  text,
  torchFile,
  zip,
} from "../../checkpoints/torch_fixture.ts";
import { TINY } from "../../restoration/tiny.ts";
import type { Draws } from "../draws.ts";
import { INTEGERS, joined, mutateBytes } from "../mutate_bytes.ts";
import { deepened, type Json, jsonText, mutateJson } from "../mutate_json.ts";
import type { FuzzReader, Seed } from "../reader.ts";

const TENSORS: Readonly<Record<string, StoredTensor>> = {
  "a.weight": { dtype: "F32", shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) },
  "b.bias": { dtype: "F16", shape: [2], data: Uint16Array.of(0x3c00, 1) },
  scalar: { dtype: "F64", shape: [], data: Float64Array.of(1) },
  count: { dtype: "I64", shape: [1], data: BigInt64Array.of(3n) },
  "training.adam": { dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 3) },
};

const ITEM = (name: string, key: string, length: number) =>
  bytesOf(text(name), tensor(key, { shape: [length], stride: [1], count: length }));
/** The pickles of the seeds; their storages are those of STORAGES. */
const PICKLES: readonly Uint8Array[] = [
  pickle("}(", ITEM("a.weight", "0", 4), ITEM("b.weight", "1", 2), "u"),
  pickle(
    "}(",
    text("state_dict"),
    "}(",
    ITEM("model.diffusion_model.a.weight", "0", 4),
    ITEM("model_ema.diffusion_modelaweight", "0", 4),
    ITEM("model_ema.decay", "1", 2),
    "u",
    text("global_step"),
    integer(7),
    text("epoch"),
    integer(1),
    "u",
  ),
  pickle(
    "ccollections\nOrderedDict\n)R(",
    text("a"),
    tensor("0", { shape: [2, 2], stride: [1, 2], count: 4 }),
    "u",
  ),
];
const STORAGES = { 0: Float32Array.of(1, 2, 3, 4), 1: Float32Array.of(0.5, 6) };

function seeds(): Promise<readonly Seed[]> {
  const card = { "emrdm.card": stringifyCard(resolveCard(TINY)), "emrdm.version": "1" };
  return Promise.resolve([
    { name: "safetensors/plain", bytes: encodeSafetensors(TENSORS, { author: "x" }) },
    { name: "safetensors/card", bytes: encodeSafetensors(TENSORS, card) },
    { name: "safetensors/step", bytes: encodeSafetensors(TENSORS, { ...card, "emrdm.step": "5" }) },
    ...PICKLES.map((body, i) => ({ name: `pickle/${i}`, bytes: body })),
    {
      name: "bytes/state",
      bytes: stateFile({ "a.weight": Float32Array.of(1, 2), b: Float32Array.of(3) }),
    },
    { name: "bytes/legacy", bytes: legacyTorchFile(PICKLES[0]!, STORAGES) },
  ]);
}

/** Changes the header of safetensors: its JSON, its card, its length. */
function mutateSafetensors(bytes: Uint8Array, draws: Draws): Uint8Array {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const data = bytes.subarray(8 + length);
  const metadata = header["__metadata__"];
  let changed: Json = header;
  if (metadata?.["emrdm.card"] !== undefined && draws.chance(0.7)) {
    const text = jsonText(mutateJson(JSON.parse(metadata["emrdm.card"]), draws));
    const card = draws.chance(0.05) ? deepened(text, draws) : text;
    changed = {
      ...header,
      "__metadata__": { ...metadata, "emrdm.card": draws.chance(0.1) ? card.slice(1) : card },
    };
  } else changed = mutateJson(header, draws);
  const json = new TextEncoder().encode(jsonText(changed));
  const stated = draws.chance(0.1) ? draws.pick(INTEGERS) : json.length;
  const size = new Uint8Array(BigUint64Array.of(BigInt.asUintN(64, BigInt(stated))).buffer);
  return joined(size, json, draws.chance(0.1) ? mutateBytes(data, draws) : data);
}

/** Opcodes of pickles, and some that no checkpoint holds. */
const OPCODES = [
  ..."().0123bcdehijlopqrstuBCGIJKLMNQRSTUVX]a}\x80\x81\x82\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98",
].map((c) => c.charCodeAt(0));

function mutatePickle(body: Uint8Array, draws: Draws): Uint8Array {
  let out: Uint8Array = body;
  for (let left = 1 + draws.below(3); left > 0; left--) {
    if (draws.chance(0.5)) {
      out = mutateBytes(out, draws);
      continue;
    }
    const at = draws.below(out.length + 1);
    const times = draws.pick([1, 1, 1, 2, 1000, 100_000]);
    const part = draws.chance(0.5)
      ? Uint8Array.of(draws.pick(OPCODES))
      : out.subarray(at, at + 1 + draws.below(8));
    const repeated = joined(...Array<Uint8Array>(times).fill(part));
    out = joined(
      out.subarray(0, at),
      repeated.subarray(0, 400_000),
      out.subarray(at + draws.below(2)),
    );
  }
  return out;
}

function mutate(draws: Draws, all: readonly Seed[]): Uint8Array {
  const { name, bytes } = draws.pick(all);
  const kind = name.slice(0, name.indexOf("/"));
  if (kind === "safetensors") {
    return draws.chance(0.25) ? mutateBytes(bytes, draws) : mutateSafetensors(bytes, draws);
  }
  if (kind === "bytes") return mutateBytes(bytes, draws);
  const body = mutatePickle(bytes, draws);
  if (draws.chance(0.2)) return legacyTorchFile(body, STORAGES);
  const whole = torchFile(body, STORAGES);
  if (draws.chance(0.7)) return whole;
  if (draws.chance(0.5)) return mutateBytes(whole, draws);
  const lie = {
    [draws.pick(["method", "size", "packed", "crc", "headerAt"])]: draws.pick(INTEGERS) % 2 ** 32,
  };
  return zip([
    { name: "archive/data.pkl", data: body, ...lie },
    { name: "archive/data/0", data: new Uint8Array(STORAGES[0].buffer) },
    { name: "archive/data/1", data: new Uint8Array(STORAGES[1].buffer) },
  ]);
}

export const weights: FuzzReader = {
  name: "weights",
  share: 0.1,
  seeds,
  mutate: (draws, all) => ({ files: { "a.weights": mutate(draws, all) }, call: {} }),
  async read(folder) {
    const path = `${folder}/a.weights`;
    for (const weights of ["ema", "raw"] as const) readWeightsFile(path, { weights });
    const start = (await Deno.readFile(path)).subarray(0, 1);
    if (start[0] === 0x50 || start[0] === 0x80) return;
    const { card } = await readModelFile(path);
    buildModules(completeCard(card, { path: "card.modules" }), { path: "card.modules" });
  },
};
