/**
 * `emrdm report`: restores a scene and describes the result in one HTML file.
 *
 * @module
 */

import { writeFileAtomically } from "../files/mod.ts";
import { createReport, renderReport, type ReportData } from "../report/mod.ts";
import { checkOutputs, checkWritable, makeFoldersOf } from "../restoration/mod.ts";
import { command, type Context, type Result } from "./command.ts";
import { commandText } from "./command_text.ts";
import { DEFAULT_MODEL } from "./default_model.ts";
import { type FlagValues, required, section, text, UsageError } from "./flags.ts";
import { interruptible, NOTHING_WRITTEN } from "./interrupt.ts";
import { freeModel, openModel } from "./model.ts";
import { INPUT_FLAGS, inputsOf, SCENE_FLAGS, sceneOptions } from "./scene_flags.ts";

const REPORT_FLAGS = {
  ...INPUT_FLAGS,
  ...section("Input", {
    truth: text("Clear image of the reference's ground, to compare with.", "PATH"),
  }),
  ...section("Output", {
    out: text("HTML file to write.", "FILE"),
    title: text("Title of the page. Default: the reference date."),
  }),
  ...SCENE_FLAGS,
} as const;

type ReportValues = FlagValues<typeof REPORT_FLAGS>;

/** The numbers of a report. */
function summaryOf(data: ReportData, output: string, bytes: number) {
  const { truth, provenance, uncertainty, selfCheck, seams, frames, reference, notes } = data;
  return {
    output,
    bytes,
    model: data.model,
    frames: frames.map(({ name, date, cloudCover }) => ({ name, date, cloudCover })),
    reference,
    ...(truth && {
      truth: truth.frame.name,
      scores: truth.scores.map(({ label, pixels, rows }) => ({
        label,
        pixels,
        scores: Object.fromEntries(rows.map(({ method, score }) => [method, score])),
      })),
    }),
    ...(provenance && { pixels: provenance.counts }),
    ...(uncertainty && {
      samples: uncertainty.samples,
      deviation: uncertainty.mean,
      reliability: uncertainty.reliability?.factor ?? null,
    }),
    ...(selfCheck && { selfCheck: selfCheck.rows }),
    seams,
    notes,
  };
}

function textOf(data: ReportData, output: string, bytes: number): string {
  const best = data.truth?.scores[0]?.rows[0]?.score;
  return [
    `${output}: ${(bytes / 1e6).toFixed(1)} MB, ${data.title}`,
    ...(best ? [`PSNR ${best.psnr.toFixed(2)} dB, SSIM ${best.ssim.toFixed(3)}`] : []),
  ].join("\n");
}

async function run(values: ReportValues, context: Context): Promise<Result> {
  const { operands, log } = context;
  const { truth, overwrite } = values;
  const inputs = inputsOf(values, operands);
  if (inputs.length === 0) throw new UsageError("expected at least one date, got nothing");
  const out = required(values.out, "--out, the HTML file to write,");
  const options = sceneOptions(values, context);
  const read = [...inputs.map(({ path }) => path), ...(truth === undefined ? [] : [truth])];
  await checkOutputs([out], { inputs: read, overwrite });
  await makeFoldersOf([out]);
  await checkWritable(out);
  const engine = await context.engine();
  const model = await openModel(values.model ?? DEFAULT_MODEL, context);
  const bar = context.progress("report");
  bar.wait("opening files and masks");
  return await interruptible(
    { log, reason: NOTHING_WRITTEN, free: () => freeModel(model) },
    async (signal) => {
      const data = await createReport(model, {
        ...options,
        inputs,
        truth: truth === undefined ? undefined : { path: truth },
        title: values.title,
        command: commandText("report", { values, operands, flags: REPORT_FLAGS }),
        engine: `${engine.name} (${engine.device})`,
        signal,
        log,
        onStage: (stage, done, total) => bar.update(done, total, stage),
      });
      const bytes = new TextEncoder().encode(renderReport(data));
      await writeFileAtomically(out, [bytes], { overwrite });
      return { text: textOf(data, out, bytes.length), json: summaryOf(data, out, bytes.length) };
    },
  ).finally(() => bar.end());
}

/** `emrdm report`. */
export const report = command({
  operands: "<date ...>",
  details:
    `Writes one HTML file that opens in any browser without a network connection and has at most 15 MB.
It shows the reference before and after, all dates and spectra; with --keep-clear or --mask, where
each pixel comes from; with --samples, the uncertainty; with --self-check, the expected error; with
--truth, errors next to a clear image and simple baselines; and attention, the steps from noise to
image, and all settings.

A large scene is shown as a whole at reduced size, and its cloudiest part at full resolution.`,
  flags: REPORT_FLAGS,
  examples: [
    "report 2018-03-07.tif 2018-07-05.tif 2018-09-18.tif --reference 2018-07-05 --keep-clear --out report.html",
    "report a.tif b.tif c.tif --truth clear.tif --samples 8 --self-check --out report.html",
    "report S2A_MSIL1C_….SAFE --keep-clear --window 2000,2000,1024,1024 --out report.html",
  ],
  run,
});
