/**
 * Runs every command that writes on a disk with little room, and on one that is read-only. Needs a mounted
 * disk of its own, and prints a line for each call that does not end with code 4 and the name of a file.
 */

import { useEngine } from "../../engine/mod.ts";
import { type KillCall, prepareCalls } from "../kills/calls.ts";
import { emrdm } from "./run.ts";

const [disk, inputs] = Deno.args as [string, string];
const out = `${disk}/out`;
const FILLER = `${disk}/filler`;
const CHUNK = 4096;

/** Fills the disk but for some bytes. */
async function fill(free: number): Promise<void> {
  await Deno.remove(FILLER).catch(() => {});
  using file = await Deno.open(FILLER, { write: true, create: true });
  const chunk = new Uint8Array(CHUNK);
  let size = 0;
  try {
    for (;;) size += await file.write(chunk);
  } catch {
    await file.truncate(Math.max(0, size - free));
  }
}

async function emptied(): Promise<void> {
  await Deno.remove(FILLER).catch(() => {});
  await Deno.remove(out, { recursive: true }).catch(() => {});
  await Deno.mkdir(out);
}

/** The problem of a call that met a full or read-only disk; undefined if it is as it should be. */
async function problem(
  { args }: KillCall,
): Promise<{ readonly code: number; readonly bad?: string }> {
  const { code, err } = await emrdm(...args);
  const line = err.split("\n").findLast((line) => line.startsWith("emrdm ")) ?? "";
  const names = line.includes(`Cannot write ${disk}/`);
  const says = /full disk|read-only/.test(line);
  const stack = /^\s+at /m.test(err);
  if (code === 0 || (code === 4 && names && says && !stack)) return { code };
  return { code, bad: `code ${code}: ${err.trim()}` };
}

await useEngine("cpu");
await Deno.mkdir(out, { recursive: true });
const model = `${inputs}/tiny.safetensors`;
const prepared = await prepareCalls({ inputs, out });
const scene = prepared.find(({ name }) => name === "restore")!.args;
const calls: readonly KillCall[] = [
  ...prepared,
  { name: "shard", args: [...scene, "--shard", "1/2"] },
  { name: "export", args: ["export", model, `${out}/a/tiny.onnx`, "--size", "16"] },
  {
    name: "demo",
    args: ["demo", "--model", model, "--out", `${out}/demo`, "--size", "32", "--engine", "cpu"],
  },
  {
    name: "data",
    args: [
      ...["data", "check", "--type", "folder", "--root", `${inputs}/samples`],
      ...["--sheet", `${out}/a/sheet.png`],
    ],
  },
];
const tally: Record<string, readonly number[]> = {};
for (const call of calls) {
  const codes: number[] = [];
  // Room for nothing, for the first files, and for most.
  for (const free of [0, 2, 6, 12, 24]) {
    await emptied();
    await fill(free * CHUNK);
    const { code, bad } = await problem(call);
    codes.push(code);
    if (bad !== undefined) console.log(`${call.name}, ${free} pages free: ${bad}`);
  }
  if (codes[0] !== 4) console.log(`${call.name}: nothing was written to the full disk`);
  tally[call.name] = codes;
}
await emptied();
const { success } = await new Deno.Command("mount", { args: ["-o", "remount,ro", disk] }).output();
if (!success) console.log("the disk cannot be made read-only");
for (const call of calls) {
  const { code, bad } = await problem(call);
  if (code !== 4) console.log(`${call.name}, read-only: ${bad ?? "nothing was written"}`);
}
console.error(JSON.stringify(tally));
Deno.exit(0);
