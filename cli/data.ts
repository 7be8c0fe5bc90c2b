/**
 * `emrdm data check`: whether the files of a dataset are all there and sound.
 *
 * @module
 */

import { createRng, OptionsError } from "../core/mod.ts";
import { checkDataset, type DataReport, drawSheet, samplePictures } from "../datasets/mod.ts";
import { checkOverwrite } from "../files/mod.ts";
import { writePng } from "../rasters/mod.ts";
import {
  DATA_TYPES,
  dataCheck,
  type DataConfig,
  listDataset,
  openDataset,
  readExperiment,
} from "../training/mod.ts";
import { command, type Context, Failure, operandsOf, type Result } from "./command.ts";
import { reportText } from "./data_text.ts";
import { choice, count, type FlagValues, kebab, text, toggle, UsageError, words } from "./flags.ts";

const FLAGS = {
  type: choice("Type of the dataset, where no experiment file is given", DATA_TYPES),
  root: text("Its folder", "DIR"),
  nirRoot: text("Folder of near infrared (cuhkCr)", "DIR"),
  file: text("CSV or JSON lines file (index)", "FILE"),
  split: text("Only this split (default all)", "NAME"),
  splits: choice("How regions are told from the lists (sen12MsCr; default exact)", [
    "exact",
    "published",
  ]),
  places: words("Only these places (synthetic)", "A,B"),
  bands: words("Bands (synthetic: of the model; index: of files that do not name them)", "B02,B03"),
  tileSize: count("Least side of images (default any; an experiment's tile size)", { min: 1 }),
  limit: count("Read N images of each split, evenly spaced (default all)", { min: 1 }),
  sheet: text("Picture sheet to write: cloudy images, clear one, auxiliary band", "FILE.png"),
  rows: count("Samples of the sheet (default 6)", { min: 1 }),
  overwrite: toggle("Replace an existing sheet"),
} as const;

type Values = FlagValues<typeof FLAGS>;

/** One dataset to check. */
interface Block {
  /** As the experiment calls it. */
  readonly name: string;
  readonly config: DataConfig;
  readonly everySplit: boolean;
  readonly model: { readonly bands?: readonly string[]; tileSize?: number; length: number };
}

/** Checks options that come from flags. @throws {UsageError} That names the flag. */
function checkFlagged(options: object): DataConfig {
  try {
    return dataCheck(options, "$");
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    const flag = `--${kebab(error.path.replace(/^\$\./, ""))}`;
    throw new UsageError(`${flag}${error.message.slice(error.path.length)}`);
  }
}

/** The dataset that the flags name. */
function flaggedBlock(values: Values): Block {
  const { type, root, nirRoot, file, split, splits, places, bands, tileSize } = values;
  if (type === undefined) {
    throw new UsageError("give an experiment file, or a dataset with --type and --root");
  }
  const isIndex = type === "index";
  const given = { root, nirRoot, file, split, splits, places, ...(isIndex && { bands }) };
  const options = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  return {
    name: "data",
    config: checkFlagged({ type, ...options }),
    everySplit: true,
    model: {
      length: 3,
      ...(bands && !isIndex && { bands }),
      ...(tileSize !== undefined && { tileSize }),
    },
  };
}

/** The datasets of an experiment. */
async function experimentBlocks(path: string, { tileSize }: Values): Promise<readonly Block[]> {
  const { data, model } = await readExperiment(path);
  const bands = model.bands.map(({ name }) => name);
  return Object.entries(data).flatMap(([name, config]) =>
    config === undefined ? [] : [{
      name,
      config,
      everySplit: false,
      model: { bands, tileSize: tileSize ?? model.tileSize, length: model.length ?? 1 },
    }]
  );
}

/** Where the sheet of a block goes: with several, the name says which. */
function sheetPath(path: string, { name }: Block, blocks: readonly Block[]): string {
  return blocks.length === 1 ? path : path.replace(/(?:\.png)?$/i, `-${name}.png`);
}

/** Side of the samples on the sheet of a synthetic dataset, where no model says it. */
const SHEET_TILE = 128;

