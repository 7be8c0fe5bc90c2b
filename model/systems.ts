/**
 * Published systems: the choices of each on the axes of the design space, as presets for a model's
 * config. `{ ...SYSTEMS.i2sb, bands, scaling, … }` is a config.
 *
 * @module
 */

import type { ModelConfig } from "./model_config.ts";

/** The axes that a system chooses, and its number of steps. */
export type SystemPreset = Required<
  Pick<
    ModelConfig,
    "schedule" | "precond" | "noise" | "weighting" | "timesteps" | "sampler" | "steps"
  >
>;

/** Modules shared by processes that end: t is uniform in training and evenly spaced in sampling. */
const IN_TIME = {
  noise: { type: "time" },
  weighting: { type: "inverseOutput" },
  timesteps: { type: "time" },
} as const;

/** The preconditioning of Eqs. 14–17, where a paper predicts ε with μ in the skip connection. */
const MEAN_REVERTING = { type: "meanReverting" } as const;

/** Presets by system. Standard deviations are on the network's scale [−1, 1]. */
export const SYSTEMS = {
  /** This library's paper: α = 3, N = 5. */
  emrdm: {
    schedule: { type: "rational", alpha: 3 },
    precond: MEAN_REVERTING,
    noise: { type: "logNormal" },
    weighting: { type: "inverseOutput" },
    timesteps: { type: "karras" },
    sampler: { type: "euler" },
    steps: 5,
  },
  /** Karras et al. 2022 without μ. */
  edm: {
    schedule: { type: "constant" },
    precond: { type: "edm" },
    noise: { type: "logNormal", pMean: -1.2, pStd: 1.2 },
    weighting: { type: "inverseOutput" },
    timesteps: { type: "karras", sigmaMin: 0.002, sigmaMax: 80 },
    sampler: { type: "heun" },
    steps: 18,
  },
  /** Luo et al. 2023, with the posterior as its sampler. */
  irSde: {
    ...IN_TIME,
    schedule: { type: "irSde" },
    precond: MEAN_REVERTING,
    sampler: { type: "ancestral" },
    steps: 100,
  },
  /** Li et al. 2025: IR-SDE's process with an exponential integrator. */
  mars: {
    ...IN_TIME,
    schedule: { type: "irSde" },
    precond: MEAN_REVERTING,
    sampler: { type: "dpmpp2m" },
    steps: 10,
  },
  /** Yue et al. 2023. */
  resShift: {
    ...IN_TIME,
    schedule: { type: "resShift", kappa: 2 },
    precond: { type: "prediction", target: "clean" },
    timesteps: { type: "resShift", kappa: 2 },
    sampler: { type: "ancestral", transition: "additive" },
    steps: 15,
  },
  /** Liu et al. 2024, which predicts the residual; deterministic. */
  rddm: {
    ...IN_TIME,
    schedule: { type: "rddm" },
    precond: { type: "prediction", target: "velocity" },
    sampler: { type: "ancestral", transition: "additive", eta: 0 },
    steps: 5,
  },
  /** Delbracio and Milanfar 2023. */
  inDi: {
    ...IN_TIME,
    schedule: { type: "flow", epsilon: 0.01 },
    precond: { type: "prediction", target: "clean" },
    sampler: { type: "euler" },
    steps: 20,
  },
  /** Rectified flow from the cloudy image, without noise: ε is below the rounding of images. */
  oarFlow: {
    ...IN_TIME,
    schedule: { type: "flow", epsilon: 1e-6 },
    precond: { type: "prediction", target: "velocity" },
    sampler: { type: "euler" },
    steps: 5,
  },
  /** The same with noise. */
  oarFlowNoise: {
    ...IN_TIME,
    schedule: { type: "flow", epsilon: 0.1 },
    precond: { type: "prediction", target: "velocity" },
    sampler: { type: "euler" },
    steps: 5,
  },
  /** Liu et al. 2023. */
  i2sb: {
    ...IN_TIME,
    schedule: { type: "i2sb" },
    precond: { type: "prediction", target: "noise" },
    sampler: { type: "ancestral" },
    steps: 100,
  },
  /** Yue et al. 2024. */
  goub: {
    ...IN_TIME,
    schedule: { type: "ouBridge" },
    precond: MEAN_REVERTING,
    sampler: { type: "ancestral" },
    steps: 100,
  },
  /** Zhu et al. 2025. */
  uniDb: {
    ...IN_TIME,
    schedule: { type: "ouBridge", gamma: 1e7 },
    precond: MEAN_REVERTING,
    sampler: { type: "ancestral" },
    steps: 100,
  },
} as const satisfies Readonly<Record<string, SystemPreset>>;
