/**
 * The contracts of the axes: tests that built-in modules and plugins both pass.
 *
 * @example
 * ```ts ignore
 * import { testSchedule } from "./mod.ts";
 * import { rational } from "../../schedules/mod.ts";
 *
 * testSchedule("rational({ alpha: 5 })", () => rational({ alpha: 5 }));
 * ```
 *
 * @module
 */

export { type DatasetContract, testDataset } from "./dataset.ts";
export { type FusionContract, testFusion } from "./fusion.ts";
export { type MeanContract, testMean } from "./mean.ts";
export { type NetworkContract, testNetwork } from "./network.ts";
export { type NoiseContract, testNoise } from "./noise.ts";
export { type Moments, type PrecondContract, testPrecond } from "./precond.ts";
export { type SamplerContract, testSampler } from "./sampler.ts";
export { type ScheduleContract, testSchedule } from "./schedule.ts";
export { testTimesteps, type TimestepsContract } from "./timesteps.ts";
export { testWeighting, type WeightingContract } from "./weighting.ts";
