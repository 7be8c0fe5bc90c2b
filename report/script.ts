/**
 * Script of the page, assembled from functions that are type-checked and tested as modules.
 *
 * @module
 */

import { decode, inflate, undoDifferences } from "./browser/decode.js";
import { main } from "./browser/main.js";
import { brightness, fill, paintImage, paintMap, ramp } from "./browser/paint.js";
import { draw, drawSpectra, ticksOf } from "./browser/spectra.js";
import { startStage } from "./browser/stage.js";

/** Every function of the page. They call each other by name, as in their modules. */
const FUNCTIONS: readonly unknown[] = [
  ...[inflate, undoDifferences, decode],
  ...[ramp, fill, brightness, paintImage, paintMap],
  ...[draw, ticksOf, drawSpectra],
  ...[startStage, main],
];

/** JavaScript for the page's script element. */
export function script(): string {
  return `"use strict";\n${FUNCTIONS.map(String).join("\n")}\nmain();\n`;
}
