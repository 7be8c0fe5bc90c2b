import { assert, assertEquals } from "@std/assert";

/** Names that `mod.ts` may export. */
const MOST_NAMES = 150;

/** Everything that `mod.ts` exports; a change of this list is a change of the public interface. */
const NAMES = [
  "Band",
  "CLOUD_CLASSES",
  "CheckpointError",
  "Coefficients",
  "Dataset",
  "DeviceLostError",
  "Engine",
  "Entry",
  "Fusion",
  "GpuError",
  "Images",
  "InputError",
  "LossWeighting",
  "Mean",
  "Model",
  "ModelCard",
  "ModelConfig",
  "Modules",
  "NativeUnavailableError",
  "Network",
  "NetworkInput",
  "NoiseDistribution",
  "NoiseLevel",
  "OptionsError",
  "OutputError",
  "PROVENANCE",
  "PixelArray",
  "Plugin",
  "Preconditioner",
  "Raster",
  "RasterFile",
  "RasterWindow",
  "Registry",
  "Rng",
  "Sample",
  "Sampler",
  "SamplingMethod",
  "SamplingProblem",
  "SamplingStep",
  "Schedule",
  "Sequence",
  "Timesteps",
  "TraceError",
  "Weights",
  "baselines",
  "builtins",
  "calibrate",
  "checkDataset",
  "clearest",
  "cloudy",
  "compareEvaluations",
  "compile",
  "composite",
  "compositeMean",
  "compositeScene",
  "constant",
  "convertWeights",
  "createLpips",
  "createModel",
  "createReport",
  "createRng",
  "cuhkCr",
  "detectClouds",
  "drift",
  "edm",
  "estimateScene",
  "euler",
  "evaluate",
  "execute",
  "exponential",
  "exponentialTimesteps",
  "exportOnnx",
  "findStudies",
  "folderDataset",
  "fromDrift",
  "hdit",
  "heun",
  "identity",
  "indexDataset",
  "integrate",
  "inverseOutput",
  "joinShards",
  "karras",
  "linearTimesteps",
  "loadModel",
  "logNormal",
  "logUniform",
  "lossAndGradients",
  "mae",
  "mean",
  "meanReverting",
  "median",
  "noiseLevelAtSigma",
  "openCases",
  "openClassMask",
  "openRaster",
  "openScene",
  "power",
  "psnr",
  "quicklook",
  "rational",
  "readExperiment",
  "readManifest",
  "readRaster",
  "readTensor",
  "renderReport",
  "restoreImages",
  "restoreManifest",
  "restoreSamples",
  "restoreScene",
  "restoreSeries",
  "rmse",
  "runStudy",
  "sam",
  "saveModel",
  "selfCheck",
  "selfCheckScene",
  "sen12MsCr",
  "sen2MtcNew",
  "softMinSnr",
  "ssim",
  "syntheticClouds",
  "syntheticDataset",
  "syntheticScene",
  "temporalHdit",
  "train",
  "uniform",
  "useEngine",
  "writeCog",
  "writePng",
];

/** The names in the export lists of a module, types included. */
function exportedNames(code: string): string[] {
  const bare = code.replace(/\/\*[\s\S]*?\*\//g, "");
  assert(!/export\s*\*/.test(bare), "mod.ts must name what it exports");
  return [...bare.matchAll(/export\s+(?:type\s+)?\{([^}]*)\}/g)]
    .flatMap(([, list]) =>
      list!.split(",").map((item) => item.trim()).filter((item) => item !== "")
    )
    .map((item) => item.replace(/^type\s+/, "").split(" as ").at(-1)!);
}

Deno.test("mod.ts exports the pinned list, at most 150 names", async () => {
  const names = exportedNames(await Deno.readTextFile(new URL("../mod.ts", import.meta.url)));
  assertEquals(names.toSorted(), NAMES.toSorted());
  assertEquals(new Set(names).size, names.length);
  assert(names.length <= MOST_NAMES, `${names.length} names`);
});

Deno.test("the values of the pinned list are there at run time", async () => {
  const module: Readonly<Record<string, unknown>> = await import("../mod.ts");
  for (const name of Object.keys(module)) assert(NAMES.includes(name), name);
  assertEquals(Object.values(module).filter((value) => value === undefined), []);
});
