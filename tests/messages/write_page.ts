/**
 * Writes docs/messages.md from what the mistakes are told:
 * `deno run -A --no-check tests/messages/write_page.ts`
 *
 * @module
 */

import { ROOT } from "../docs/documents.ts";
import { productRow, tryLookAlikes } from "./try_look_alikes.ts";
import { cellOf, tryMistakes } from "./try_mistakes.ts";

const HEAD = `# Messages

Likely mistakes of people who know GDAL and QGIS, and what \`emrdm restore\` says. A test makes each
mistake, compares the message with this page, and runs the commands and flags that it names.

An error ends with exit code 2 (the call) or 3 (an input) before anything is written. A warning is
printed on standard error, and the result is written.
`;

const groups = new Map<string, string[]>();
await tryMistakes((tried) => {
  const rows = groups.get(tried.group) ?? [];
  rows.push(`| ${tried.mistake.mistake} | ${cellOf(tried)} |`);
  groups.set(tried.group, rows);
});
const tables = [...groups].map(([group, rows]) =>
  `\n## ${group}\n\n| mistake | message |\n| --- | --- |\n${rows.join("\n")}\n`
);
const products: string[] = [];
await tryLookAlikes((tried) => void products.push(productRow(tried)));
const PRODUCTS = `
## Products

Generated look-alikes in a model for surface reflectance (L2A) with the bands B02, B03, B04 and B08.
A model for L1C refuses all of them, and says which product would serve. Clear pixels, fill, pixel
type and grid of the result are those of the product.

| product | flags | printed |
| --- | --- | --- |
${products.join("\n")}
`;
await Deno.writeTextFile(new URL("docs/messages.md", ROOT), HEAD + tables.join("") + PRODUCTS);
