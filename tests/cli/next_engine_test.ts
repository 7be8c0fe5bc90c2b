import { assert, assertEquals, assertRejects } from "@std/assert";
import { onNextEngine } from "../../cli/next_engine.ts";
import {
  type Engine,
  type EngineName,
  execute,
  readTensor,
  tf,
  useEngine,
} from "../../engine/mod.ts";
import { DeviceLostError, GpuError } from "../../engine/errors.ts";
import type { GuardedWebGPUBackend } from "../../engine/webgpu/backend.ts";
import { ignores } from "../engines.ts";

/** Starts webgpu first, as `auto` does where there is a GPU, then cpu. */
function starter(automatic: boolean) {
  const lines: string[] = [];
  const asked: (readonly EngineName[] | undefined)[] = [];
  return {
    lines,
    asked,
    automatic,
    engine: async (without?: readonly EngineName[]): Promise<Engine> => {
      asked.push(without);
      return await useEngine(without?.includes("webgpu") ? "cpu" : "webgpu");
    },
    log: (line: string) => void lines.push(line),
  };
}

/** A sum on the engine in use; the first call loses the GPU in the middle. */
function losing() {
  let calls = 0;
  return async () => {
    const twos = tf.fill([4], 2);
    if (calls++ === 0) (tf.backend() as GuardedWebGPUBackend).device.destroy();
    const sum = await execute(() => tf.sum(tf.square(twos)));
    const [value] = await readTensor(sum);
    tf.dispose([twos, sum]);
    return value!;
  };
}

Deno.test({
  name:
    "onNextEngine() restarts on the next engine and reports it if an automatic GPU is lost [webgpu]",
  ignore: ignores("webgpu"),
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    // The flag exists when the engine has been loaded once.
    await useEngine("webgpu");
    tf.env().set("WEBGPU_CPU_FORWARD", false);
    const starts = starter(true);
    assertEquals(await onNextEngine(starts, losing()), 16);
    assertEquals(starts.asked, [undefined, ["webgpu"]]);
    assertEquals(starts.lines.length, 2);
    assert(/^engine webgpu, .*, was lost: /.test(starts.lines[0]!), starts.lines[0]);
    assertEquals(starts.lines[1], "restarting on engine cpu, one JavaScript thread");
  },
});

Deno.test({
  name: "onNextEngine() does not replace an engine that is named [webgpu]",
  ignore: ignores("webgpu"),
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const starts = starter(false);
    await assertRejects(() => onNextEngine(starts, losing()), DeviceLostError);
    assertEquals(starts.lines, []);
    await useEngine("webgpu");
  },
});

Deno.test("onNextEngine() restarts for GPU errors only", async () => {
  let runs = 0;
  const starts = {
    automatic: true,
    engine: () => Promise.resolve({ name: "webgpu", device: "a GPU", software: false } as const),
    log: () => {},
  };
  const fail = (error: Error) => () => {
    runs++;
    return Promise.reject(error);
  };
  await assertRejects(() => onNextEngine(starts, fail(new TypeError("of the data"))), TypeError);
  assertEquals(runs, 1);
  await assertRejects(() => onNextEngine(starts, fail(new GpuError("out of memory"))), GpuError);
  assertEquals(runs, 3);
});
