/**
 * Figures of docs/design-space.md: k(σ) of every process, the noise levels that published systems
 * evaluate, and the error of every sampler against N on a closed form.
 *
 *     deno run --allow-read --allow-write benches/design_space.ts
 *
 * Writes docs/figures/design_space_*.svg and prints the errors as a table. It takes seconds.
 */

import { abm2, ancestral, dpmpp2m, type LinearSampler, unipc } from "../samplers/mod.ts";
import {
  exponential,
  flow,
  i2sb,
  irSde,
  noiseLevelAtSigma,
  ouBridge,
  power,
  rational,
  rddm,
  resShift,
  type Schedule,
} from "../schedules/mod.ts";
import {
  exponential as evenInLog,
  karras,
  resShift as resShiftSteps,
  time,
  type Timesteps,
} from "../timesteps/mod.ts";
import { runLinear, solveTwoNormals, twoNormals } from "../tests/samplers/float64.ts";
import { logChart, type LogPanel, type Series } from "./log_chart.ts";

const FIGURES = new URL("../docs/figures/", import.meta.url);

interface System {
  readonly schedule: Schedule;
  readonly timesteps: Timesteps;
  readonly steps: number;
}

const inTime = time({ gap: 1e-6 });
const SYSTEMS: Readonly<Record<string, System>> = {
  "EMRDM": { schedule: rational(), timesteps: karras(), steps: 5 },
  "power, p = 2": { schedule: power({ p: 2 }), timesteps: karras(), steps: 5 },
  "exponential": { schedule: exponential(), timesteps: karras(), steps: 5 },
  "IR-SDE": { schedule: irSde(), timesteps: inTime, steps: 100 },
  "ResShift": { schedule: resShift(), timesteps: resShiftSteps(), steps: 15 },
  "RDDM": { schedule: rddm(), timesteps: inTime, steps: 5 },
  "flow, ε = 0.1": { schedule: flow({ epsilon: 0.1 }), timesteps: inTime, steps: 5 },
  "I2SB": { schedule: i2sb(), timesteps: inTime, steps: 100 },
  "GOUB": { schedule: ouBridge(), timesteps: inTime, steps: 100 },
  "UniDB, γ = 100": { schedule: ouBridge({ gamma: 100 }), timesteps: inTime, steps: 100 },
};

/** Ends of the σ axis, as exponents. */
const SIGMA = [-3, 3] as const;

/** Points per decade of a curve. */
const DENSITY = 20;

function curve({ schedule }: System): readonly (readonly [number, number])[] {
  const most = schedule.end === undefined ? Infinity : schedule.sigma(schedule.end);
  const count = (SIGMA[1] - SIGMA[0]) * DENSITY;
  return Array.from({ length: count + 1 }, (_, i) => 10 ** (SIGMA[0] + i / DENSITY))
    .filter((sigma) => sigma <= most)
    .map((sigma) => [sigma, noiseLevelAtSigma(schedule, sigma).k] as const);
}

const entries = Object.entries(SYSTEMS);

const kOfSigma = logChart({
  title: "k(σ) of the processes",
  description: "Weight of μ against the noise level, both logarithmic, one line per process.",
  columns: 1,
  panels: [{
    title: "k(σ)",
    x: { label: "σ", decades: SIGMA },
    y: { label: "k", decades: [-3, 4] },
    series: entries.map(([name, system]): Series => ({ name, points: curve(system) })),
  }],
});

const evaluations = logChart({
  title: "Where published systems evaluate the network",
  description: "Noise levels of the published steps of each system, on its curve k(σ).",
  columns: 1,
  panels: [{
    title: "k(σ) at each evaluation, in the published number of steps",
    x: { label: "σ", decades: SIGMA },
    y: { label: "k", decades: [-3, 4] },
    series: entries.filter(([name]) => !/power|exponential/.test(name)).map((
      [name, { schedule, timesteps, steps }],
    ): Series => ({
      name: `${name}, N = ${steps}`,
      marks: true,
      points: timesteps.sigmas(steps, schedule).slice(0, -1)
        .map((sigma) => [sigma, noiseLevelAtSigma(schedule, sigma).k] as const),
    })),
  }],
});

const SAMPLERS: Readonly<Record<string, LinearSampler>> = {
  "euler": ancestral({ eta: 0 }),
  "dpmpp2m": dpmpp2m(),
  "unipc": unipc(),
  "abm2": abm2(),
};

/** Values of y/σ at the start. */
const STARTS = Float64Array.of(-2.1, -0.7, 0.35, 1.1, 2.4);

const STEPS = [2, 3, 5, 10, 20, 50, 100, 200, 500] as const;

/** Largest error of the result, over five pixels of an x0 of two normals. */
function errorOf(sampler: LinearSampler, { schedule, timesteps }: System, steps: number): number {
  const levels = timesteps.sigmas(steps, schedule)
    .map((sigma) => noiseLevelAtSigma(schedule, sigma));
  const [{ sigma }] = levels as [typeof levels[number]];
  const start = STARTS.map((value) => value * sigma);
  const end = runLinear(sampler.method, { levels, denoise: twoNormals, start }).at(-1)!;
  return Math.max(...start.map((y, p) => Math.abs(end[p]! - solveTwoNormals(y, sigma))));
}

const samplerNames = Object.keys(SAMPLERS);
const table = [`| process, time steps | N | ${samplerNames.join(" | ")} |`, "| --- | --- | "];
table[1] += samplerNames.map(() => "---").join(" | ") + " |";
const solved: Readonly<Record<string, System>> = {
  ...SYSTEMS,
  "EMRDM, even in ln σ": { ...SYSTEMS["EMRDM"]!, timesteps: evenInLog() },
};
const panels = Object.entries(solved)
  .filter(([name]) => !/power|exponential/.test(name))
  .map(([name, system]): LogPanel => {
    const errors = Object.values(SAMPLERS)
      .map((sampler) => STEPS.map((steps) => errorOf(sampler, system, steps)));
    for (const steps of [5, 20, 100] as const) {
      const row = errors.map((values) => values[STEPS.indexOf(steps)]!.toExponential(1));
      table.push(`| ${name} | ${steps} | ${row.join(" | ")} |`);
    }
    return {
      title: name,
      x: { label: "N", decades: [0, 3] },
      y: { label: "error", decades: [-6, 1] },
      series: samplerNames.map((sampler, i) => ({
        name: sampler,
        points: STEPS.map((steps, j) => [steps, errors[i]![j]!] as const),
      })),
    };
  });

await Deno.writeTextFile(new URL("design_space_k.svg", FIGURES), kOfSigma);
await Deno.writeTextFile(new URL("design_space_evaluations.svg", FIGURES), evaluations);
await Deno.writeTextFile(
  new URL("design_space_errors.svg", FIGURES),
  logChart({
    title: "Error against the number of evaluations",
    description:
      "Largest error on a closed form against N, one panel per process with its own time " +
      "steps, one line per sampler.",
    columns: 3,
    panels,
  }),
);
console.log(table.join("\n"));
