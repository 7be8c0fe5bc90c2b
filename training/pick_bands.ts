/**
 * Weights for some of a model's bands: a model of 13 bands is a good start for one of 12 or of 4.
 *
 * @module
 */

import { normalizeBand } from "../core/mod.ts";
import { ownedTensor, type Params, readTensor, type Tensor, type Weights } from "../engine/mod.ts";
import { EVIDENCE, type Model, type ModelCard } from "../model/mod.ts";

/** First and last linear layer, whose rows and columns belong to channels. */
const [FIRST, LAST] = ["patch_in.proj.weight", "patch_out.proj.weight"];

/** Names of the network's input channels in order. */
function channelNames({ bands, condition }: ModelCard): readonly string[] {
  const each = (group: string, names: readonly string[]) => names.map((name) => `${group} ${name}`);
  const own = bands.map(({ name }) => normalizeBand(name));
  const groups = {
    cloudy: own,
    auxiliary: condition.auxiliary.map(({ name }) => name),
    reference: ["mark"],
    mean: own,
    evidence: EVIDENCE,
    misfit: own,
  };
  return [
    ...each("noised", own),
    ...condition.order.flatMap((group) => each(group, groups[group])),
  ];
}

/** True if `card` takes some of the bands of another card, and is the same otherwise. */
export function hasBandsOf(card: ModelCard, other: ModelCard): boolean {
  const known = channelNames(other);
  return card.bands.length < other.bands.length &&
    channelNames(card).every((name) => known.includes(name));
}

/** Picks runs of `width` values at the given places of each group of `count` of them along an axis. */
function pick(
  values: Float32Array,
  { rows, count, width, picked }: {
    readonly rows: number;
    readonly count: number;
    readonly width: number;
    readonly picked: readonly number[];
  },
): Float32Array {
  const out = new Float32Array(rows * picked.length * width);
  for (let row = 0; row < rows; row++) {
    picked.forEach((from, to) => {
      const at = (row * count + from) * width;
      out.set(values.subarray(at, at + width), (row * picked.length + to) * width);
    });
  }
  return out;
}

/**
 * Returns the weights of a model for the bands of another card; the caller owns them.
 *
 * @param model Model whose network has the authors' first and last layer; it keeps its weights.
 * @param card Card for which {@linkcode hasBandsOf} holds.
 */
export async function pickBands(model: Model, card: ModelCard): Promise<Weights> {
  const [known, wanted] = [channelNames(model.card), channelNames(card)];
  const inputs = wanted.map((name) => known.indexOf(name));
  const outputs = inputs.slice(0, card.bands.length);
  const bands = model.card.bands.length;
  const copy = async (params: Params): Promise<Params> => {
    const entries: [string, Tensor][] = [];
    for (const [name, tensor] of Object.entries(params)) {
      const values = (await readTensor(tensor)).slice();
      const [rows, columns] = tensor.shape as [number, number];
      if (name === FIRST) {
        const area = rows / known.length;
        const some = pick(values, {
          ...{ rows: area, count: known.length, width: columns, picked: inputs },
        });
        entries.push([name, ownedTensor(some, [area * inputs.length, columns])]);
      } else if (name === LAST) {
        const area = columns / bands;
        const some = pick(values, { rows: rows * area, count: bands, width: 1, picked: outputs });
        entries.push([name, ownedTensor(some, [rows, area * outputs.length])]);
      } else entries.push([name, ownedTensor(values, tensor.shape)]);
    }
    return Object.fromEntries(entries);
  };
  const { params, buffers } = model.weights;
  return { params: await copy(params), buffers: await copy(buffers) };
}
