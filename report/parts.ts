/**
 * Parts that the page is made of.
 *
 * @module
 */

import { type Content, type Html, markup } from "./html.ts";

/** A part of the page with its heading, that the way to the parts leads to. */
export function section(id: string, title: string, ...content: readonly Content[]): Html {
  return markup`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${content}
</section>
`;
}

/** A sentence or two. */
export function say(...content: readonly Content[]): Html {
  return markup`<p class="say">${content}</p>\n`;
}

/** A small remark. */
export function hint(...content: readonly Content[]): Html {
  return markup`<p class="hint">${content}</p>\n`;
}

/** A frame around things that belong together. */
export function card(title: string, ...content: readonly Content[]): Html {
  return markup`<div class="card"><h3>${title}</h3>\n${content}</div>\n`;
}

/** What is shown when it is asked for. */
export function disclosure(summary: string, ...content: readonly Content[]): Html {
  return markup`<details><summary>${summary}</summary>${content}</details>\n`;
}

/** A place for a picture that the script paints: `data` says what, `label` says it to who cannot see. */
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

/** Pictures side by side; those of the model have a frame. */
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

/** One row of a table: its name, its cells, and which of them are the best. */
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

/** A bar of colours with the numbers of its ends. */
export function colourBar(
  palette: "heat" | "weight",
  { high, unit = "" }: { readonly high: string; readonly unit?: string },
): Html {
  return markup`<div class="bar ${palette}"><span>0</span><i></i><span>${high} ${unit}</span></div>\n`;
}

/** A drawing, with what it is for who cannot see it. */
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
