/**
 * Where pixels come from, how far samples scatter, what a self-check found, and whether tiles show.
 *
 * @module
 */

import type { SeamDirection } from "../../restoration/mod.ts";
import { element, roundTicks, textElement } from "../svg.ts";
import { digits, fixed, percent } from "./format.ts";
import { type Html, markup, raw } from "./html.ts";
import type { ReportData, ReportReliability, ReportUncertainty } from "./report_data.ts";
import { colourBar, scoreTable } from "./sections_errors.ts";

type MapAt = (id: string) => number;

function provenanceCard({ provenance, views: [detail] }: ReportData, mapAt: MapAt): Html {
  if (provenance === null) {
    return markup`
      <div class="card">
        <h3>Where pixels come from</h3>
        <p
          class="say">No mask was used, so every pixel is the model’s. With <code>--keep-clear</code> or <code>--mask</code>, clear pixels come back bit for bit, and this map says which.</p>
      </div>
    `;
  }
  const { noData, observed, otherDate, reconstructed } = provenance.counts;
  const all = noData + observed + otherDate + reconstructed;
  const row = (name: string, count: number, text: string) =>
    markup`<li><span class="swatch ${name}"></span>${percent(count / all)} ${text}</li>`;
  return markup`
    <figure class="card">
      <h3>Where pixels come from</h3>
      <canvas data-map="${mapAt("provenance")}" width="${detail!.width}" height="${
    detail!
      .height
  }" role="img"
        aria-label="Where each pixel comes from"></canvas>
      <ul class="key">
    ${row("o1", observed, "observed: the reference’s own numbers, bit for bit")}
    ${row("o2", otherDate, "restored, and clear on another date")}
    ${row("o3", reconstructed, "reconstructed: clear on no date, the model’s guess")}
    ${noData > 0 && row("o0", noData, "without data")}
      </ul>
    </figure>
  `;
}

/** Predicted deviations against observed errors. */
export function reliabilityChart({ bins }: ReportReliability): Html {
  const [width, height, left, right, head, foot] = [440, 300, 56, 10, 10, 40];
  const most = Math.max(...bins.flatMap(({ predicted, observed }) => [predicted, observed]));
  const { ticks, decimals } = roundTicks(0, most || 1);
  const high = ticks.at(-1)!;
  const x = (value: number) => left + (width - left - right) * value / high;
  const y = (value: number) => height - foot - (height - head - foot) * value / high;
  const grid = ticks.map((tick) =>
    element("line", { class: "grid", x1: left, x2: width - right, y1: y(tick), y2: y(tick) }) +
    textElement(tick.toFixed(decimals), {
      class: "soft",
      x: left - 6,
      y: y(tick) + 4,
      "text-anchor": "end",
    }) +
    textElement(tick.toFixed(decimals), {
      class: "soft",
      x: x(tick),
      y: height - foot + 16,
      "text-anchor": "middle",
    })
  );
  const points = bins.map(({ predicted, observed }) =>
    `${x(predicted).toFixed(1)},${y(observed).toFixed(1)}`
  );
  return markup`
    <svg viewBox="0 0 ${width} ${height}" role="img"
      aria-label="Observed error against predicted deviation; the table below has the numbers">${
    raw(
      [
        ...grid,
        element("line", { class: "even", x1: x(0), y1: y(0), x2: x(high), y2: y(high) }),
        element("polyline", { class: "path", points: points.join(" ") }),
        ...bins.map(({ predicted, observed }) =>
          element("circle", { class: "mark", cx: x(predicted), cy: y(observed), r: 3.5 })
        ),
        textElement("predicted deviation", {
          class: "soft",
          x: width - right,
          y: height - 6,
          "text-anchor": "end",
        }),
        textElement("observed error", { class: "soft", x: left + 6, y: head + 8 }),
      ].join(""),
    )
  }</svg>
  `;
}

/** Whether deviations can be taken for errors, in plain words. */
export function calibrationText({ reliability, calibration }: ReportUncertainty): string {
  const factor = calibration === null
    ? "They are the samples’ own: the model’s card has no calibration of this sampling."
    : `They are the samples’, made larger by the calibration of the model’s card (factor ${
      digits(calibration)
    }).`;
  if (reliability === null) {
    return `${factor} Whether they are calibrated here is not known, as there is no clear image.`;
  }
  const ratio = reliability.factor;
  if (!Number.isFinite(ratio)) {
    return `${factor} The samples do not differ at all, so they tell nothing of the error: not calibrated.`;
  }
  if (ratio > 1 / 1.25 && ratio < 1.25) {
    return `${factor} Here they are calibrated on the whole: errors are ${
      digits(ratio)
    } times as large.`;
  }
  return `${factor} Here they are not calibrated: errors are ${
    digits(ratio)
  } times as large as the deviations say.`;
}

