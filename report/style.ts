/**
 * Style sheet of the page: light and dark, from phone to wide screen, and print.
 *
 * @module
 */

import { ORIGINS, PALETTES } from "./palettes.ts";

const gradient = (colours: readonly string[]) => `linear-gradient(90deg, ${colours.join(", ")})`;

/** The style sheet of the page. */
export const STYLE: string = `
:root {
  color-scheme: light dark;
  --paper: #faf9f6; --card: #ffffff; --line: #e2dfd8; --ink: #1d2125; --soft: #5b6168;
  --accent: #0b6b5d; --wash: #eef4f1; --hatch: #ece9e2;
  --restored: #0b6b5d; --truth: #1d2125; --reference: #b4530a; --date: #8b929a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #131618; --card: #1a1e21; --line: #30363b; --ink: #e9ebec; --soft: #a2a9b0;
    --accent: #5cc9b5; --wash: #1b2926; --hatch: #24292d;
    --restored: #5cc9b5; --truth: #f1f3f4; --reference: #f0a05f; --date: #7d858d;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 4rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
.wrap { max-width: 73rem; margin: 0 auto; padding: 0 1.25rem; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; z-index: 9; padding: .5rem .9rem; background: var(--card); }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
header.wrap { padding-top: 3rem; }
.kicker { margin: 0; color: var(--soft); font-size: .875rem; letter-spacing: .04em; }
h1 { margin: .2rem 0 .6rem; font-size: clamp(1.9rem, 5vw, 3rem); line-height: 1.1; letter-spacing: -.02em; font-weight: 650; text-wrap: balance; }
.lead { margin: 0; max-width: 44rem; font-size: 1.125rem; color: var(--soft); text-wrap: pretty; }
h2 { margin: 0 0 .35rem; font-size: 1.5rem; line-height: 1.2; letter-spacing: -.01em; font-weight: 650; }
h3 { margin: 0 0 .25rem; font-size: 1.0625rem; font-weight: 650; }
section { padding: 2.75rem 0 0; }
.intro { margin: 0 0 1.1rem; max-width: 46rem; color: var(--soft); text-wrap: pretty; }
.intro strong, .lead strong { color: var(--ink); font-weight: 600; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 11.5rem), 1fr)); gap: 1px; margin: 2rem 0 0; background: var(--line); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
.figures > div { background: var(--card); padding: .9rem 1.1rem 1rem; display: flex; flex-direction: column; }
.figures dt { order: 2; font-size: .875rem; color: var(--ink); }
.figures dd { margin: 0; }
.figures .number { order: 1; font-size: 1.75rem; line-height: 1.25; font-weight: 600; letter-spacing: -.02em; }
.figures .note { order: 3; font-size: .8125rem; color: var(--soft); }
nav { position: sticky; top: 0; z-index: 5; margin-top: 1.75rem; background: color-mix(in srgb, var(--paper) 92%, transparent); backdrop-filter: blur(6px); border-bottom: 1px solid var(--line); }
nav ul { display: flex; flex-wrap: wrap; gap: 0 1.25rem; margin: 0; padding: .55rem 0; list-style: none; font-size: .9375rem; }
nav a { display: inline-block; padding: .2rem 0; color: var(--soft); text-decoration: none; }
nav a:hover { color: var(--ink); text-decoration: underline; text-underline-offset: .3em; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.1rem; min-width: 0; }
.choices { display: flex; flex-wrap: wrap; gap: .75rem 1rem; margin-bottom: 1rem; }
.choices > div { flex: 1 1 9rem; min-width: 0; max-width: 20rem; } .choices > div:first-child { flex-basis: 14rem; max-width: none; }
label { display: block; font-size: .8125rem; color: var(--soft); margin-bottom: .2rem; }
select, input[type="number"] { width: 100%; font: inherit; font-size: .9375rem; color: var(--ink); background: var(--card); border: 1px solid var(--soft); border-radius: 7px; padding: .42rem .55rem; min-height: 2.5rem; }
input[type="range"] { width: 100%; height: 2.5rem; margin: 0; accent-color: var(--accent); }
.viewer { display: grid; gap: 1.25rem; grid-template-columns: minmax(0, 1.25fr) minmax(0, 1fr); align-items: start; }
@media (max-width: 60rem) { .viewer { grid-template-columns: minmax(0, 1fr); } }
canvas { display: block; width: 100%; image-rendering: pixelated; border-radius: 4px; background: repeating-linear-gradient(45deg, var(--hatch) 0 4px, var(--card) 4px 8px); }
#stage { position: relative; width: 100%; overflow: hidden; border-radius: 8px; touch-action: pan-y; cursor: crosshair; user-select: none; margin: 0 auto; }
#stage canvas { position: absolute; inset: 0; height: 100%; border-radius: 0; }
#divider { position: absolute; top: 0; bottom: 0; width: 2px; margin-left: -1px; background: #fff; box-shadow: 0 0 0 1px rgb(0 0 0 / .35); pointer-events: none; }
#divider::after { content: "◂ ▸"; position: absolute; top: 50%; left: 50%; transform: translate(-50%, -50%); width: 2.75rem; height: 2.75rem; border-radius: 50%; background: #fff; color: #1d2125; display: grid; place-items: center; font-size: .9375rem; letter-spacing: .05em; box-shadow: 0 1px 5px rgb(0 0 0 / .4); }
.tag { position: absolute; bottom: .6rem; max-width: 46%; padding: .15rem .6rem; border-radius: 99px; background: rgb(15 18 20 / .78); color: #fff; font-size: .8125rem; pointer-events: none; }
#label-before { left: .6rem; } #label-after { right: .6rem; }
#cross { position: absolute; width: 17px; height: 17px; margin: -8.5px 0 0 -8.5px; border: 2px solid #fff; border-radius: 50%; box-shadow: 0 0 0 1.5px rgb(0 0 0 / .65), inset 0 0 0 1.5px rgb(0 0 0 / .65); pointer-events: none; }
#detail-frame { position: absolute; border: 2px solid #ffd84d; box-shadow: 0 0 0 1px rgb(0 0 0 / .6); pointer-events: none; }
.point { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; margin-bottom: .75rem; }
.hint { margin: .3rem 0 0; font-size: .8125rem; color: var(--soft); }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font: 11px system-ui, sans-serif; fill: var(--ink); font-variant-numeric: tabular-nums; }
svg .soft { fill: var(--soft); } .grid { stroke: var(--line); stroke-width: 1; } .zero { stroke: var(--soft); stroke-width: 1; }
.spectrum { fill: none; stroke: var(--date); stroke-width: 1.4; stroke-dasharray: 2 3; }
.spectrum-dot { fill: var(--date); }
.reference { stroke: var(--reference); } .spectrum.reference { stroke-dasharray: 6 3; stroke-width: 1.8; } .spectrum-dot.reference { fill: var(--reference); stroke: none; }
.spectrum.restored { stroke: var(--restored); stroke-width: 2.6; stroke-dasharray: none; } .spectrum-dot.restored { fill: var(--restored); }
.spectrum.truth { stroke: var(--truth); stroke-width: 1.6; stroke-dasharray: none; } .spectrum-dot.truth { fill: var(--truth); }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin: .4rem 0 0; padding: 0; list-style: none; font-size: .8125rem; color: var(--soft); }
.key svg { display: inline-block; width: 26px; height: 8px; margin-right: .4rem; vertical-align: middle; }
.key .swatch { display: inline-block; width: .8rem; height: .8rem; margin-right: .4rem; border-radius: 3px; vertical-align: -1px; }
.swatch.o1 { background: ${ORIGINS[0]}; } .swatch.o2 { background: ${
  ORIGINS[1]
}; } .swatch.o3 { background: ${ORIGINS[2]}; }
.swatch.o0 { background: repeating-linear-gradient(45deg, var(--soft) 0 1px, var(--card) 1px 4px); border: 1px solid var(--line); }
.gallery { display: grid; gap: 1.1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 10.5rem), 1fr)); margin: 0; padding: 0; list-style: none; }
.gallery li { max-width: 22rem; min-width: 0; }
figure { margin: 0; min-width: 0; }
@media (max-width: 30rem) { .gallery { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .9rem .75rem; } }
figcaption { margin-top: .4rem; font-size: .875rem; line-height: 1.4; }
figcaption b { font-weight: 600; } figcaption span { display: block; color: var(--soft); font-size: .8125rem; }
.is-ours canvas { box-shadow: 0 0 0 3px var(--restored); }
.bar { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: .6rem; align-items: center; max-width: 32rem; margin: 0 0 1.1rem; font-size: .8125rem; color: var(--soft); }
.bar i { height: .8rem; border-radius: 99px; border: 1px solid var(--line); }
.bar.heat i { background: ${gradient(PALETTES.heat)}; } .bar.weight i { background: ${
  gradient(PALETTES.weight)
}; }
.columns { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); align-items: start; }
.masonry { columns: 2 24rem; column-gap: 1.25rem; } .masonry > * { break-inside: avoid; margin: 0 0 1.25rem; }
.stack-top { margin-top: 1.5rem; }
.stack > * + * { margin-top: 1.25rem; }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; }
caption { text-align: left; font-weight: 650; padding: 0 0 .5rem; } caption span { font-weight: 400; color: var(--soft); font-size: .8125rem; }
th, td { padding: .4rem .35rem; border-top: 1px solid var(--line); text-align: right; font-weight: 400; vertical-align: top; }
th:first-child, td:first-child { text-align: left; padding-left: 0; } thead th { color: var(--soft); font-size: .8125rem; border-top: 0; }
tr.ours th, tr.ours td { background: var(--wash); } tr.ours th:first-child { padding-left: .35rem; font-weight: 600; }
th { overflow-wrap: anywhere; } td { white-space: nowrap; } td.best { font-weight: 700; color: var(--accent); text-decoration: underline; text-decoration-thickness: 2px; text-underline-offset: .25em; }
@media (max-width: 30rem) { table { font-size: .8125rem; } tbody th { min-width: 4.9rem; } th, td { padding: .35rem .2rem; } .card { padding: .85rem; } section { padding-top: 2.25rem; } nav { position: static; } .wrap { padding: 0 1rem; } header.wrap { padding-top: 1.75rem; } }
.bands { table-layout: fixed; font-size: .8125rem; } .bands th { font-size: .75rem; } .bands th:first-child { width: 2.6rem; font-size: .8125rem; } .bands td, .bands th { padding: .25rem .2rem; }
details { margin-top: .9rem; } summary { cursor: pointer; color: var(--accent); font-size: .9375rem; padding: .25rem 0; }
.bias { fill: var(--restored); } .dot { fill: var(--card); stroke: var(--reference); stroke-width: 1.6; }
.path { fill: none; stroke: var(--restored); stroke-width: 2; } .mark { fill: var(--restored); } .even { stroke: var(--soft); stroke-width: 1.2; stroke-dasharray: 4 4; }
.heads { display: grid; gap: .6rem .45rem; grid-template-columns: repeat(auto-fill, minmax(3.6rem, 1fr)); margin: 0; padding: 0; list-style: none; }
.heads canvas { margin-bottom: 3px; aspect-ratio: 1; border-radius: 3px; } .heads span { font-size: .75rem; color: var(--soft); }
.states { display: grid; gap: .35rem; align-items: start; margin: 0 0 .4rem; }
.states canvas { border-radius: 3px; } .states p { margin: 0; font-size: .8125rem; line-height: 1.3; color: var(--soft); } .states p b { color: var(--ink); font-weight: 600; }
.states .row { grid-column: 1 / -1; margin-top: .5rem; }
${
  [2, 3, 4, 5, 6, 7, 8, 9].map((n) =>
    `.s${n} { grid-template-columns: repeat(${n}, minmax(0, 1fr)); }`
  ).join("\n")
}
.facts { display: grid; grid-template-columns: minmax(7rem, 15rem) minmax(0, 1fr); gap: .3rem 1rem; margin: 0; font-size: .9375rem; }
.facts dt { color: var(--soft); } .facts dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 30rem) { .heads { grid-template-columns: repeat(8, minmax(0, 1fr)); gap: .6rem .3rem; } .facts { grid-template-columns: 1fr; gap: 0; } .facts dd { margin-bottom: .5rem; } }
pre { margin: 0 0 1rem; padding: .8rem 1rem; border: 1px solid var(--line); border-radius: 8px; background: var(--card); font: .875rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.notes { margin: 1.25rem 0 0; padding: .8rem 1.1rem .8rem 2.2rem; border: 1px solid var(--line); border-left: 4px solid var(--reference); border-radius: 8px; background: var(--card); font-size: .9375rem; } .notes li + li { margin-top: .35rem; }
footer { margin: 3rem 0 0; padding: 1.25rem 0 3rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .875rem; }
.unbroken { white-space: nowrap; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
[hidden] { display: none !important; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@media print { nav, .choices, .skip, #divider, input[type="range"] { display: none; } .card, section { break-inside: avoid; } }
`;
