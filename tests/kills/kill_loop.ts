/**
 * Kills calls at random moments and repeats them: the result must be that of a call without a kill.
 *
 * Half of the kills come after a random part of the call's time, half after a random number of changes in
 * its output folder, because most of the time of a small call is spent before it writes.
 */

import { createRng, type Rng } from "../../core/mod.ts";
import { emrdm } from "../cli/run.ts";
import { type KillCall, prepareCalls } from "./calls.ts";
import { compare, type Snapshot, snapshotOf } from "./snapshot.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

/** Options of {@linkcode killCalls}. */
export interface KillOptions {
  /** Number of calls that are killed. */
  readonly count: number;
  readonly seed: number;
  /** First turn: one after the last turn of an earlier run goes on with it. Default 0. */
  readonly from?: number;
  /** Names of the calls; default all. */
  readonly only?: readonly string[];
  /** Working folder, which is created. */
  readonly folder: string;
  readonly log?: (line: string) => void;
}

/** Outcome of the kills of one call. */
export interface KillCount {
  /** Calls that were killed. */
  kills: number;
  /** Kills that found files of a call half done. */
  halfDone: number;
  /** Calls that ended before their kill. */
  ended: number;
  /** Calls whose repetition failed or gave another result. */
  lost: number;
  /** Temporary files after the repetition. */
  temporaries: number;
}

/** Folders of the calls. */
interface Folders {
  readonly inputs: string;
  readonly out: string;
  readonly temporary: string;
}

function start({ args }: KillCall, { temporary }: Folders) {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", CLI, ...args],
    stdout: "null",
    stderr: "piped",
    env: { TMPDIR: temporary, ["NO_COLOR"]: "1" },
  }).spawn();
}

async function emptied(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder, { recursive: true });
}

/** A call that is not killed: what it leaves, how long it takes and how often it changes a file. */
interface Undisturbed {
  readonly snapshot: Snapshot;
  readonly milliseconds: number;
  readonly changes: number;
}

/** Counts changes of files until it is closed. */
function watchChanges(folder: string, onChange: (count: number) => void) {
  const watcher = Deno.watchFs(folder);
  let count = 0;
  const done = (async () => {
    for await (const { kind } of watcher) {
      if (kind !== "access") onChange(++count);
    }
  })();
  return {
    get count() {
      return count;
    },
    async close() {
      watcher.close();
      await done;
    },
  };
}

async function undisturbed(call: KillCall, folders: Folders): Promise<Undisturbed> {
  await emptied(folders.out);
  const watched = watchChanges(folders.out, () => {});
  const begun = performance.now();
  const { success, stderr } = await start(call, folders).output();
  const milliseconds = performance.now() - begun;
  await new Promise((resolve) => setTimeout(resolve, 100));
  await watched.close();
  if (!success) throw new Error(`${call.name}: ${new TextDecoder().decode(stderr)}`);
  return { snapshot: await snapshotOf(folders.out), milliseconds, changes: watched.count };
}

/** Starts a call and kills it; false if it has ended before. */
async function killed(
  call: KillCall,
  { folders, reference, rng }: {
    readonly folders: Folders;
    readonly reference: Undisturbed;
    readonly rng: Rng;
  },
): Promise<boolean> {
  const [kind, when, pause] = rng.uniforms(3) as unknown as [number, number, number];
  const child = start(call, folders);
  const errors = new Response(child.stderr).text();
  const kill = () => {
    try {
      child.kill("SIGKILL");
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof TypeError)) throw error;
    }
  };
  const byChange = kind < 0.5;
  const change = 1 + Math.floor(when * reference.changes);
  const timers: ReturnType<typeof setTimeout>[] = [];
  const watched = watchChanges(folders.out, (count) => {
    // Some kills come at once, some a moment later.
    if (byChange && count === change) timers.push(setTimeout(kill, pause < 0.3 ? 0 : 60 * pause));
  });
  if (!byChange) {
    timers.push(setTimeout(kill, (0.2 + 0.9 * when) * reference.milliseconds));
  }
  const { signal } = await child.status;
  timers.forEach((timer) => clearTimeout(timer));
  await watched.close();
  await errors;
  return signal === "SIGKILL";
}

