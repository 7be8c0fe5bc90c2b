/**
 * Cuts the part of the golden set that the tests carry (≤ 4 MB) from the whole set.
 *
 *     deno run --allow-read --allow-write tests/testdata/make.ts ../shared/golden
 */

import { encodeSafetensors, parseSafetensors } from "../../checkpoints/safetensors.ts";

/** Files and the tensors that are kept of them. */
const PARTS: Readonly<Record<string, RegExp>> = {
  scalings: /./,
  discretization: /./,
  ["blocks_rope"]: /./,
  ["blocks_basic"]: /^(ff|split_skip2|merge4)\./,
  ["blocks_attn"]: /^(na3_10x6|global_6x4)\./,
  ["weights_temporal"]: /./,
  ["net_temporal"]: /^L[13]\./,
  ["sampler_temporal_churn"]: /./,
  ["adamw_trace"]: /./,
  ["ema_trace"]: /./,
  metrics: /^(pair[125]|scale01)\./,
  lpips: /./,
};

const [source = "../shared/golden"] = Deno.args;
const from = new URL(`${source}/`, `file://${Deno.cwd()}/`);
const to = new URL("golden/", import.meta.url);
const manifest = JSON.parse(await Deno.readTextFile(new URL("manifest.json", from)));
const files: Record<string, unknown> = {};
for (const [name, keep] of Object.entries(PARTS)) {
  const { file, description, hyper, checks } = manifest.files[name];
  const { tensors } = parseSafetensors(await Deno.readFile(new URL(file, from)));
  const kept = Object.fromEntries(Object.entries(tensors).filter(([key]) => keep.test(key)));
  await Deno.writeFile(new URL(file, to), encodeSafetensors(kept, {}));
  const ours = Object.entries(checks).filter(([key]) => Object.hasOwn(kept, key));
  files[name] = { file, description, hyper, checks: Object.fromEntries(ours) };
}
const about = "A part of the golden set: numbers that the authors' code computed, with tolerances.";
await Deno.writeTextFile(new URL("manifest.json", to), JSON.stringify({ about, files }, null, 1));
