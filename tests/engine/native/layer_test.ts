import { assert } from "@std/assert";
import { readTensor, type Sequence, tf } from "../../../engine/mod.ts";
import { hdit, type HditOptions } from "../../../networks/mod.ts";
import { assertClose, normalTensor, switchEngine, testOn } from "../../engines.ts";
import { disposeWeights, livelyWeights } from "../../networks/published.ts";
import { run } from "../../run.ts";

/** Float32 through a few layers on outputs of magnitude 1. */
const ROUNDING = 2e-5;

const options = (
  kernelSize: number,
  attention: "neighborhood" | "global",
  dHead = 16,
): HditOptions => ({
  inChannels: 3,
  outChannels: 3,
  patchSize: [1, 1],
  levels: [{ width: 2 * dHead, depth: 2, dFf: 24, attention, kernelSize, dHead }],
  mapping: { depth: 1, width: 16, dFf: 16, dropout: 0 },
});

const CASES = [
  ["one band of tiles", options(7, "neighborhood"), [1, 16, 24]],
  ["images of a batch at noise levels of their own", options(7, "neighborhood"), [3, 24, 16]],
  ["many bands", options(7, "neighborhood", 8), [1, 96, 128]],
  ["a kernel of 3", options(3, "neighborhood"), [2, 16, 16]],
  ["a kernel of 9", options(9, "neighborhood"), [1, 24, 32]],
  ["sides that are no whole tiles", options(7, "neighborhood"), [1, 20, 13]],
  ["global attention", options(7, "global"), [2, 12, 7]],
  ["channels of 64", options(7, "neighborhood", 64), [1, 16, 16]],
] as const;

for (const [name, config, [batch, height, width]] of CASES) {
  testOn("native", `a layer in one piece equals the composed one: ${name}`, async () => {
    const network = hdit(config);
    const evaluate = async () => {
      const weights = livelyWeights(network, 5, 0.3);
      const image = await run(() =>
        network.apply(weights, {
          x: normalTensor<Sequence>([batch, 1, height, width, 3], "x"),
          cNoise: tf.tensor1d(Array.from({ length: batch }, (_, b) => 0.4 * b - 0.5)),
        }).image
      );
      const values = await readTensor(image);
      image.dispose();
      disposeWeights(weights);
      return values;
    };
    const found = await evaluate();
    await switchEngine("wasm");
    const wanted = await evaluate();
    await switchEngine("native");
    const rms = Math.sqrt(wanted.reduce((sum, x) => sum + x * x, 0) / wanted.length);
    assert(rms > 0.05, `the output must say something, got rms ${rms}`);
    assertClose(found, wanted, ROUNDING);
  });
}