/** Repeats a call to its end, in this process, which has loaded everything; the reason if it fails. */
async function repeated(
  call: KillCall,
  { folders, reference }: { readonly folders: Folders; readonly reference: Undisturbed },
): Promise<string | undefined> {
  const before = compare(reference.snapshot, await snapshotOf(folders.out));
  const { code, err: text } = await emrdm(...call.args);
  // A call whose files were complete when it was killed finds them.
  const wasComplete = before.lost.length === 0 && code === 4 && text.includes("the file exists");
  return code === 0 || wasComplete ? undefined : `code ${code}: ${text.trim()}`;
}

/** Calls in turn; those that take less than half as long as the longest have two turns more. */
function turnsOf(
  calls: readonly KillCall[],
  references: ReadonlyMap<string, Undisturbed>,
): readonly KillCall[] {
  const times = [...references.values()].map(({ milliseconds }) => milliseconds);
  const quick = calls.filter(({ name }) =>
    references.get(name)!.milliseconds < Math.max(...times) / 2
  );
  return [...calls, ...quick, ...quick];
}

/**
 * Kills calls in turn until `count` of them were killed.
 *
 * @returns Counts by name of the call, and the turn that goes on with this run.
 */
export async function killCalls(
  { count, seed, from = 0, only, folder, log = () => {} }: KillOptions,
): Promise<{ readonly counts: Readonly<Record<string, KillCount>>; readonly next: number }> {
  const folders = {
    inputs: `${folder}/inputs`,
    out: `${folder}/out`,
    temporary: `${folder}/temporary`,
  };
  for (const path of Object.values(folders)) await emptied(path);
  const calls = (await prepareCalls(folders))
    .filter(({ name }) => only === undefined || only.includes(name));
  const references = new Map<string, Undisturbed>();
  const counts: Record<string, KillCount> = {};
  for (const call of calls) {
    const reference = await undisturbed(call, folders);
    references.set(call.name, reference);
    counts[call.name] = { kills: 0, halfDone: 0, ended: 0, lost: 0, temporaries: 0 };
    const { snapshot, milliseconds, changes } = reference;
    const files = Object.values(snapshot).filter((content) => content !== "folder").length;
    log(`${call.name}: ${files} files, ${Math.round(milliseconds)} ms, ${changes} changes`);
  }
  const rng = createRng(seed);
  const order = turnsOf(calls, references);
  let kills = 0;
  let turn = from;
  for (; kills < count; turn++) {
    const call = order[turn % order.length]!;
    const own = counts[call.name]!;
    const reference = references.get(call.name)!;
    const draw = rng.fork(turn);
    await emptied(folders.out);
    // One in four is killed twice in a row, or three times.
    const most = draw.fork("row").uniform() < 0.25 ? 2 + draw.fork("row").integer(2) : 1;
    let hits = 0;
    for (let i = 0; i < most && kills + hits < count; i++) {
      if (await killed(call, { folders, reference, rng: draw.fork(i) })) hits++;
      else own.ended++;
    }
    if (hits === 0) continue;
    kills += hits;
    own.kills += hits;
    const cut = compare(reference.snapshot, await snapshotOf(folders.out));
    if (cut.left.length > 0 || cut.lost.length < Object.keys(reference.snapshot).length) {
      own.halfDone++;
    }
    const failure = await repeated(call, { folders, reference });
    const { lost, left } = compare(reference.snapshot, await snapshotOf(folders.out));
    const temporary = [...Deno.readDirSync(folders.temporary)].map(({ name }) => name);
    const isLost = failure !== undefined || lost.length > 0;
    if (isLost) own.lost++;
    own.temporaries += left.length + temporary.length;
    if (isLost || left.length + temporary.length > 0) {
      log(
        `${call.name}, turn ${turn}: ${failure ?? ""} lost ${lost.join(" ")}; left ${
          [...left, ...temporary].join(" ")
        }; cut ${JSON.stringify(cut)}`,
      );
      await emptied(folders.temporary);
    }
    if (Math.floor(kills / 10) > Math.floor((kills - hits) / 10)) {
      log(
        `${kills} of ${count} kills: ${
          JSON.stringify(counts)
        }; after an interruption, go on with ` +
          `--from ${turn + 1} --count ${count - kills}`,
      );
    }
  }
  await Deno.remove(folder, { recursive: true });
  return { counts, next: turn };
}
