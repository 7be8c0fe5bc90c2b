/**
 * How near the result is to a clear image: error maps, scores, bands.
 *
 * @module
 */

import type { Score } from "../../metrics/mod.ts";
import { element, roundTicks, textElement } from "../svg.ts";
import { digits, fixed } from "./format.ts";
import { type Html, markup, raw } from "./html.ts";
import type { ReportData, ReportScores, ReportTruth } from "./report_data.ts";

const COLUMNS: readonly {
  readonly metric: keyof Score;
  readonly label: string;
  readonly digits: number;
  readonly better: 1 | -1;
}[] = [
  { metric: "psnr", label: "PSNR, dB", digits: 2, better: 1 },
  { metric: "ssim", label: "SSIM", digits: 3, better: 1 },
  { metric: "mae", label: "MAE", digits: 4, better: -1 },
  { metric: "rmse", label: "RMSE", digits: 4, better: -1 },
  { metric: "sam", label: "SAM, °", digits: 2, better: -1 },
];

/** Scores of methods; the best of each column is marked. */
export function scoreTable({ label, pixels, rows }: ReportScores): Html {
  const best = COLUMNS.map(({ metric, better, digits }) => {
    const known = rows.flatMap(({ score }) => score === null ? [] : [better * score[metric]])
      .filter((value) => !Number.isNaN(value));
    return known.length === 0 ? "" : fixed(better * Math.max(...known), digits);
  });
  return markup`
    <table>
      <caption>${label} <span>${pixels.toLocaleString("en")} pixels</span></caption>
      <thead>
        <tr><th scope="col">Method</th>${
    COLUMNS.map(({ label }) => markup`<th scope="col">${label}</th>`)
  }</tr>
      </thead>
      <tbody>${
    rows.map(({ method, score }, i) =>
      markup`<tr${
        i === 0 && markup`
            class="ours"
          `
      }><th scope="row">${method}</th>${
        COLUMNS.map(({ metric, digits }, c) => {
          const text = fixed(score?.[metric], digits);
          return markup`<td${
            text === best[c] && text !== "–" && markup`
                class="best"
              `
          }>${text}</td>`;
        })
      }</tr>`
    )
  }</tbody>
    </table>
  `;
}

/** Bias of each band: bars of the model, rings of the reference as it was. */
function biasChart({ bands: methods }: ReportTruth, names: readonly string[]): Html {
  const [ours, other] = methods;
  if (ours === undefined) return markup``;
  const [width, height, left, right, head, foot] = [440, 220, 52, 8, 10, 26];
  const biases = [ours, ...(other === undefined ? [] : [other])]
    .flatMap(({ scores }) => scores.flatMap((score) => score === null ? [] : [score.bias]));
  const { ticks, decimals } = roundTicks(Math.min(0, ...biases), Math.max(0, ...biases));
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  const y = (value: number) =>
    height - foot - (value - low) / (high - low) * (height - head - foot);
  const place = (width - left - right) / names.length;
  const x = (band: number) => left + place * (band + 0.5);
  const lines = ticks.map((tick) =>
    element("line", {
      class: Math.abs(tick) < 1e-12 ? "zero" : "grid",
      x1: left,
      x2: width - right,
      y1: y(tick),
      y2: y(tick),
    }) +
    textElement(tick.toFixed(decimals).replace("-", "−"), {
      class: "soft",
      x: left - 6,
      y: y(tick) + 4,
      "text-anchor": "end",
    })
  );
  const bars = ours.scores.map((score, band) =>
    score === null ? "" : element("rect", {
      class: "bias",
      x: x(band) - place * 0.28,
      width: place * 0.56,
      y: Math.min(y(score.bias), y(0)),
      height: Math.max(Math.abs(y(score.bias) - y(0)), 0.5),
      rx: 1.5,
    })
  );
  const rings =
    other?.scores.map((score, band) =>
      score === null
        ? ""
        : element("circle", { class: "dot", cx: x(band), cy: y(score.bias), r: 3.6 })
    ) ?? [];
  const labels = names.map((name, band) =>
    textElement(name, { class: "soft", x: x(band), y: height - 8, "text-anchor": "middle" })
  );
  return markup`
    <figure class="card">
      <h3>Bias of each band</h3>
      <svg viewBox="0 0 ${width} ${height}" role="img"
        aria-label="Mean of restored minus clear in each band; the table below has the numbers">${
    raw(
      [...lines, ...bars, ...rings, ...labels].join(""),
    )
  }</svg>
      <figcaption><span>Mean of restored − clear: above 0 is too bright. Bars: ${ours.method}${
    other !== undefined && `; rings: ${other.method}`
  }.</span></figcaption>
      <details>
        <summary>Errors of each band</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">Band</th>
              <th scope="col">Bias</th>
              <th scope="col">MAE</th>
              <th scope="col">RMSE</th>
            </tr>
          </thead>
          <tbody>${
    ours.scores.map((score, band) =>
      markup`
              <tr>
                <th scope="row">${names[band]}</th>
                <td>${fixed(score?.bias, 4)}</td>
                <td>${fixed(score?.mae, 4)}</td>
                <td>${fixed(score?.rmse, 4)}</td>
              </tr>
            `
    )
  }</tbody>
        </table>
      </details>
    </figure>
  `;
}

