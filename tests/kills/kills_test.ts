/** Calls that are killed at random moments; `deno task kills` does it a thousand times. */

import { assertEquals } from "@std/assert";
import { useEngine } from "../../engine/mod.ts";
import { slowTest } from "../slow.ts";
import { killCalls } from "./kill_loop.ts";

slowTest("calls that are killed at random moments lose nothing and leave nothing", async () => {
  await useEngine("cpu");
  const lines: string[] = [];
  const { counts } = await killCalls({
    count: 20,
    seed: 1,
    folder: await Deno.makeTempDir(),
    log: (line) => void lines.push(line),
  });
  const sum = (key: "kills" | "lost" | "temporaries") =>
    Object.values(counts).reduce((total, count) => total + count[key], 0);
  assertEquals(
    { kills: sum("kills"), lost: sum("lost"), temporaries: sum("temporaries") },
    { kills: 20, lost: 0, temporaries: 0 },
    lines.join("\n"),
  );
});
