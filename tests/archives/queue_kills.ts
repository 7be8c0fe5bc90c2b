/**
 * An archive on a NATS queue whose workers and server are killed at random moments.
 *
 * @module
 */

import type { QueueState } from "../../archives/mod.ts";
import { createRng } from "../../core/mod.ts";
import { COMMAND, digests, emrdmWith, expected, PROGRAM, writeArchive } from "./archive.ts";
import { startNats } from "./nats_server.ts";
import { sleep } from "./programs.ts";

/** Outcome of {@linkcode killQueue}. */
export interface QueueKills {
  readonly scenes: number;
  /** Workers that were ended by a signal. */
  readonly kills: number;
  /** Kills by SIGTERM, after which a worker ended with code 143. */
  readonly terms: number;
  readonly serverKills: number;
  /** Workers that were started. */
  readonly workers: number;
  /** Scenes that the workers found complete: killed between the last rename and the acknowledgement. */
  readonly complete: number;
  /** Scenes that are missing or differ from those of one machine. */
  readonly lost: number;
  /** Scenes whose image got its name more than once, as the file system notes it. */
  readonly twice: number;
  /** Other files next to the results. */
  readonly left: number;
  readonly seconds: number;
}

/** Seconds without a sign of life after which a scene goes to another worker. */
const REDELIVER = 4;
/** Workers at once. */
const WORKERS = 2;

/** Counts how often each file of a folder gets its name. */
function countRenames(folder: string): { readonly of: Map<string, number>; stop(): void } {
  const of = new Map<string, number>();
  const watcher = Deno.watchFs(folder);
  void (async () => {
    for await (const { kind, paths } of watcher) {
      const to = paths.at(-1)!;
      // Of the events of a rename, the one that has both names.
      if (kind === "rename" && paths.length === 2 && /\/\d+\.tif$/.test(to)) {
        of.set(to, (of.get(to) ?? 0) + 1);
      }
    }
  })();
  return { of, stop: () => watcher.close() };
}

/** A worker process. */
interface Worker {
  readonly child: Deno.ChildProcess;
  /** Outcomes that it has printed. */
  readonly outcomes: { readonly status?: string }[];
  /** What it printed to stderr. */
  errors: string;
  hasEnded: boolean;
}

async function linesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  on: (line: string) => void,
) {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    lines.forEach(on);
  }
}

function startWorker(address: string): Worker {
  const [path, ...args] = PROGRAM.split(" ");
  const child = new Deno.Command(path!, {
    args: [...args, "work", "--json", "--attempts", "20", "--", ...COMMAND],
    env: { ["EMRDM_QUEUE"]: address },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const worker: Worker = { child, outcomes: [], errors: "", hasEnded: false };
  void linesOf(child.stdout, (line) => {
    // The result of a worker without scenes takes several lines.
    if (line.startsWith('{"number":')) worker.outcomes.push(JSON.parse(line));
  });
  void linesOf(child.stderr, (line) => void (worker.errors += `${line}\n`));
  void child.status.then(() => worker.hasEnded = true);
  return worker;
}

/** Fills a queue, kills until all is done, and compares with one machine. */
export async function killQueue(
  { folder, scenes, kills: wanted, serverKills: wantedServer = 0, seed, log = () => {} }: {
    readonly folder: string;
    readonly scenes: number;
    readonly kills: number;
    readonly serverKills?: number;
    readonly seed: number;
    readonly log?: (line: string) => void;
  },
): Promise<QueueKills> {
  const manifest = await writeArchive(folder, scenes);
  const reference = await expected(manifest);
  await Deno.mkdir(`${folder}/out`);
  await using server = await startNats(folder);
  const renames = countRenames(`${folder}/out`);
  const begun = performance.now();
  const env = { EMRDM_QUEUE: server.address };
  const added = await emrdmWith(env, "enqueue", manifest, "--redeliver", `${REDELIVER}`);
  if (added.code !== 0) throw new Error(added.err);
  const rng = createRng(seed);
  // Workers make a few scenes before they are killed, so that the scenes last for all kills.
  const most = 1.8 * scenes / Math.max(1, wanted);
  const counts = { kills: 0, terms: 0, serverKills: 0, workers: 0, complete: 0 };

  /** Starts a worker and kills it, if kills are left. Returns false if the queue is empty. */
  const turn = async (): Promise<boolean> => {
    const draw = rng.fork(counts.workers++);
    const worker = startWorker(server.address);
    const { child, outcomes } = worker;
    let signal: Deno.Signal | undefined;
    if (counts.kills < wanted) {
      counts.kills++;
      const after = Math.floor(most * draw.uniform());
      while (!worker.hasEnded && outcomes.length < after) await sleep(10);
      // At any moment of the next scene, or of the start.
      await sleep((after === 0 ? 3000 : 600) * draw.fork("moment").uniform());
      if (worker.hasEnded) counts.kills--;
      else {
        signal = draw.fork("kind").uniform() < 0.3 ? "SIGTERM" : "SIGKILL";
        child.kill(signal);
      }
    }
    const { code } = await child.status;
    counts.complete += outcomes.filter(({ status }) => status === "complete").length;
    if (signal === "SIGTERM") {
      counts.terms++;
      // Before the program listens, the signal ends it as any other: 143, too.
      if (code !== 143) throw new Error(`code ${code} after SIGTERM: ${worker.errors}`);
    } else if (signal === undefined && code !== 0) throw new Error(worker.errors);
    if (counts.kills % 10 === 0) log(`${counts.kills} kills, ${renames.of.size} scenes have files`);
    if (counts.serverKills < wantedServer && draw.fork("server").uniform() < 0.1) {
      counts.serverKills++;
      await server.stop("SIGKILL");
      await sleep(1000);
      await server.start();
    }
    return code !== 0;
  };
  try {
    await Promise.all(Array.from({ length: WORKERS }, async () => {
      while (await turn());
    }));
  } finally {
    renames.stop();
  }
  const { waiting, working, done, failed } = JSON.parse(
    (await emrdmWith(env, "work", "--status", "--json")).out,
  ) as QueueState;
  if (waiting + working + failed.length > 0 || done !== scenes) {
    throw new Error(JSON.stringify({ waiting, working, done, failed }));
  }
  if (renames.of.size !== scenes) throw new Error(`${renames.of.size} renames were noticed`);
  const found = await digests(`${folder}/out`);
  return {
    ...{ scenes, ...counts },
    lost: Object.keys(reference).filter((name) => found[name] !== reference[name]).length,
    twice: [...renames.of.values()].filter((count) => count > 1).length,
    left: Object.keys(found).filter((name) => !Object.hasOwn(reference, name)).length,
    seconds: Math.round((performance.now() - begun) / 1000),
  };
}
