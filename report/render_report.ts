/**
 * A report as one HTML file that needs nothing else: no network, no fonts, no other file.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { markup, raw } from "./html.ts";
import { type PageData, pageData } from "./page_data.ts";
import type { ReportData } from "./report_data.ts";
import { script } from "./script.ts";
import { errorsSection } from "./sections_errors.ts";
import { headSection } from "./sections_head.ts";
import { insideSection, runSection } from "./sections_inside.ts";
import { datesSection, picturesSection } from "./sections_pictures.ts";
import { trustSection } from "./sections_trust.ts";
import { STYLE } from "./style.ts";

/** Most bytes of a report. */
export const REPORT_BYTES = 15_000_000;
/** The picture of a large scene is halved at most so often to keep within them. */
const MOST_HALVINGS = 4;

const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Nothing may be loaded, and nothing but this style and this script may run. */
function policy(style: string, code: string): string {
  return [
    "default-src 'none'",
    `style-src ${hashOf(style)}`,
    `script-src ${hashOf(code)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

function page(data: ReportData, packed: PageData): string {
  const code = script();
  const unit = data.unit.reflectanceScale === null
    ? "shares of the range of the numbers"
    : "reflectance";
  const options = { unit, mapAt: packed.mapAt };
  return markup`
    <!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="${raw(policy(STYLE, code))}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="generator" content="emrdm">
        <title>${data.title} · emrdm report</title>
        <style>${raw(STYLE)}</style>
      </head>
      <body>
    ${headSection(data)}
    <main class="wrap">
    <noscript><p class="notes">The pictures are drawn by this file’s own script, which is turned off.</p></noscript>
    ${picturesSection(data, packed.colours)}
    ${datesSection(data)}
    ${errorsSection(data, options)}
    ${trustSection(data, options)}
    ${insideSection(data)}
    ${runSection(data)}
    </main>
    <footer class="wrap">Made by emrdm. This file is complete: it loads nothing and sends nothing.</footer>
    <script type="application/json" id="report-data">${raw(packed.json)}</script>
    <script type="text/plain" id="report-pixels">${raw(packed.pixels)}</script>
    <script>${raw(code)}</script>
      </body>
    </html>
  `.html;
}

/**
 * Renders a report.
 *
 * @returns HTML of at most {@linkcode REPORT_BYTES}: the picture of a large scene is made smaller until
 *   it fits.
 * @throws {RangeError} If what cannot be made smaller is too large.
 */
export function renderReport(data: ReportData): string {
  for (let shrunk = 0; shrunk <= MOST_HALVINGS; shrunk++) {
    const text = page(data, pageData(data, shrunk));
    if (new TextEncoder().encode(text).length <= REPORT_BYTES) return text;
  }
  const { width, height, images } = data.views[0]!;
  throw new RangeError(
    `Cannot render the report: it must have at most ${REPORT_BYTES} bytes, got more with a detail ` +
      `of ${width}×${height} pixels of ${images.length} images; make the detail smaller`,
  );
}
