/**
 * `emrdm convert`: the authors' checkpoints to model files, and back to their names.
 *
 * @module
 */

import {
  cardOf,
  CheckpointError,
  fileSource,
  fitCard,
  fromAuthorsNames,
  importCheckpoint,
  parseSafetensors,
  published,
  type PublishedName,
  type StoredTensors,
  toAuthorsNames,
  writeModelFile,
  writeSafetensors,
} from "../checkpoints/mod.ts";
import { type AnyRegistry, type ModelCard, parseCard } from "../model/mod.ts";
import { command, operandsOf } from "./command.ts";
import { readJson } from "./files.ts";
import { choice, text, toggle, UsageError, words } from "./flags.ts";

const PUBLISHED = Object.keys(published) as PublishedName[];

/** What a file gives: tensors under the network's names, and what it says of itself. */
interface Source {
  readonly tensors: StoredTensors;
  readonly card?: ModelCard;
  readonly origin: Readonly<Record<string, string | number>>;
}

function readSource(path: string, weights: "ema" | "raw"): Source {
  using file = fileSource(path);
  const start = file.size >= 2 ? file.read(0, 2) : new Uint8Array();
  if (start[0] === 0x50 && start[1] === 0x4B) {
    const { tensors, globalStep, epoch, numUpdates } = importCheckpoint(file, { weights });
    const counts = { globalStep, epoch, numUpdates };
    const known = Object.entries(counts).filter(([, value]) => value !== undefined);
    return { tensors, origin: { weights, ...Object.fromEntries(known) as Record<string, number> } };
  }
  const parsed = parseSafetensors(file.read(0, file.size));
  return { tensors: fromAuthorsNames(parsed.tensors), card: cardOf(parsed), origin: {} };
}

async function chooseCard(
  { preset, card: path }: { readonly preset?: PublishedName; readonly card?: string },
  source: Source,
): Promise<ModelCard> {
  if (preset !== undefined && path !== undefined) {
    throw new UsageError("give --preset or --card, not both");
  }
  const card = path !== undefined
    ? parseCard(await readJson(path))
    : preset !== undefined
    ? published[preset]
    : source.card;
  if (card === undefined) {
    throw new UsageError(
      `the file does not say what it is: give --preset (${PUBLISHED.join(", ")}) or --card FILE`,
    );
  }
  return { ...card, training: { ...card.training, ...source.origin } };
}

async function write(
  path: string,
  { tensors, card, to, registry, overwrite }: {
    readonly tensors: StoredTensors;
    readonly card: ModelCard | undefined;
    readonly to: "model" | "authors";
    readonly registry: AnyRegistry;
    readonly overwrite: boolean;
  },
): Promise<void> {
  if (to === "authors") {
    await writeSafetensors(path, { tensors: toAuthorsNames(tensors), overwrite });
  } else {
    await writeModelFile(path, { tensors, card: card!, registry, overwrite });
  }
}

/** `emrdm convert`. */
export const convert = command({
  summary: "turn the authors' checkpoints into model files, and back to their names",
  operands: "<in.ckpt|in.safetensors> <out.safetensors>",
  details: "Reads Lightning checkpoints (nothing in them is executed) and safetensors. Writes a\n" +
    "safetensors file with its model card, or with --to authors one with the names of the\n" +
    "authors' state_dict (model.diffusion_model.…), which their loader takes.",
  flags: {
    preset: choice("Published configuration that the checkpoint is of", PUBLISHED),
    card: text("Model card as JSON, instead of a preset", "FILE"),
    weights: choice("Moving average or last weights (default ema)", ["ema", "raw"]),
    attention: words(
      "Attention of each level, where the sizes are not the preset's",
      "neighborhood,global",
    ),
    to: choice("Names in the output (default model)", ["model", "authors"]),
    overwrite: toggle("Replace an existing file"),
  },
  examples: [
    "convert epoch=99.ckpt sen2.safetensors --preset sen2_mtc_new",
    "convert sen2.safetensors authors.safetensors --to authors",
  ],
  async run({ preset, card: path, weights = "ema", attention, to = "model", overwrite }, context) {
    const [from, into] = operandsOf(context, { min: 2, what: "an input and an output file" });
    const { registry } = context;
    const source = await inFile(from!, () => readSource(from!, weights));
    const reaches = attention?.map((word) => {
      if (word === "neighborhood" || word === "global") return word;
      throw new UsageError(`--attention must be neighborhood or global per level, got ${word}`);
    });
    const card = to === "authors"
      ? undefined
      : fitCard(await chooseCard({ preset, card: path }, source), source.tensors, {
        attention: reaches,
        registry,
      });
    await write(into!, { tensors: source.tensors, card, to, registry, overwrite });
    const count = Object.keys(source.tensors).length;
    return {
      text: `${into}: ${count} tensors${card === undefined ? "" : ` of ${card.name}`}`,
      json: { file: into, tensors: count, card: card ?? null, ...source.origin },
    };
  },
});

/** Runs a reader; its errors then name the file. */
async function inFile<T>(path: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    throw new CheckpointError(`${path}: ${error.message}`, { cause: error });
  }
}
