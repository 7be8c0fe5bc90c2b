/**
 * `emrdm data check`: tests that the files of a dataset are complete and sound.
 *
 * @module
 */

import { createRng } from "../core/mod.ts";
import {
  checkDataset,
  type DataReport,
  type DatasetConfig,
  displayOf,
  drawSheet,
  listDataset,
  openDataset,
  samplePictures,
} from "../datasets/mod.ts";
import { checkOverwrite, makeFolderOf, openScratch } from "../files/mod.ts";
import { writePng } from "../rasters/mod.ts";
import { readExperiment } from "../training/mod.ts";
import { command, type Context, Failure, operandsOf, type Result } from "./command.ts";
import { inConfigFile } from "./config_file.ts";
import { moments } from "./data_moments.ts";
import { prepare } from "./data_prepare.ts";
import { reportText } from "./data_text.ts";
import { datasetFlags, datasetFlagsHelp, flaggedDataset } from "./dataset_flags.ts";
import { choice, count, type FlagValues, kebab, text, toggle, UsageError, words } from "./flags.ts";

const FLAGS = {
  type: text("Type of the dataset, if no experiment file is given.", "TYPE"),
  bands: words(
    "Bands: for synthetic those of the model, for index those of files that do not name them.",
    "B02,B03",
  ),
  tileSize: count(
    "Minimum side of the images in pixels. Default: the experiment's tile size, else any.",
    { min: 1 },
  ),
  limit: count("Read only N images of each split, evenly spaced. Default: all.", { min: 1 }),
  sheet: text("Write a picture sheet: cloudy images, clear image, auxiliary band.", "FILE.png"),
  rows: count("Samples on the sheet. Default: 6.", { min: 1 }),
  overwrite: toggle("Replace an existing sheet or experiment."),
  mean: words("moments: measure these means. Default: the experiment's.", "cloudy,composite"),
  samples: count("moments: use N training samples. Default: 256.", { min: 1 }),
  out: text("prepare: folder of the samples; one begun before is completed.", "FOLDER"),
  side: count("prepare: side of the samples in pixels. Default: 256.", { min: 16 }),
  of: choice("prepare: data of the experiment. Default: train.", ["train", "validation"]),
  write: text("moments: write an experiment with the moments of the last mean.", "FILE.json"),
} as const;

type Values = FlagValues<typeof FLAGS>;

/** One dataset to check. */
interface Block {
  /** Its name in the experiment. */
  readonly name: string;
  readonly config: DatasetConfig;
  readonly everySplit: boolean;
  readonly model: { readonly bands?: readonly string[]; tileSize?: number; length: number };
}

/** The dataset that the flags describe. */
function flaggedBlock(values: Values, { registry }: Context): Block {
  const { type, bands, tileSize } = values;
  if (type === undefined) {
    throw new UsageError("expected an experiment file, or --type of a dataset, got neither");
  }
  const entries = registry.entries("dataset");
  const ownBands = Object.hasOwn(entries, type) && Object.hasOwn(entries[type].checks, "bands");
  const options = { ...values, bands: ownBands ? bands : undefined };
  return {
    name: "data",
    config: flaggedDataset(type, options, registry),
    everySplit: true,
    model: {
      length: 3,
      bands: ownBands ? undefined : bands,
      tileSize,
    },
  };
}

/** The datasets of an experiment. @throws {UsageError} If flags describe another dataset. */
async function experimentBlocks(
  path: string,
  values: Values,
  { registry }: Context,
): Promise<readonly Block[]> {
  const given: Readonly<Record<string, unknown>> = values;
  const other = ["type", "bands", ...Object.keys(datasetFlags(registry))]
    .find((name) => given[name] !== undefined);
  if (other !== undefined) {
    throw new UsageError(
      `an experiment names its datasets: leave out ${path} or --${kebab(other)}`,
    );
  }
  const { data, model } = await inConfigFile(
    path,
    (options) => readExperiment(path, { registry, ...options }),
  );
  const bands = model.bands.map(({ name }) => name);
  return Object.entries(data).flatMap(([name, config]) =>
    config === undefined ? [] : [{
      name,
      config,
      everySplit: false,
      model: {
        bands,
        tileSize: values.tileSize ?? model.tileSize,
        length: model.length ?? 1,
      },
    }]
  );
}

/** Path of a dataset's sheet: with several datasets, it has the name of the dataset. */
function sheetPath(path: string, { name }: Block, blocks: readonly Block[]): string {
  return blocks.length === 1 ? path : path.replace(/(?:\.png)?$/i, `-${name}.png`);
}

/** Side of the samples on the sheet of a painted dataset, unless a model says. */
const SHEET_TILE = 128;

/** The sheet of a dataset of clear images shows the clouds that it paints over them. */
async function paintedSheet(
  { config, model }: Block,
  { bands, display, rows, registry }: Pick<Context, "registry"> & {
    readonly bands: readonly string[];
    readonly display: readonly [number, number];
    readonly rows: number;
  },
) {
  const { tileSize = SHEET_TILE, length } = model;
  const dataset = await openDataset(config, { tileSize, length, bands }, { registry });
  const samples = await Promise.all(
    Array.from({ length: rows }, (_, i) => dataset.sample(i % dataset.size, createRng(0))),
  );
  return drawSheet(samples.map((sample) => samplePictures(sample, dataset.bands)), { display });
}

