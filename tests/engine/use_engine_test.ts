import { assert, assertEquals, assertMatch, assertRejects, assertStrictEquals } from "@std/assert";
import { ENGINES, execute, readTensor, tf, useEngine } from "../../engine/mod.ts";
import { requestDevice } from "../../engine/webgpu/device.ts";
import { HAS_ADAPTER, ignores } from "../engines.ts";

const gpu = { sanitizeOps: false, sanitizeResources: false };

Deno.test({
  name: 'useEngine("auto") chooses an engine and says so in one line',
  ...gpu,
  fn: async () => {
    const lines: string[] = [];
    const engine = await useEngine("auto", { log: (line) => lines.push(line) });
    assertEquals(lines.length, 1);
    assertMatch(lines[0]!, new RegExp(`^engine ${engine.name} on .+: .+`));
    assertEquals(tf.getBackend(), engine.name);
    const granted = await requestDevice();
    granted?.device.destroy();
    assertEquals(engine.name, granted !== undefined && !granted.software ? "webgpu" : "native");
    if (granted?.software) assert(lines[0]!.includes(`${granted.description}, is software`));
  },
});

Deno.test("useEngine() says where float16 was asked for and is not there", async () => {
  const lines: string[] = [];
  const engine = await useEngine("cpu", { float16: true, log: (line) => lines.push(line) });
  assertEquals(lines, ["float32, not float16: engine cpu"]);
  assertEquals(engine.float16, undefined);
});

for (const name of ["cpu", "wasm", "native", "webgpu"] as const) {
  Deno.test({
    name: `useEngine("${name}") makes it current and describes its device`,
    ignore: ignores(name),
    ...gpu,
    fn: async () => {
      const engine = await useEngine(name, {
        log: () => assert(false, "a named engine is silent"),
      });
      assertEquals([engine.name, tf.getBackend()], [name, name]);
      assert(engine.device.length > 0);
      const again = await useEngine(name);
      assertEquals(again, engine);
      const product = await execute(() => tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])));
      assertEquals([...await readTensor(product)], [3, 3, 3, 3]);
      product.dispose();
    },
  });
}

Deno.test({
  name: 'useEngine("webgpu") without an adapter is an error that says what is missing',
  ignore: HAS_ADAPTER,
  fn: async () => {
    await assertRejects(() => useEngine("webgpu"), Error, "there is no WebGPU adapter");
  },
});

Deno.test("useEngine() of an unknown engine is an error that lists the known ones", async () => {
  const error = await assertRejects(() => useEngine("cuda" as "cpu"), RangeError);
  for (const name of ENGINES) assert(error.message.includes(name), name);
});

Deno.test("execute() disposes what is between and passes errors on", async () => {
  await useEngine("cpu");
  const before = tf.memory().numTensors;
  const sum = await execute(() => tf.sum(tf.square(tf.ones([3, 3]))));
  assertEquals(tf.memory().numTensors, before + 1);
  assertEquals([...await readTensor(sum)], [9]);
  sum.dispose();
  const wrong = new RangeError("of the program");
  const caught = await assertRejects(() =>
    execute(() => {
      tf.ones([2]);
      throw wrong;
    })
  );
  assertStrictEquals(caught, wrong);
  assertEquals(tf.memory().numTensors, before);
});
