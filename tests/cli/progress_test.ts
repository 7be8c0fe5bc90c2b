import { assertEquals, assertMatch } from "@std/assert";
import { clock, duration, durationRange } from "../../cli/durations.ts";
import { drawProgress, printProgress } from "../../cli/progress.ts";

Deno.test("clock() shows minutes, and hours where there are some", () => {
  assertEquals([clock(7.4), clock(187), clock(3909)], ["0:07", "3:07", "1:05:09"]);
});

Deno.test("drawProgress() redraws one line with the remaining time", () => {
  let time = 0;
  const written: string[] = [];
  const bar = drawProgress("train", {
    write: (text) => void written.push(text),
    now: () => time,
    columns: () => 200,
  });
  time = 10_000;
  bar.update(25, 100, "loss 1");
  bar.update(26, 100);
  time = 40_000;
  bar.update(100, 100);
  bar.end();
  assertEquals(written.length, 3);
  assertMatch(written[0]!, /train █{6}░{18} 25\/100 loss 1, ETA 0:30$/);
  assertMatch(written[1]!, /100\/100, ETA 0:00$/);
  assertEquals(written[2], "\n");
});

Deno.test("drawProgress() counts whole items where one of them is partly done", () => {
  const written: string[] = [];
  const bar = drawProgress("restore", { write: (text) => void written.push(text) });
  bar.update(1 + 2 / 9, 3, "scenes, 2/9 tiles");
  assertMatch(written[0]!, /░ 1\/3 scenes, 2\/9 tiles, ETA \d+:\d\d$/);
});

Deno.test("durationRange() rounds outwards and has one unit", () => {
  assertEquals(durationRange([0.2, 0.9]), "under 1 s");
  assertEquals(durationRange([4.2, 4.9]), "4–5 s");
  assertEquals(durationRange([27.9, 65.1]), "27–66 s");
  assertEquals(durationRange([730, 880]), "12–15 min");
  assertEquals(durationRange([60, 60]), "60 s");
  assertEquals(durationRange([7500, 9300]), "2.0–2.6 h");
});

Deno.test("duration() has a unit", () => {
  assertEquals([0.5, 7.4, 780, 9000].map(duration), ["under 1 s", "7 s", "13 min", "2.5 h"]);
});

Deno.test("drawProgress() shows for how long uncounted work has taken", () => {
  let time = 0;
  const written: string[] = [];
  const bar = drawProgress("train", { write: (text) => void written.push(text), now: () => time });
  bar.tick();
  assertEquals(written, []);
  bar.wait("first step, compiling the network");
  time = 11_000;
  bar.tick();
  assertMatch(written.at(-1)!, /train: first step, compiling the network, 0:11$/);
  time = 12_000;
  bar.update(1, 4);
  assertMatch(written.at(-1)!, /1\/4, ETA 0:36$/);
  time = 20_000;
  bar.tick();
  assertMatch(written.at(-1)!, /1\/4, ETA 0:28$/);
});

Deno.test("drawProgress() times each stage of the work by itself", () => {
  let time = 0;
  const written: string[] = [];
  const bar = drawProgress("report", { write: (text) => void written.push(text), now: () => time });
  bar.update(0, 2, "reading");
  time = 60_000;
  bar.update(2, 2, "reading");
  time = 61_000;
  bar.update(1, 10, "restoring");
  assertMatch(written.at(-1)!, /1\/10 restoring, ETA 0:09$/);
});

Deno.test("drawProgress() leaves no empty line if it has drawn nothing", () => {
  const written: string[] = [];
  drawProgress("restore", { write: (text) => void written.push(text) }).end();
  assertEquals(written, []);
});

Deno.test("printProgress() prints a line after two seconds and then every ten", () => {
  let time = 0;
  const lines: string[] = [];
  const progress = printProgress("restore", {
    write: (line) => void lines.push(line),
    now: () => time,
  });
  progress.wait("reading masks");
  for (time = 0; time <= 30_000; time += 500) {
    if (time >= 5000 && time % 1000 === 0) progress.update(time / 1000, 60, "tiles");
    else progress.tick();
  }
  progress.update(60, 60, "tiles");
  progress.end();
  assertEquals(lines, [
    "restore: reading masks, 0:02 so far",
    "restore: 12/60 tiles, 0:48 left",
    "restore: 22/60 tiles, 0:38 left",
  ]);
});

Deno.test("watchBlocking() writes what is going on while the thread is blocked", async () => {
  const module = new URL("../../cli/blocked_progress.ts", import.meta.url).href;
  const script = `
    import { watchBlocking } from ${JSON.stringify(module)};
    const other = watchBlocking({ silent: 100, between: 300, look: 20 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    other.show({ text: "train: first step", since: Date.now() - 65_000 });
    other.beat();
    const block = (time) => { for (const start = Date.now(); Date.now() - start < time;); };
    block(1000);
    other.beat();
    other.show(undefined);
    block(500);
  `;
  const { stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", script],
    env: { ["NO_COLOR"]: "1" },
  }).output();
  assertEquals(success, true);
  const lines = new TextDecoder().decode(stderr).trim().split("\n");
  // The thread doesn't keep the program running, and is silent once nothing is going on.
  assertMatch(lines.join(), /^(train: first step, 1:0[5-9] so far,?){2,5}$/);
});
