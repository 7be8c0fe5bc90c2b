/**
 * `deno task parity`: every golden number against ours.
 *
 *     deno task parity [--golden DIR] [--engine auto|webgpu|native|wasm|cpu|all] [--json]
 *       [--no-shaders] [--float16]
 *
 * On webgpu, `--no-shaders` leaves TensorFlow.js's own kernels, and `--float16` multiplies in float16,
 * where tolerances are 2¹³ times those of float32.
 */

import { parseArgs } from "node:util";
import { type EngineName, useEngine } from "../../engine/mod.ts";
import { Golden } from "./golden.ts";
import { compareAll } from "./run.ts";

/** Tolerances of float16 over those of float32: the ratio of their rounding units, 2⁻¹¹ and 2⁻²⁴. */
const FLOAT16_FACTOR = 2 ** 13;

if (import.meta.main) {
  const { values: args } = parseArgs({
    args: Deno.args,
    options: {
      golden: { type: "string" },
      engine: { type: "string", default: "auto" },
      json: { type: "boolean", default: false },
      ["no-shaders"]: { type: "boolean", default: false },
      float16: { type: "boolean", default: false },
    },
  });
  const shared = new URL("../../../shared/golden/", import.meta.url);
  const shipped = new URL("../testdata/golden/", import.meta.url);
  const folder = args.golden === undefined
    ? await exists(shared) ? shared : shipped
    : new URL(`${args.golden}/`, `file://${Deno.cwd()}/`);
  const engines = args.engine === "all" ? ["webgpu", "native", "wasm", "cpu"] : [args.engine];
  const reports = [];
  let failed = false;
  for (const name of engines) {
    const engine = await useEngine(name as EngineName | "auto", {
      shaders: !args["no-shaders"],
      float16: args.float16,
    });
    const golden = await Golden.open(folder, { factor: args.float16 ? FLOAT16_FACTOR : 1 });
    await compareAll(golden);
    const forgotten = golden.forgotten();
    failed ||= forgotten.length > 0 ||
      golden.comparisons.some((c) => !c.passed && c.short === undefined);
    reports.push({
      engine: engine.name,
      device: engine.device,
      comparisons: golden.comparisons,
      skips: golden.skips,
      forgotten,
    });
    if (!args.json) print(engine.name, engine.device, golden);
  }
  if (args.json) console.log(JSON.stringify(reports, null, 1));
  Deno.exit(failed ? 1 : 0);
}

async function exists(folder: URL): Promise<boolean> {
  try {
    return (await Deno.stat(folder)).isDirectory;
  } catch {
    return false;
  }
}

function print(name: string, device: string, golden: Golden): void {
  console.log(`\n# ${name} (${device})`);
  for (const comparison of golden.comparisons) {
    const { file, tensor, difference, tolerance, relative, passed, short } = comparison;
    const unit = relative ? "relative" : "absolute";
    console.log(
      `${passed ? "ok  " : short ? "SHORT" : "FAIL"} ${file} ${tensor}: max ${unit} difference ` +
        `${difference.toExponential(2)} (tolerance ${tolerance.toExponential(2)})` +
        (short ? `: ${short}` : ""),
    );
  }
  for (const { file, tensor, reason } of golden.skips) {
    console.log(`skip ${file} ${tensor}: ${reason}`);
  }
  for (const { file, tensor } of golden.forgotten()) {
    console.log(`FAIL ${file} ${tensor}: not compared`);
  }
  const short = golden.comparisons.filter((c) => c.short !== undefined).length;
  const passed = golden.comparisons.filter((c) => c.passed);
  const failed = golden.comparisons.length - passed.length - short;
  const worst = Math.max(...passed.map((c) => c.difference / c.tolerance));
  console.log(
    `${name}: ${passed.length} equal, ${short} short of the tolerance for a reason, ` +
      `${failed} different, ` +
      `${golden.skips.length} skipped with a reason, ${golden.forgotten().length} forgotten; ` +
      `worst of the equal at ${(100 * worst).toFixed(0)} % of its tolerance`,
  );
}
