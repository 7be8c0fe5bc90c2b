/**
 * The first parts of the page: before and after with spectra, and all dates.
 *
 * @module
 */

import { percent } from "./format.ts";
import { type Html, markup } from "./html.ts";
import type { ColourChoice } from "./page_data.ts";
import type { ReportData, ReportFrame } from "./report_data.ts";

/** A choice among several. */
function select(
  id: string,
  label: string,
  { options, chosen }: {
    readonly options: readonly { readonly value: string; readonly label: string }[];
    readonly chosen: string;
  },
): Html {
  return markup`<div><label for="${id}">${label}</label><select id="${id}">${
    options.map(({ value, label }) =>
      markup`
        <option value="${value}" ${
        value === chosen && markup`
          selected
        `
      }>${label}</option>
      `
    )
  }</select></div>`;
}

/** Lines of the chart of spectra; one key for all dates but the reference. */
function spectraKey({ views: [detail], reference, truth }: ReportData): Html {
  const line = (name: string, label: string) =>
    markup`<li><svg viewBox="0 0 26 8" aria-hidden="true"><line class="spectrum ${name}" x1="0" x2="26" y1="4" y2="4"/></svg>${label}</li>`;
  const dates = detail!.images.filter(({ id }) => id.startsWith("date"));
  return markup`<ul class="key">
${line("restored", "restored")}
${truth !== null && line("truth", "clear image")}
${line("reference", `${dates[reference]!.label}`)}
${dates.length > 1 && line("", "other dates")}
</ul>`;
}

/** Before and after, and the spectra of a pixel. */
export function picturesSection(data: ReportData, colours: readonly ColourChoice[]): Html {
  const { views, reference, bands } = data;
  const [detail] = views;
  const images = detail!.images.map(({ id, label }) => ({ value: id, label }));
  const middle = { column: Math.floor(detail!.width / 2), row: Math.floor(detail!.height / 2) };
  const unit = data.unit.white === null ? data.unit.name : "reflectance";
  return markup`
    <section id="pictures" aria-labelledby="pictures-title">
      <h2 id="pictures-title">Before and after</h2>
      <p
        class="say">Drag across the picture, or use the slider. Point at a pixel, tap it or type its place to see its spectra. All pictures share one stretch: equal numbers have equal colours.</p>
      <div class="choices">
    ${
    select("colours", "Colours", {
      options: colours.map(({ label }, i) => ({ value: String(i), label })),
      chosen: "0",
    })
  }
    ${select("before", "Left", { options: images, chosen: `date${reference}` })}
    ${select("after", "Right", { options: images, chosen: "restored" })}
    ${
    views.length > 1 && select("view", "Shown", {
      options: views.map(({ label }, i) => ({ value: String(i), label })),
      chosen: "1",
    })
  }
      </div>
      <div class="viewer">
        <div>
          <div id="stage" role="img"
            aria-label="The chosen images over each other, parted by the divider">
    <canvas id="canvas-before"></canvas><canvas id="canvas-after"></canvas>
    <div id="detail-frame" hidden></div><div id="cross"></div><div id="divider"></div>
    <span class="tag" id="label-before"></span><span class="tag" id="label-after"></span>
          </div>
          <label class="hidden" for="slider">Divider between the left and the right image</label>
          <input type="range" id="slider" min="0" max="100" step="1" value="50">
        </div>
        <div class="card">
    <h3>Spectra at <span id="point-where"></span></h3>
    <div class="point">
    <div><label for="column">Column of the detail</label><input type="number" id="column" min="0" max="${
    detail!
      .width - 1
  }" value="${middle.column}"></div>
    <div><label for="row">Row of the detail</label><input type="number" id="row" min="0" max="${
    detail!
      .height - 1
  }" value="${middle.row}"></div>
    </div>
    <svg id="spectra" viewBox="0 0 440 260" role="img" aria-label="Spectra of the pixel; the table below has the numbers"></svg>
    ${spectraKey(data)}
    <details><summary>The numbers (${unit})</summary>
    <table><thead><tr><th scope="col">Image</th>${
    detail!.images.map(({ label }) => markup`<th scope="col">${label}</th>`)
  }</tr></thead>
    <tbody>${
    bands.map(({ name }, band) =>
      markup`<tr><th scope="row">${name}</th>${
        detail!.images.map((_, i) => markup`<td id="value-${i}-${band}"></td>`)
      }</tr>`
    )
  }</tbody></table>
    <p class="hint">The file keeps a byte for each number, in steps that grow with it: at 0.1 they are about 0.003.</p></details>
        </div>
      </div>
    </section>
  `;
}

function frameCaption(label: string, frame: ReportFrame, note: string): Html {
  return markup`<figcaption><b>${label}</b>${
    note !== "" && markup`
      · ${note}
    `
  }<span>${
    frame.cloudCover === null
      ? "cloud cover unknown"
      : `${percent(frame.cloudCover)} cloud or shadow`
  }${
    frame.empty > 0 && `, ${percent(frame.empty)} without data`
  }</span><span>${frame.name}</span></figcaption>`;
}

/** All dates, the result and the clear image. */
export function datesSection(data: ReportData): Html {
  const { frames, reference, truth, views: [detail], model } = data;
  const canvas = (id: string, label: string) =>
    markup`
      <canvas data-image="${id}" width="${detail!.width}" height="${detail!.height}" role="img"
        aria-label="${label}"></canvas>
    `;
  return markup`
    <section id="dates" aria-labelledby="dates-title">
      <h2 id="dates-title">What the model was given</h2>
      <p
        class="say">Every input date, the result and${
    truth === null
      ? " no clear image, as none was given"
      : " the clear image, which the model did not see"
  }. Cloud cover is that of the built-in detector over the whole area.</p>
      <ul class="gallery">
    ${
    frames.map((frame, l) =>
      markup`
        <li>
          <figure>${canvas(`date${l}`, `Input of ${frame.date ?? frame.name}`)}${
        frameCaption(
          frame.date ?? `Date ${l + 1}`,
          frame,
          l === reference ? "reference" : "",
        )
      }</figure>
        </li>
      `
    )
  }
    <li class="is-ours"><figure>${
    canvas(
      "restored",
      "Restored image",
    )
  }<figcaption><b>Restored</b><span>${
    frames[reference]!.date ??
      "the reference"
  } by ${model}</span></figcaption></figure></li>
    ${
    truth !== null && markup`
      <li>
        <figure>${canvas("truth", "Clear image")}${
      frameCaption(
        truth.frame.date ?? "Clear image",
        truth.frame,
        "clear image",
      )
    }</figure>
      </li>
    `
  }
      </ul>
    </section>
  `;
}
