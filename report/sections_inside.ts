/**
 * Inside the model, and what was run with what.
 *
 * @module
 */

import { counted, digits } from "./format.ts";
import { frameLabels } from "./frame_labels.ts";
import { type Html, markup } from "./html.ts";
import { canvas, card, colourBar, facts, say, section } from "./parts.ts";
import type { InsideState, ReportData, ReportInside } from "./report_data.ts";

/** What the dates that the network saw are called. */
function dateNames({ frames, reference }: ReportData, count: number): readonly string[] {
  const labels = frameLabels(frames);
  // A model for single dates has one, the reference.
  return count === 1 ? [labels[reference]!] : labels;
}

/** The states from noise to image, a row for each date and one for D. */
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
      ? markup`<p>the end</p>`
      : picture(i, names.length, `Denoised image at ${at(state)}`)
  );
  return card(
    "From noise to image",
    say(
      markup`The states x<sub>t</sub> of each date, from almost pure noise around the cloudy image (left) to the result (right), and below them D: the clear image as the network sees it from each state, one for all dates. These pictures have a wider stretch than the others, so that clouds and noise fit in. `,
      steps === restoredWith
        ? `These are the ${counted(steps, "step")} of the restoration.`
        : `Shown with ${steps} steps; the restoration itself took ${
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

/** Mean weight of each date over heads and places. */
function meanWeights(
  data: Float32Array,
  { heads, length }: { readonly heads: number; readonly length: number },
): readonly number[] {
  const pixels = data.length / heads / length;
  const sums = new Float64Array(length);
  for (const [i, weight] of data.entries()) sums[Math.floor(i / pixels) % length]! += weight;
  return Array.from(sums, (sum) => sum / heads / pixels);
}

/** What each head counts of each date, at one evaluation at a time. */
function attention(data: ReportData, { masks }: ReportInside): Html {
  const title = "Where attention looks";
  if (masks === null) {
    const reason = data.frames.length === 1
      ? "the model was given one date"
      : "the model restores each date by itself";
    return card(title, say(`There is nothing to show: ${reason}.`));
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
    say(
      `The weights that temporal fusion attention gives each date (paper, Fig. 6): a column for each of ` +
        `${heads} heads, a map for each date from top to bottom (${
          names.join(", ")
        }). They sum to 1 ` +
        `over the dates. On average at the last step: ${means.join(", ")}.`,
    ),
    colourBar("weight", { high: "1" }),
    step,
    markup`<ol class="heads">${Array.from({ length: heads }, (_, h) => head(h))}</ol>`,
  );
}

/** What happens inside of the model on one tile. */
export function insideSection(data: ReportData): Html {
  const { inside } = data;
  const title = ["inside", "Inside the model"] as const;
  if (inside === null) {
    return section(...title, say("Not shown: the picture is smaller than a tile of the model."));
  }
  const { window: { column, row }, size } = inside;
  return section(
    ...title,
    say(
      `One tile of ${size} × ${size} pixels under the most cloud, from column ${column}, row ${row}.`,
    ),
    markup`<div class="stack">${attention(data, inside)}${trajectory(data, inside)}</div>`,
  );
}

/** What was run with what. */
export function runSection({ run, description, model }: ReportData): Html {
  return section(
    "run",
    "What was run with what",
    run.command !== null && markup`${say("To make this report again:")}<pre>${run.command}</pre>\n`,
    description !== "" && say(markup`<strong>${model}.</strong> `, description),
    markup`<div class="stack">${run.groups.map((one) => card(one.label, facts(one.facts)))}</div>`,
  );
}
