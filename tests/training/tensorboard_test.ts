import { assertEquals } from "@std/assert";
import { openEvents } from "../../training/mod.ts";
import { decodeEvents } from "./events.ts";

async function inFile(f: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await f(`${folder}/events.out.tfevents.test`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const decode = async (path: string) =>
  decodeEvents(await Deno.readFile(path)).map(({ step, scalars }) => ({ step, scalars }));

Deno.test("openEvents() writes what another reader decodes", async () => {
  await inFile(async (path) => {
    {
      using events = await openEvents(path, 0);
      events.write(1, { "train/loss": 0.5, "loss_by_sigma/0.01-0.1": -2 });
      events.write(300, { "validation/psnr": 31.25 });
      events.write(70_000_000_000, { "größer als 2³²": 1e30 });
    }
    const [first, ...rest] = decodeEvents(await Deno.readFile(path));
    assertEquals([first!.version, first!.step], ["brain.Event:2", 0]);
    assertEquals(rest.map(({ step, scalars }) => ({ step, scalars })), [
      { step: 1, scalars: { "train/loss": 0.5, "loss_by_sigma/0.01-0.1": -2 } },
      { step: 300, scalars: { "validation/psnr": 31.25 } },
      { step: 70_000_000_000, scalars: { "größer als 2³²": Math.fround(1e30) } },
    ]);
    const now = Date.now() / 1000;
    for (const { time } of rest) assertEquals(Math.abs(time - now) < 60, true);
  });
});

Deno.test("openEvents() goes on after a step without the later ones, and without half a record", async () => {
  await inFile(async (path) => {
    {
      using events = await openEvents(path, 0);
      for (const step of [10, 200, 300]) events.write(step, { loss: step });
    }
    const whole = await Deno.readFile(path);
    const steps = async () => (await decode(path)).map(({ step }) => step);
    for (const cut of [1, 5, 20]) {
      await Deno.writeFile(path, whole.subarray(0, whole.length - cut));
      (await openEvents(path, 300))[Symbol.dispose]();
      assertEquals(await steps(), [0, 10, 200]);
    }
    await Deno.writeFile(path, whole.map((byte, i) => i === whole.length - 6 ? byte ^ 1 : byte));
    (await openEvents(path, 300))[Symbol.dispose]();
    assertEquals(await steps(), [0, 10, 200]);
    {
      using events = await openEvents(path, 199);
      events.write(200, { loss: 7 });
    }
    assertEquals(await steps(), [0, 10, 200]);
    assertEquals((await decode(path)).at(-1)!.scalars, { loss: 7 });
  });
});