function uncertaintyCards(
  data: ReportData,
  { unit, mapAt }: { readonly unit: string; readonly mapAt: MapAt },
): Html {
  const { uncertainty, views: [detail], truth } = data;
  if (uncertainty === null) {
    return markup`
      <div class="card">
        <h3>How sure the model is</h3>
        <p
          class="say">Not asked: with <code>--samples 8</code> the scene is restored several times with different noise, and the scatter is shown here.</p>
      </div>
    `;
  }
  const { samples, mean, high, reliability } = uncertainty;
  return markup`<figure class="card"><h3>How sure the model is</h3>
${colourBar("heat", { low: "0", high: `≥ ${digits(high)}`, unit })}
<canvas data-map="${mapAt("uncertainty")}" width="${detail!.width}" height="${
    detail!.height
  }" role="img" aria-label="Standard deviation of each pixel: mean ${digits(mean)}"></canvas>
<figcaption><span>Standard deviation of ${samples} samples, mean over the bands: ${
    digits(mean)
  } on average${
    truth !== null && `; the scale of the errors above reaches ${digits(truth.errors.high)}`
  }. ${calibrationText(uncertainty)}</span></figcaption></figure>
${
    reliability !== null &&
    markup`<figure class="card"><h3>Does it know where it is wrong?</h3>${
      reliabilityChart(reliability)
    }
<figcaption><span>Values in ${reliability.bins.length} groups of equal size by predicted deviation; root mean squares in ${unit}. On the dashed line predictions hold; above it the model is too sure.</span></figcaption>
<details><summary>The numbers</summary><table><thead><tr><th scope="col">Predicted</th><th scope="col">Observed</th><th scope="col">Values</th></tr></thead><tbody>${
      reliability.bins.map(({ predicted, observed, count }) =>
        markup`
          <tr>
            <td>${fixed(predicted, 4)}</td>
            <td>${fixed(observed, 4)}</td>
            <td>${count.toLocaleString("en")}</td>
          </tr>
        `
      )
    }</tbody></table></details></figure>`
  }`;
}

function selfCheckCard({ selfCheck }: ReportData): Html {
  if (selfCheck === null) {
    return markup`
      <div class="card">
        <h3>Self-check</h3>
        <p
          class="say">Not asked: with <code>--self-check</code> clear ground of this scene is hidden under synthetic clouds and restored, which tells what error to expect without a clear image.</p>
      </div>
    `;
  }
  const { how, rows } = selfCheck;
  return markup`<div class="card"><h3>Self-check</h3><p class="say">${how}</p>${
    scoreTable({ label: "Hidden pixels", pixels: selfCheck.pixels, rows })
  }</div>`;
}

function seamCard({ seams }: ReportData): Html {
  const { columns, rows, disagreement } = seams;
  const known = [columns, rows].filter((one) => one !== undefined);
  const side = (name: string, direction: SeamDirection | undefined) =>
    direction !== undefined && markup`
      <dt>${name}</dt>
      <dd>${fixed(direction.ratio, 3)} <span class="hint">(${
      direction.count.toLocaleString(
        "en",
      )
    } jumps)</span></dd>
    `;
  return markup`
    <div class="card">
      <h3>Do tiles show?</h3>
      <p class="say">${
    known.length === 0
      ? "There was no border between tiles to measure."
      : "How much the gradient jumps at borders of tiles, over the same elsewhere: 1 is an image in which tiles cannot be told."
  }</p>
      <dl
        class="facts">${side("Vertical borders", columns)}${
    side(
      "Horizontal borders",
      rows,
    )
  }<dt>Overlapping tiles differ by</dt><dd>${
    digits(
      disagreement,
    )
  } (root mean square, in the model’s units)</dd></dl>
    </div>
  `;
}

/** How far the result can be trusted. */
export function trustSection(
  data: ReportData,
  options: { readonly unit: string; readonly mapAt: MapAt },
): Html {
  return markup`
    <section id="trust" aria-labelledby="trust-title">
      <h2 id="trust-title">How far to trust it</h2>
      <p
        class="say">What is observed and what is guessed, how far repeated guesses scatter, and what can be checked without a clear image.</p>
      <div class="masonry">${provenanceCard(data, options.mapAt)}${
    uncertaintyCards(
      data,
      options,
    )
  }${selfCheckCard(data)}${seamCard(data)}</div>
    </section>
  `;
}
