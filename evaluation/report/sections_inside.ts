/**
 * Inside the model, and what was run with what.
 *
 * @module
 */

import { counted, digits } from "./format.ts";
import { frameLabels } from "./frame_labels.ts";
import { type Html, markup } from "./html.ts";
import type { ReportData, ReportInside } from "./report_data.ts";
import { colourBar } from "./sections_errors.ts";

function dateName({ frames, reference }: ReportData, l: number, count: number): string {
  // A model for single dates has one, the reference.
  return frameLabels(frames)[count === 1 ? reference : l]!;
}

/** The states from noise to image, a row for each date and one for D. */
function trajectory(data: ReportData, inside: ReportInside): Html {
  const { states, steps, restoredWith } = inside;
  const dates = states[0]!.dates.length;
  const per = dates + 1;
  const canvas = (i: number, row: number, label: string) =>
    markup`
      <canvas data-state="${
      i * per + row
    }" width="${inside.size}" height="${inside.size}" role="img"
        aria-label="${label}"></canvas>
    `;
  const grid = `states s${states.length}`;
  return markup`
    <div class="card">
      <h3>From noise to image</h3>
      <p
        class="say">The states x<sub>t</sub> of each date, from almost pure noise around the cloudy image (left) to the result (right), and below them D: the clear image as the network sees it from each state, one for all dates. ${
    steps ===
        restoredWith
      ? `These are the ${counted(steps, "step")} of the restoration.`
      : `Shown with ${steps} steps; the restoration itself took ${counted(restoredWith, "step")}.`
  }</p>
      <div class="${grid}">
    ${states.map(({ sigma }) => markup`<p><b>σ ${digits(sigma, 2)}</b></p>`)}
    ${
    Array.from(
      { length: dates },
      (_, l) =>
        markup`<p class="row">x<sub>t</sub> of ${dateName(data, l, dates)}</p>${
          states.map(({ sigma }, i) =>
            canvas(i, l, `State of ${dateName(data, l, dates)} at σ ${digits(sigma, 2)}`)
          )
        }`,
    )
  }
    <p class="row">D</p>
    ${
    states.map(({ sigma, denoised }, i) =>
      denoised === null
        ? markup`<p>the end</p>`
        : canvas(i, dates, `Denoised image at σ ${digits(sigma, 2)}`)
    )
  }
      </div>
    </div>
  `;
}

/** What each head counts of each date, at one evaluation at a time. */
function attention(data: ReportData, { masks }: ReportInside): Html {
  if (masks === null) {
    return markup`
      <div class="card">
        <h3>Temporal attention</h3>
        <p class="say">There is none to show: ${
      data.frames.length === 1
        ? "the model was given one date"
        : "the model restores each date by itself"
    }.</p>
      </div>
    `;
  }
  const { heads, length, width, height, evaluations } = masks;
  const last = evaluations.length - 1;
  const pixels = width * height;
  const means = Array.from({ length }, (_, l) => {
    let sum = 0;
    for (let h = 0; h < heads; h++) {
      const at = (h * length + l) * pixels;
      for (let i = 0; i < pixels; i++) sum += evaluations[last]!.data[at + i]!;
    }
    return sum / heads / pixels;
  });
  return markup`<div class="card"><h3>Where attention looks</h3>
<p class="say">The weights that temporal fusion attention gives each date (paper, Fig. 6): one column for each of ${heads} heads, one map for each date from top to bottom (${
    Array.from({ length }, (_, l) => dateName(data, l, length)).join(", ")
  }). They sum to 1 over the dates. On average at the last step: ${
    means.map((mean, l) => `${dateName(data, l, length)} ${mean.toFixed(2)}`).join(", ")
  }.</p>
${colourBar("weight", { low: "0", high: "1", unit: "" })}
${
    evaluations.length > 1 && markup`
      <label for="mask-step">Step: <span id="mask-sigma"></span></label><input type="range" id="mask-step"
        min="0" max="${last}" step="1" value="${last}">
    `
  }
${
    evaluations.length === 1 &&
    markup`<input type="hidden" id="mask-step" value="0"><p class="hint" id="mask-sigma"></p>`
  }
<ol class="heads">${
    Array.from({ length: heads }, (_, h) =>
      markup`<li><span>${h + 1}</span>${
        Array.from({ length }, (_, l) =>
          markup`
            <canvas data-mask="${h * length + l}" width="${width}" height="${height}" role="img"
              aria-label="Head ${h + 1}, ${dateName(data, l, length)}"></canvas>
          `)
      }</li>`)
  }</ol></div>`;
}

/** What happens inside of the model on one tile. */
export function insideSection(data: ReportData): Html {
  const { inside } = data;
  const head = markup`
    <section id="inside" aria-labelledby="inside-title">
      <h2 id="inside-title">Inside the model</h2>
  `;
  if (inside === null) {
    return markup`${head}<p class="say">Not shown: the picture is smaller than a tile of the model.</p></section>`;
  }
  const { window: { column, row }, size } = inside;
  return markup`
    ${head}<p
      class="say">One tile of ${size} × ${size} pixels under the thickest cloud, from column ${column}, row ${row}.</p>
    <div class="stack">${attention(data, inside)}${trajectory(data, inside)}</div></section>
  `;
}

/** What was run with what. */
export function runSection({ run, description, model }: ReportData): Html {
  return markup`<section id="run" aria-labelledby="run-title"><h2 id="run-title">What was run with what</h2>
${
    run.command !== null && markup`
      <p class="say">To make this report again:</p>
      <pre>${run.command}</pre>
    `
  }
${description !== "" && markup`<p class="say"><strong>${model}.</strong> ${description}</p>`}
<div class="stack">${
    run.groups.map(({ label, facts }) =>
      markup`
        <div class="card">
          <h3>${label}</h3>
          <dl class="facts">${
        facts.map(([name, value]) =>
          markup`
              <dt>${name}</dt>
              <dd>${value}</dd>
            `
        )
      }</dl>
        </div>
      `
    )
  }</div>
</section>`;
}