/** Checks one dataset and writes its sheet. */
async function checkBlock(
  block: Block,
  { values, sheetFile, context: { progress, registry } }: {
    readonly values: Values;
    readonly sheetFile: string | undefined;
    readonly context: Context;
  },
): Promise<DataReport> {
  const { config, everySplit, model } = block;
  const { limit, rows = 6, overwrite } = values;
  const { painted = false } = registry.entry("dataset", config.type);
  const bar = progress(block.name);
  bar.wait("listing files");
  const check = async () => {
    const listing = await listDataset(config, {
      registry,
      everySplit,
      bands: model.bands,
    });
    const checked = await checkDataset(listing, {
      limit,
      tileSize: model.tileSize,
      rows: sheetFile === undefined || painted ? 0 : rows,
      onProgress: (done, total, name) => bar.update(done, total, name),
    });
    return { listing, ...checked };
  };
  const { listing, report, sheet } = await check().finally(() => bar.end());
  if (sheetFile === undefined) return report;
  const isSound = report.findings.length === 0;
  const display = displayOf(listing, report.ranges);
  const bands = model.bands ?? listing.bands;
  const picture = painted && isSound
    ? await paintedSheet(block, { bands, display, rows, registry })
    : sheet;
  if (picture === undefined) {
    return { ...report, notes: [...report.notes, "no sheet written: there is no sound sample"] };
  }
  await writePng(sheetFile, picture, { overwrite });
  return report;
}

/** `emrdm data check`. */
async function check(values: Values, context: Context, path?: string): Promise<Result> {
  const blocks = path === undefined
    ? [flaggedBlock(values, context)]
    : await experimentBlocks(path, values, context);
  let findings = 0;
  const written: string[] = [];
  const sheetOf = (block: Block) => values.sheet && sheetPath(values.sheet, block, blocks);
  // Reported before hours of reading, not after.
  for (const file of blocks.map(sheetOf)) {
    if (file === undefined) continue;
    await checkOverwrite(file, { overwrite: values.overwrite });
    await makeFolderOf(file);
    await (await openScratch(file)).remove();
  }
  for (const block of blocks) {
    const sheetFile = sheetOf(block);
    const report = await checkBlock(block, { values, sheetFile, context });
    findings += report.findings.length;
    if (sheetFile !== undefined) written.push(sheetFile);
    context.print({ name: block.name, ...report }, `${reportText(report)}\n`);
  }
  const found = findings === 0 ? "no findings" : `${findings} finding${findings === 1 ? "" : "s"}`;
  const json = {
    datasets: blocks.length,
    findings,
    ...(written.length > 0 && { sheets: written }),
  };
  if (findings > 0) throw new Failure(`data check: ${found}`, json);
  return { text: [found, ...written.map((file) => `sheet: ${file}`)].join("\n"), json };
}

/** `emrdm data`. */
export const data = command({
  operands: "check|moments|prepare [experiment.json]",
  details:
    "Reads every file from end to end. Reports files that are missing, unreadable, truncated, empty\n" +
    "or copies of others, that differ in size, position, pixel type or number of bands, that hold NaN\n" +
    "or values out of range, or whose names fit no pattern; and splits that overlap. Prints counts and\n" +
    "the range of each band. The exit code is 1 if anything is wrong. Datasets of a plugin (--plugin)\n" +
    "are checked in the same way.\n" +
    "\n" +
    "data moments draws training samples and measures σ_data, σ_mu and σ_cov, which the\n" +
    "preconditioning needs, for the experiment's mean or others. --write FILE.json makes an experiment\n" +
    "that extends the given one by the mean and its moments.\n" +
    "\n" +
    "data prepare draws samples, makes their means and writes them to --out, where the dataset\n" +
    "prepared reads them: a composite takes seconds, a step of a training less.",
  flags: FLAGS,
  moduleFlags: { of: datasetFlags, help: datasetFlagsHelp },
  examples: [
    "data check --type sen12MsCr --root data/SEN12MS-CR --sheet sheet.png",
    "data check --type cuhkCr --root data/CUHK-CR1 --nir-root data/CUHK-CR1/nir --json",
    "data check experiments/s2_temporal.json",
    "data moments experiments/s2_temporal.json --mean cloudy,composite",
    "data prepare experiments/means/mean_composite.json --out samples --samples 500",
  ],
  async run(values, context) {
    const what = "check or moments, and an experiment file unless --type is given";
    const [verb, path] = operandsOf(context, { min: 1, max: 2, what });
    const { mean: means, samples, write, overwrite } = values;
    if (verb === "moments") {
      if (path === undefined) {
        throw new UsageError("data moments needs an experiment file, got none");
      }
      await context.engine();
      return await moments(path, { means, samples, write, overwrite }, context);
    }
    if (verb === "prepare") {
      const { out, side, of: part } = values;
      if (path === undefined || out === undefined) {
        throw new UsageError("data prepare needs an experiment file and --out");
      }
      return await prepare(path, {
        ...{ out, samples, side, part },
      }, context);
    }
    if (verb !== "check") {
      throw new UsageError(`expected data check, moments or prepare, got data ${verb}`);
    }
    if (means !== undefined || samples !== undefined || write !== undefined) {
      throw new UsageError("--mean, --samples and --write belong to data moments, got data check");
    }
    return await check(values, context, path);
  },
});
