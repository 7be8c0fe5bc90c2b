/**
 * Building blocks of the page.
 *
 * @module
 */

import { type Content, type Html, markup } from "./html.ts";

/** A section with its heading and the anchor that the navigation links to. */
export function section(id: string, title: string, ...content: readonly Content[]): Html {
  return markup`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${content}
</section>
`;
}

/** An introductory paragraph. */
export function paragraph(...content: readonly Content[]): Html {
  return markup`<p class="intro">${content}</p>\n`;
}

/** Text that stays on one line, such as a date. */
export function unbroken(text: string): Html {
  return markup`<span class="unbroken">${text}</span>`;
}

/** A remark in small type. */
export function hint(...content: readonly Content[]): Html {
  return markup`<p class="hint">${content}</p>\n`;
}

/** A framed group with a title. */
export function card(title: string, ...content: readonly Content[]): Html {
  return markup`<div class="card"><h3>${title}</h3>\n${content}</div>\n`;
}

/** Content that opens on request. */
export function disclosure(summary: string, ...content: readonly Content[]): Html {
  return markup`<details><summary>${summary}</summary>${content}</details>\n`;
}

/** A canvas that the script paints. `data` names the image, `label` is its text alternative. */
export function canvas(
  data: { readonly image: string } | { readonly map: number } | { readonly mask: number } | {
    readonly state: number;
  },
  { width, height, label }: {
    readonly width: number;
    readonly height: number;
    readonly label: string;
  },
): Html {
  const [[kind, value]] = Object.entries(data) as [[string, string | number]];
  return markup`<canvas data-${kind}="${value}" width="${width}" height="${height}" role="img" aria-label="${label}"></canvas>`;
}

/** A grid of images with captions; `ours` frames the model's. */
export function gallery(
  items: readonly { readonly picture: Html; readonly caption: Html; readonly ours?: boolean }[],
): Html {
  const ours = markup` class="is-ours"`;
  return markup`<ul class="gallery">${
    items.map((item) =>
      markup`
<li${
        item.ours && ours
      }><figure>${item.picture}<figcaption>${item.caption}</figcaption></figure></li>`
    )
  }
</ul>
`;
}

/** One row of a table: its name, its cells, and marks for the best cells. */
export interface TableRow {
  readonly name: string;
  readonly cells: readonly Content[];
  readonly best?: readonly boolean[];
  readonly ours?: boolean;
}

/** A table of numbers. */
export function table(
  { caption, head, rows }: {
    readonly caption?: Html;
    readonly head: readonly string[];
    readonly rows: readonly TableRow[];
  },
): Html {
  const [ours, best] = [markup` class="ours"`, markup` class="best"`];
  const row = (row: TableRow) =>
    markup`
<tr${row.ours && ours}><th scope="row">${row.name}</th>${
      row.cells.map((cell, i) => markup`<td${row.best?.[i] && best}>${cell}</td>`)
    }</tr>`;
  return markup`<table>${caption && markup`<caption>${caption}</caption>`}
<thead><tr>${head.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(row)}</tbody></table>
`;
}

/** Names and values. */
export function facts(pairs: readonly (readonly [name: string, value: Content])[]): Html {
  const pair = ([name, value]: readonly [string, Content]) =>
    markup`\n<dt>${name}</dt><dd>${value}</dd>`;
  return markup`<dl class="facts">${pairs.map(pair)}\n</dl>`;
}

/** A colour bar from 0 to `high`. */
export function colourBar(
  palette: "heat" | "weight",
  { high, unit = "" }: { readonly high: string; readonly unit?: string },
): Html {
  return markup`<div class="bar ${palette}"><span>0</span><i></i><span>${high} ${unit}</span></div>\n`;
}

/** An SVG drawing with a text alternative. */
export function drawing(
  { width, height, label }: {
    readonly width: number;
    readonly height: number;
    readonly label: string;
  },
  shapes: Html,
): Html {
  return markup`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">${shapes}</svg>`;
}