/** A bar of colours with the numbers of its ends. */
export function colourBar(
  palette: "heat" | "weight",
  { low, high, unit }: { readonly low: string; readonly high: string; readonly unit: string },
): Html {
  return markup`
    <div
      class="bar ${palette}"><span>${low}</span><i></i><span>${high}${
    unit !== "" &&
    ` ${unit}`
  }</span></div>
  `;
}

/** What the clear image tells; that there is none where there is none. */
export function errorsSection(
  data: ReportData,
  { unit, mapAt }: { readonly unit: string; readonly mapAt: (id: string) => number },
): Html {
  const { truth, bands, views: [detail], selfCheck } = data;
  const head = markup`
    <section id="errors" aria-labelledby="errors-title">
      <h2 id="errors-title">How far off it is</h2>
  `;
  if (truth === null) {
    return markup`
      ${head}<p
        class="say">No clear image was given (<code>--truth</code>), so how far off the result is <strong>is not known</strong>. ${
      selfCheck ===
          null
        ? "A self-check (--self-check) hides clear ground of this scene and tells what error to expect."
        : "The self-check below tells what error to expect."
    }</p></section>
    `;
  }
  const { errors, scores, scored, frame } = truth;
  const sameDay = frame.date !== null && frame.date === data.frames[data.reference]!.date;
  return markup`
    ${head}
    <p class="say">Beside the clear image of <strong>${frame.date ?? frame.name}</strong>. ${
    sameDay
      ? "It is of the same day."
      : "It is of another day: light, haze and plants differ a little, and such differences count as " +
        "errors of every method."
  } Errors are in ${unit}, scores are of ${scored}.</p>
    <h3>Errors of each pixel</h3>
    ${colourBar("heat", { low: "0", high: `≥ ${digits(errors.high)}`, unit })}
    <ul class="gallery">${
    errors.maps.map(({ method, mean }, i) =>
      markup`
        <li${
        i === 0 && markup`
          class="is-ours"
        `
      }>
          <figure>
            <canvas data-map="${mapAt(`error${i}`)}" width="${detail!.width}" height="${
        detail!
          .height
      }" role="img"
              aria-label="Errors of ${method}: mean ${digits(mean)}"></canvas>
            <figcaption><b>${method}</b><span>mean ${digits(mean)}</span></figcaption>
          </figure>
          </li>
      `
    )
  }</ul>
    <p
      class="hint">Mean over the bands of the absolute difference; one scale for all, which 99 % of the model’s pixels are within.</p>
    <div class="columns stack-top">
    ${scores.map((table) => markup`<div class="card">${scoreTable(table)}</div>`)}
    ${biasChart(truth, bands.map(({ name }) => name))}
    </div>
    <p
      class="hint">Underlined is the best of a column. MAE and RMSE in ${unit}; PSNR and SSIM with a data range of 1; SAM is the angle between spectra. The definitions are those of the <em>standard</em> profile in docs/metrics.md.</p>
    </section>
  `;
}