/** Clear images alone say little: the sheet of a synthetic dataset shows what it paints over them. */
async function syntheticSheet({ config, model }: Block, bands: readonly string[], rows: number) {
  const { tileSize = SHEET_TILE, length } = model;
  const dataset = await openDataset(config, { tileSize, length, bands });
  const samples = await Promise.all(
    Array.from({ length: rows }, (_, i) => dataset.sample(i % dataset.size, createRng(0))),
  );
  const { reflectanceScale = 10000 } = config.type === "synthetic" ? config : {};
  return drawSheet(samples.map((sample) => samplePictures(sample, dataset.bands)), {
    display: [0, 0.3 * reflectanceScale],
  });
}

/** Checks one dataset; writes its sheet. */
async function checkBlock(
  block: Block,
  { values, sheetFile, progress }: {
    readonly values: Values;
    readonly sheetFile: string | undefined;
    readonly progress: Context["progress"];
  },
): Promise<DataReport> {
  const { config, everySplit, model } = block;
  const { limit, rows = 6, overwrite } = values;
  const listing = await listDataset(config, {
    everySplit,
    ...(model.bands && { bands: model.bands }),
  });
  const bar = progress(block.name);
  const { report, sheet } = await checkDataset(listing, {
    ...(limit !== undefined && { limit }),
    ...(model.tileSize !== undefined && { tileSize: model.tileSize }),
    rows: sheetFile === undefined || config.type === "synthetic" ? 0 : rows,
    onProgress: (done, total, name) => bar.update(done, total, name),
  }).finally(() => bar.end());
  if (sheetFile === undefined) return report;
  const isSound = report.findings.length === 0;
  const picture = config.type === "synthetic" && isSound
    ? await syntheticSheet(block, model.bands ?? listing.bands, rows)
    : sheet;
  if (picture === undefined) {
    return { ...report, notes: [...report.notes, "no sheet: there is no sound sample to show"] };
  }
  await writePng(sheetFile, picture, { overwrite });
  return report;
}

/** `emrdm data check`. */
async function check(values: Values, context: Context, path?: string): Promise<Result> {
  if (path !== undefined && values.type !== undefined) {
    throw new UsageError(`give either the experiment ${path} or --type ${values.type}`);
  }
  const blocks = path === undefined ? [flaggedBlock(values)] : await experimentBlocks(path, values);
  let findings = 0;
  const written: string[] = [];
  const sheetOf = (block: Block) => values.sheet && sheetPath(values.sheet, block, blocks);
  // Said before hours of reading, not after them.
  for (const file of blocks.map(sheetOf)) {
    if (file !== undefined) await checkOverwrite(file, { overwrite: values.overwrite });
  }
  for (const block of blocks) {
    const sheetFile = sheetOf(block);
    const { progress } = context;
    const report = await checkBlock(block, { values, sheetFile, progress });
    findings += report.findings.length;
    if (sheetFile !== undefined) written.push(sheetFile);
    context.print({ name: block.name, ...report }, `${reportText(report)}\n`);
  }
  const found = findings === 0
    ? "nothing is wrong"
    : `${findings} ${findings === 1 ? "thing is" : "things are"} wrong`;
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
  summary: "check that the files of a dataset are all there and sound",
  operands: "check [experiment.json]",
  details:
    "Reads every file from end to end and names each that is missing, unreadable, cut off, empty,\n" +
    "of another size, place, pixel type or number of bands, a copy of another, out of range, NaN or\n" +
    "of a name that fits no pattern, and splits that overlap. Prints counts and the values of each\n" +
    "band. The exit code is 1 if anything is wrong.",
  flags: FLAGS,
  examples: [
    "data check --type sen12MsCr --root data/SEN12MS-CR --sheet sheet.png",
    "data check --type cuhkCr --root data/CUHK-CR1 --nir-root data/CUHK-CR1/nir --json",
    "data check experiments/s2_temporal.json",
  ],
  async run(values, context) {
    const what = "the word check, and an experiment file if no --type is given";
    const [verb, path] = operandsOf(context, { min: 1, max: 2, what });
    if (verb !== "check") throw new UsageError(`data knows the verb check, got ${verb}`);
    return await check(values, context, path);
  },
});
