/**
 * Head of the page: title, summary, key figures and navigation.
 *
 * @module
 */

import { counted, digits, fixed, percent } from "./format.ts";
import { type Content, type Html, markup } from "./html.ts";
import { unbroken } from "./parts.ts";
import type { ReportData } from "./report_data.ts";

interface Figure {
  readonly number: string;
  readonly label: string;
  /** Second line; empty for none. */
  readonly note: Content;
}

/** PSNR of the model, with the best baseline as a note. */
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
      note: best === undefined
        ? ""
        : `best baseline ${fixed(best.score!.psnr, 1)} dB (${best.method})`,
    }];
  });
}

/** Number and span of the input dates. */
function datesFigure({ frames }: ReportData): Figure {
  const days = frames.flatMap(({ date }) => date === null ? [] : [date]).toSorted();
  const span = days.length > 1 && days[0] !== days.at(-1)
    ? markup`${unbroken(days[0]!)} to ${unbroken(days.at(-1)!)}`
    : days[0] ?? "dates unknown";
  return {
    number: String(frames.length),
    label: frames.length === 1 ? "input date" : "input dates",
    note: span,
  };
}

/** Error of the result, or that it is unknown. */
function errorFigures(data: ReportData): readonly Figure[] {
  const { truth, selfCheck, unit } = data;
  if (truth === null && selfCheck === null) {
    return [{
      number: "unknown",
      label: "error",
      note: "no clear image and no self-check",
    }];
  }
  if (selfCheck === null) return scoreFigures(data);
  return [...scoreFigures(data), {
    number: digits(selfCheck.rows[0]!.score.mae, 2),
    label: `expected error${unit.reflectanceScale === null ? "" : ", reflectance"}`,
    note: "mean absolute error, from the self-check",
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
      label: "cloud and shadow, reference date",
      note: "built-in cloud detector",
    }]),
    ...(counts === undefined ? [] : [{
      number: percent(counts.observed / all!),
      label: "pixels kept as observed",
      note: `${percent(counts.reconstructed / all!)} not clear on any date`,
    }]),
    ...errorFigures(data),
  ];
}

const SECTIONS = {
  pictures: "Before and after",
  dates: "Input dates",
  errors: "Error",
  trust: "Uncertainty",
  inside: "Inside the model",
  run: "Run details",
} as const;

/** Title, summary, key figures and links to the sections. */
export function headSection(data: ReportData): Html {
  const { title, frames, reference, model, truth, notes } = data;
  const { date, name } = frames[reference]!;
  const compared = truth === null
    ? ""
    : markup` and compared with the clear image of <strong>${
      truth.frame.date === null ? truth.frame.name : unbroken(truth.frame.date)
    }</strong>`;
  const tiles = figures(data).map(({ number, label, note }) =>
    markup`<div><dt>${label}</dt><dd class="number">${number}</dd>${
      note !== "" && markup`<dd class="note">${note}</dd>`
    }</div>`
  );
  const links = Object.entries(SECTIONS)
    .map(([id, label]) => markup`<li><a href="#${id}">${label}</a></li>`);
  return markup`<a class="skip" href="#pictures">Skip to the images</a>
<header class="wrap">
<p class="kicker">emrdm report</p>
<h1>${title}</h1>
<p class="lead">Image of <strong>${date === null ? name : unbroken(date)}</strong>, restored from ${
    counted(frames.length, "date")
  } with <strong>${model}</strong>${compared}.</p>
<dl class="figures">${tiles}</dl>
${
    notes.length > 0 &&
    markup`<ul class="notes" aria-label="Notes">${
      notes.map((note) => markup`<li>${note}</li>`)
    }</ul>`
  }
</header>
<nav aria-label="Sections of the report"><ul class="wrap">${links}</ul></nav>`;
}
