/**
 * Last sections of the page: inside the model, and run details.
 *
 * @module
 */

import { counted, digits } from "./format.ts";
import { frameLabels } from "./frame_labels.ts";
import { type Content, type Html, markup } from "./html.ts";
import { canvas, card, colourBar, facts, paragraph, section, unbroken } from "./parts.ts";
import type { InsideState, ReportData, ReportInside } from "./report_data.ts";

/** Labels of the dates that the network saw. */
function dateNames({ frames, reference }: ReportData, count: number): readonly string[] {
  const labels = frameLabels(frames);
  // A single-date model sees only the reference.
  return count === 1 ? [labels[reference]!] : labels;
}

/** States from noise to image: one row per date, and one for D. */
function trajectory(data: ReportData, { states, steps, restoredWith, size }: ReportInside): Html {
  const names = dateNames(data, states[0]!.dates.length);
  const picture = (state: number, row: number, label: string) =>
    canvas({ state: state * (names.length + 1) + row }, { width: size, height: size, label });
  const at = ({ sigma }: InsideState) => `σ ${digits(sigma, 2)}`;
  const rows = names.map((name, l) =>
    markup`<p class="row">x<sub>t</sub> of ${name}</p>
${states.map((state, i) => picture(i, l, `State of ${name} at ${at(state)}`))}
`
  );
  const denoised = states.map((state, i) =>
    state.denoised === null
      ? markup`<p>end</p>`
      : picture(i, names.length, `Denoised image at ${at(state)}`)
  );
  return card(
    "From noise to image",
    paragraph(
      markup`States x<sub>t</sub> of each date, from nearly pure noise around the cloudy image (left) to the result (right). Row D shows the network’s estimate of the clear image at each state, shared by all dates. The contrast stretch is wider than elsewhere to fit clouds and noise. `,
      steps === restoredWith
        ? `The restoration used these ${counted(steps, "step")}.`
        : `Shown with ${counted(steps, "step")}; the restoration used ${
          counted(restoredWith, "step")
        }.`,
    ),
    markup`<div class="states s${states.length}">
${states.map((state) => markup`<p><b>${at(state)}</b></p>`)}
${rows}<p class="row">D</p>
${denoised}
</div>
`,
  );
}

/** Mean weight of each date over heads and pixels. */
function meanWeights(
  data: Float32Array,
  { heads, length }: { readonly heads: number; readonly length: number },
): readonly number[] {
  const pixels = data.length / heads / length;
  const sums = new Float64Array(length);
  for (const [i, weight] of data.entries()) sums[Math.floor(i / pixels) % length]! += weight;
  return Array.from(sums, (sum) => sum / heads / pixels);
}

/** Labels separated by commas, each on one line if it is a date. */
function listed(labels: readonly string[]): readonly Content[] {
  return labels.flatMap((label, i) => [
    i > 0 && ", ",
    /^\d{4}-\d\d-\d\d/.test(label) ? unbroken(label) : label,
  ]);
}

/** Attention weights per head and date, one network evaluation at a time. */
function attention(data: ReportData, { masks }: ReportInside): Html {
  const title = "Temporal attention";
  if (masks === null) {
    const reason = data.frames.length === 1
      ? "there is only one date"
      : "the model restores each date independently";
    return card(title, paragraph(`Not applicable: ${reason}.`));
  }
  const { heads, length, width, height, evaluations } = masks;
  const names = dateNames(data, length);
  const last = evaluations.length - 1;
  const means = meanWeights(evaluations[last]!.data, masks)
    .map((mean, l) => `${names[l]} ${mean.toFixed(2)}`);
  const head = (h: number) =>
    markup`<li><span>${h + 1}</span>${
      names.map((name, l) =>
        canvas({ mask: h * length + l }, { width, height, label: `Head ${h + 1}, ${name}` })
      )
    }</li>
`;
  const step = last > 0
    ? markup`<label for="mask-step">Step: <span id="mask-sigma"></span></label>
<input type="range" id="mask-step" min="0" max="${last}" step="1" value="${last}">`
    : markup`<input type="hidden" id="mask-step" value="0"><p class="hint" id="mask-sigma"></p>`;
  return card(
    title,
    paragraph(
      "Weights that temporal fusion self-attention gives each date (paper, Fig. 6): one column for each " +
        `of ${heads} heads, one map per date from top to bottom (`,
      listed(names),
      "). Weights sum to 1 over the dates. Means at the last step: ",
      listed(means),
      ".",
    ),
    colourBar("weight", { high: "1" }),
    step,
    markup`<ol class="heads">${Array.from({ length: heads }, (_, h) => head(h))}</ol>`,
  );
}

/** Attention and trajectory of one tile. */
export function insideSection(data: ReportData): Html {
  const { inside } = data;
  const title = ["inside", "Inside the model"] as const;
  if (inside === null) {
    return section(
      ...title,
      paragraph("Not shown: the area is smaller than one tile of the model."),
    );
  }
  const { window: { column, row }, size } = inside;
  return section(
    ...title,
    paragraph(
      `The cloudiest tile of ${size} × ${size} pixels, from column ${column}, row ${row}.`,
    ),
    markup`<div class="stack">${attention(data, inside)}${trajectory(data, inside)}</div>`,
  );
}

/** Command, model and run details. */
export function runSection({ run, description, model }: ReportData): Html {
  return section(
    "run",
    "Run details",
    run.command !== null &&
      markup`${paragraph("Command that reproduces this report:")}<pre>${run.command}</pre>\n`,
    description !== "" && paragraph(markup`<strong>${model}.</strong> `, description),
    markup`<div class="stack">${run.groups.map((one) => card(one.label, facts(one.facts)))}</div>`,
  );
}
