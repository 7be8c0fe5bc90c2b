import { assertEquals } from "@std/assert";
import { openLog, readLog } from "../../training/log.ts";

const step = (step: number) => ({
  ...{ step, loss: step, norm: 1, length: 1, sigmas: [1], losses: [step], seconds: 1 },
});

Deno.test("openLog() keeps lines up to a step, and drops later ones and what is no line", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/log.jsonl`;
  try {
    {
      const log = await openLog(path, { step: 0 });
      for (const n of [1, 2, 3]) log.write(step(n));
      log.sync();
      log[Symbol.dispose]();
    }
    const whole = await Deno.readTextFile(path);
    const cases: readonly (readonly [text: string, until: number, kept: number[]])[] = [
      [whole, 9, [1, 2, 3]],
      [whole, 2, [1, 2]],
      [whole.slice(0, -1), 9, [1, 2]],
      [`${whole}{"step":4,"lo`, 9, [1, 2, 3]],
      [`${whole}\0\0\0\n${whole}`, 9, [1, 2, 3]],
      ["", 9, []],
    ];
    for (const [text, until, kept] of cases) {
      await Deno.writeTextFile(path, text);
      const steps: number[] = [];
      const log = await openLog(path, { step: until, onLine: ({ step }) => steps.push(step) });
      assertEquals(steps, kept);
      log.write(step(10));
      log[Symbol.dispose]();
      assertEquals((await readLog(path)).map(({ step }) => step), [...kept, 10]);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readLog() reads lines across what is read at once", async () => {
  const path = await Deno.makeTempFile();
  try {
    // Lines of many lengths, in all of half a megabyte, with letters of two bytes.
    const lines = Array.from({ length: 300 }, (_, i) => ({
      step: i,
      skipped: ["ä".repeat(i * 37 % 1700)],
    }));
    await Deno.writeTextFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    assertEquals(await readLog(path), lines);
    const log = await openLog(path, { step: 150 });
    log[Symbol.dispose]();
    assertEquals(await readLog(path), lines.slice(0, 151));
  } finally {
    await Deno.remove(path);
  }
});
