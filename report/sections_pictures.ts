/**
 * First sections of the page: before and after with spectra, and all dates.
 *
 * @module
 */

import { percent } from "./format.ts";
import { type Html, markup } from "./html.ts";
import type { ColourChoice } from "./colour_choices.ts";
import { canvas, disclosure, gallery, hint, paragraph, section } from "./parts.ts";
import type { ReportData, ReportFrame } from "./report_data.ts";

interface Option {
  readonly value: string;
  readonly label: string;
}

/** A labelled drop-down list. */
function select(
  id: string,
  label: string,
  { options, chosen }: { readonly options: readonly Option[]; readonly chosen: string },
): Html {
  const selected = markup` selected`;
  const option = ({ value, label }: Option) =>
    markup`<option value="${value}"${value === chosen && selected}>${label}</option>`;
  return markup`<div><label for="${id}">${label}</label>
<select id="${id}">${options.map(option)}</select></div>
`;
}

function choices({ views, reference }: ReportData, colours: readonly ColourChoice[]): Html {
  const images = views[0]!.images.map(({ id, label }) => ({ value: id, label }));
  const numbered = (all: readonly { readonly label: string }[]) =>
    all.map(({ label }, i) => ({ value: String(i), label }));
  return markup`<div class="choices">
${select("colours", "Colours", { options: numbered(colours), chosen: "0" })}
${select("before", "Left", { options: images, chosen: `date${reference}` })}
${select("after", "Right", { options: images, chosen: "restored" })}
${views.length > 1 && select("view", "View", { options: numbered(views), chosen: "1" })}
</div>
`;
}

const STAGE = markup`<div>
<div id="stage" role="img" aria-label="The two selected images, separated by the divider">
<canvas id="canvas-before"></canvas><canvas id="canvas-after"></canvas>
<div id="detail-frame" hidden></div><div id="cross"></div><div id="divider"></div>
<span class="tag" id="label-before"></span><span class="tag" id="label-after"></span>
</div>
<label class="hidden" for="slider">Divider between the left and the right image</label>
<input type="range" id="slider" min="0" max="100" step="1" value="50">
</div>
`;

/** Input for one coordinate of the selected pixel. */
function coordinate(name: "column" | "row", size: number): Html {
  const label = name === "column" ? "Column in the detail" : "Row in the detail";
  return markup`<div><label for="${name}">${label}</label>
<input type="number" id="${name}" min="0" max="${size - 1}" value="${Math.floor(size / 2)}"></div>
`;
}

/** Legend of the spectra; all dates but the reference share one entry. */
function spectraKey({ views: [detail], reference, truth }: ReportData): Html {
  const line = (name: string, label: string) =>
    markup`<li><svg viewBox="0 0 26 8" aria-hidden="true"><line class="spectrum ${name}" x1="0" x2="26" y1="4" y2="4"/></svg>${label}</li>
`;
  const dates = detail!.images.filter(({ id }) => id.startsWith("date"));
  return markup`<ul class="key">
${line("restored", "restored")}${truth !== null && line("truth", "clear image")}
${line("reference", dates[reference]!.label)}${dates.length > 1 && line("", "other dates")}
</ul>
`;
}

/** Table of the spectra, filled in by the script. */
function spectraTable({ views: [detail], bands, unit }: ReportData): Html {
  const images = detail!.images;
  const row = (name: string, band: number) =>
    markup`
<tr><th scope="row">${name}</th>${
      images.map((_, i) => markup`<td id="value-${i}-${band}"></td>`)
    }</tr>`;
  return disclosure(
    `Values (${unit.reflectanceScale === null ? unit.name : "reflectance"})`,
    markup`<table class="bands">
<thead><tr><th scope="col">Band</th>${
      images.map(({ label }) => markup`<th scope="col">${label}</th>`)
    }</tr></thead>
<tbody>${bands.map(({ name }, band) => row(name, band))}</tbody></table>
`,
    hint("Values are stored with 8 bits; the step size grows with the value."),
  );
}

/** Before and after, with the spectra of a pixel. */
export function picturesSection(data: ReportData, colours: readonly ColourChoice[]): Html {
  const { width, height } = data.views[0]!;
  return section(
    "pictures",
    "Before and after",
    paragraph(
      "Drag across the image or use the slider. Point at a pixel, tap it, or enter its position to see " +
        "its spectra. All images share one contrast stretch, so equal values have equal colours.",
    ),
    choices(data, colours),
    markup`<div class="viewer">
${STAGE}
<div class="card"><h3>Spectra at <span id="point-where"></span></h3>
<div class="point">${coordinate("column", width)}${coordinate("row", height)}</div>
<svg id="spectra" viewBox="0 0 440 260" role="img" aria-label="Spectra of the pixel; see the table below for values"></svg>
${spectraKey(data)}${spectraTable(data)}
</div>
</div>`,
  );
}

function frameCaption(label: string, note: string, frame: ReportFrame): Html {
  const cover = frame.cloudCover === null
    ? "cloud cover unknown"
    : `${percent(frame.cloudCover)} cloud and shadow`;
  const empty = frame.empty > 0 ? `, ${percent(frame.empty)} without data` : "";
  return markup`<b>${label}</b>${note}<span>${cover}${empty}</span><span>${frame.name}</span>`;
}

/** Input dates, the result, and the clear image. */
export function datesSection(data: ReportData): Html {
  const { frames, reference, truth, views: [detail], model } = data;
  const { width, height } = detail!;
  const picture = (image: string, label: string) => canvas({ image }, { width, height, label });
  return section(
    "dates",
    "Input dates and result",
    paragraph(
      truth === null
        ? "The input dates and the result. No clear image was given. "
        : "The input dates, the result, and the clear image, which the model did not see. ",
      "Cloud cover is estimated by the built-in detector over the whole area.",
    ),
    gallery([
      ...frames.map((frame, l) => ({
        picture: picture(`date${l}`, `Input of ${frame.date ?? frame.name}`),
        caption: frameCaption(
          frame.date ?? `Date ${l + 1}`,
          l === reference ? " · reference" : "",
          frame,
        ),
      })),
      {
        picture: picture("restored", "Restored image"),
        caption: markup`<b>Restored</b><span>${
          frames[reference]!.date ?? "reference date"
        }, ${model}</span>`,
        ours: true,
      },
      ...(truth === null ? [] : [{
        picture: picture("truth", "Clear image"),
        caption: frameCaption(truth.frame.date ?? "Undated", " · clear image", truth.frame),
      }]),
    ]),
  );
}
