import { assertEquals, assertMatch } from "@std/assert";
import { clock, duration, durationRange } from "../../cli/durations.ts";
import { drawProgress } from "../../cli/progress.ts";

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
