/**
 * Messages and progress on stderr: bars if it is a terminal, else lines, which another thread writes while
 * this one is blocked.
 *
 * @module
 */

import { redacted } from "../core/mod.ts";
import { type BlockedProgress, watchBlocking } from "./blocked_progress.ts";
import {
  CLEAR_LINE,
  drawProgress,
  printProgress,
  type Progress,
  type TickingProgress,
} from "./progress.ts";

/** Time between two looks at the clock, in milliseconds. */
const TICK = 1000;
/** Time after which work is watched by another thread, in milliseconds; most calls are shorter. */
const WATCHED = 250;

/** Messages and progress on stderr. */
export interface Screen {
  /** Writes a line. */
  log(line: string): void;
  /** Starts the progress of a piece of work; the caller ends it. */
  progress(label: string): Progress;
}

/** Ticks once a second until the progress ends; it does not keep the program running. */
function ticking({ tick, end, ...progress }: TickingProgress, atEnd = () => {}): Progress {
  const timer = setInterval(tick, TICK);
  Deno.unrefTimer(timer);
  let ended = false;
  const endOnce = () => {
    if (ended) return;
    ended = true;
    clearInterval(timer);
    atEnd();
    end();
  };
  return { ...progress, end: endOnce, [Symbol.dispose]: endOnce };
}

/** Lets another thread write lines while this one is blocked; `open` starts it. */
function watched(progress: TickingProgress, open: () => BlockedProgress): TickingProgress {
  let other: BlockedProgress | undefined;
  const hand = () => {
    const { state } = progress;
    other?.beat();
    other?.show(state && { ...state, text: redacted(state.text) });
  };
  const timer = setTimeout(() => {
    other = open();
    hand();
  }, WATCHED);
  Deno.unrefTimer(timer);
  return {
    update(...state) {
      progress.update(...state);
      hand();
    },
    wait(what) {
      progress.wait(what);
      hand();
    },
    tick() {
      progress.tick();
      other?.beat();
    },
    end() {
      clearTimeout(timer);
      other?.end();
      progress.end();
    },
  };
}

/**
 * Messages and progress on stderr: bars if it is a terminal, else lines.
 *
 * @param err Writes a line.
 * @param progress Writes a line of progress.
 * @param isStderr True if lines go to the program's stderr, to which another thread may write, too.
 */
export function openScreen(
  { err: print, progress: printLine, isStderr = false }: {
    readonly err: (line: string) => void;
    readonly progress: (line: string) => void;
    readonly isStderr?: boolean;
  },
): Screen {
  if (!Deno.stderr.isTerminal()) {
    let last = -Infinity;
    let other: BlockedProgress | undefined;
    const spoke = () => {
      last = Date.now();
      other?.spoke();
    };
    const open = () => other = watchBlocking();
    const spoken = () => Math.max(last, other?.spoken ?? -Infinity);
    return {
      log(line) {
        spoke();
        print(line);
      },
      progress(label) {
        const write = (line: string) => {
          other?.spoke();
          printLine(line);
        };
        const lines = printProgress(label, { write, spoken });
        return ticking(isStderr ? watched(lines, open) : lines);
      },
    };
  }
  const encoder = new TextEncoder();
  const write = (text: string) => void Deno.stderr.writeSync(encoder.encode(text));
  let bars = 0;
  return {
    log(line) {
      // The bar below is drawn again at its next tick.
      if (bars > 0) write(CLEAR_LINE);
      print(line);
    },
    progress(label) {
      bars++;
      const bar = drawProgress(label, { write, columns: () => Deno.consoleSize().columns });
      return ticking(bar, () => bars--);
    },
  };
}
