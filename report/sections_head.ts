/**
 * The head of the page: what it is about, in a sentence and a few numbers.
 *
 * @module
 */

import { counted, digits, fixed, percent } from "./format.ts";
import { type Html, markup } from "./html.ts";
import type { ReportData } from "./report_data.ts";

interface Figure {
  readonly number: string;
  readonly label: string;
  readonly beside: string;
}

/** PSNR of the model and of the best baseline. */
function scoreFigures({ truth }: ReportData): readonly Figure[] {
  return (truth?.scores ?? []).slice(0, 2).flatMap(({ label, rows }): readonly Figure[] => {
    const [ours, ...others] = rows;
    const known = others.filter(({ score }) => score !== null && !Number.isNaN(score.psnr));
    if (!ours?.score) return [];
    const best = known.reduce<typeof known[number] | undefined>(
      (best, one) => best === undefined || one.score!.psnr > best.score!.psnr ? one : best,
      undefined,
    );
    return [{
      number: `${fixed(ours.score.psnr, 1)} dB`,
      label: `PSNR, ${label.toLowerCase()}`,
      beside: best === undefined
        ? ""
        : `best baseline ${fixed(best.score!.psnr, 1)} (${best.method})`,
    }];
  });
}

/** The dates that were given. */
function datesFigure({ frames }: ReportData): Figure {
  const days = frames.flatMap(({ date }) => date === null ? [] : [date]).toSorted();
  const span = days.length > 1 && days[0] !== days.at(-1)
    ? `${days[0]} to ${days.at(-1)}`
    : days[0] ?? "days unknown";
  return {
    number: String(frames.length),
    label: frames.length === 1 ? "date given" : "dates given",
    beside: span,
  };
}

/** How far off the result is, or that nobody knows. */
function errorFigures(data: ReportData): readonly Figure[] {
  const { truth, selfCheck, unit } = data;
  if (truth === null && selfCheck === null) {
    return [{
      number: "unknown",
      label: "how far off it is",
      beside: "no clear image, no self-check",
    }];
  }
  if (selfCheck === null) return scoreFigures(data);
  return [...scoreFigures(data), {
    number: digits(selfCheck.rows[0]!.score.mae, 2),
    label: `error to expect${unit.reflectanceScale === null ? "" : ", reflectance"}`,
    beside: "mean absolute, by the self-check",
  }];
}

function figures(data: ReportData): readonly Figure[] {
  const { frames, reference, provenance } = data;
  const cover = frames[reference]!.cloudCover;
  const counts = provenance?.counts;
  const all = counts && counts.observed + counts.otherDate + counts.reconstructed + counts.noData;
  return [
    datesFigure(data),
    ...(cover === null ? [] : [{
      number: percent(cover),
      label: "of the reference is cloud or shadow",
      beside: "by the built-in detector",
    }]),
    ...(counts === undefined ? [] : [{
      number: percent(counts.observed / all!),
      label: "kept as observed",
      beside: `${percent(counts.reconstructed / all!)} clear on no date`,
    }]),
    ...errorFigures(data),
  ];
}

const SECTIONS = {
  pictures: "Before and after",
  dates: "Dates",
  errors: "Errors",
  trust: "Trust",
  inside: "Inside the model",
  run: "What was run",
} as const;

/** Title, summary, numbers and the way to the sections. */
export function headSection(data: ReportData): Html {
  const { title, frames, reference, model, truth, notes } = data;
  const { date, name } = frames[reference]!;
  const compared = truth === null
    ? ""
    : markup` and compared with a clear image of <strong>${
      truth.frame.date ?? truth.frame.name
    }</strong>`;
  const tiles = figures(data).map(({ number, label, beside }) =>
    markup`<div><dt>${label}</dt><dd class="number">${number}</dd>${
      beside !== "" && markup`<dd class="beside">${beside}</dd>`
    }</div>`
  );
  const links = Object.entries(SECTIONS)
    .map(([id, label]) => markup`<li><a href="#${id}">${label}</a></li>`);
  return markup`<a class="skip" href="#pictures">Skip to the pictures</a>
<header class="wrap">
<p class="kicker">emrdm report</p>
<h1>${title}</h1>
<p class="lead">The image of <strong>${date ?? name}</strong>, restored from ${
    counted(frames.length, "date")
  } by <strong>${model}</strong>${compared}.</p>
<dl class="figures">${tiles}</dl>
${
    notes.length > 0 &&
    markup`<ul class="notes" aria-label="Notes">${
      notes.map((note) => markup`<li>${note}</li>`)
    }</ul>`
  }
</header>
<nav aria-label="Parts of the report"><ul class="wrap">${links}</ul></nav>`;
}
