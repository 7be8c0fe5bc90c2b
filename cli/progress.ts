/**
 * Progress of long work on stderr, with the remaining time: a bar that is redrawn in place on a terminal,
 * a line from time to time elsewhere.
 *
 * @module
 */

import type { BlockedState } from "./blocked_progress.ts";
import { clock } from "./durations.ts";

/** Progress of one piece of work; disposing of it ends it. */
export interface Progress extends Disposable {
  /** Shows a count; `note` follows it, such as its unit. */
  update(done: number, total: number, note?: string): void;
  /** Names work that cannot be counted, such as a compilation; it is shown with the time it has taken. */
  wait(what: string): void;
  /** Ends the progress. */
  end(): void;
}

/** Output and clock of a progress. */
export interface ProgressOptions {
  /** Writes text as it is: without a line break for a bar, a whole line elsewhere. */
  readonly write: (text: string) => void;
  /** Milliseconds. */
  readonly now?: () => number;
  /** Columns of the terminal. */
  readonly columns?: () => number;
}

/** A progress that can show its state again while nothing has changed. */
export interface TickingProgress extends Omit<Progress, typeof Symbol.dispose> {
  tick(): void;
  /** State for another thread to show while this one is blocked; undefined if nothing is going on. */
  readonly state?: BlockedState | undefined;
}

const BAR = 24;
/** Minimum time between two redraws, in milliseconds. */
const INTERVAL = 100;
/** Time before the first line and between two lines, in milliseconds. */
const LINES = { first: 2000, between: 10_000 };
export const CLEAR_LINE = "\r\x1b[2K";

/** The state of a piece of work. */
class Work {
  done = 0;
  total = 0;
  note = "";
  /** Work that cannot be counted. */
  waiting: string | undefined;
  /** Time since which it is waited for. */
  since: number;
  /** Time at which the count began. */
  #begin: number;
  /** Time of the last change. */
  #last: number;

  constructor(now: number) {
    this.since = this.#begin = this.#last = now;
  }

  get isEmpty(): boolean {
    return this.total === 0 && this.waiting === undefined;
  }

  /** True if there is something left to do. */
  get isGoingOn(): boolean {
    return this.waiting !== undefined || this.done < this.total;
  }

  count(now: number, { done, total, note }: Pick<Work, "done" | "total" | "note">): void {
    const isOther = this.total > 0 && (total !== this.total || done < this.done);
    if (isOther) this.#begin = this.#last;
    Object.assign(this, { done, total, note, waiting: undefined });
    this.#last = now;
  }

  wait(now: number, what: string): void {
    if (what !== this.waiting) this.since = now;
    this.waiting = what;
    this.#last = now;
  }

  get share(): number {
    return this.total > 0 ? Math.min(1, this.done / this.total) : 0;
  }

  /** `25/100 tiles`. */
  get countText(): string {
    return `${Math.floor(this.done)}/${this.total}${this.note === "" ? "" : ` ${this.note}`}`;
  }

  /** Remaining time; undefined as long as nothing is done. */
  left(now: number): string | undefined {
    const { share } = this;
    // Between two changes the remaining time goes down.
    const atLast = (this.#last - this.#begin) * (1 / share - 1);
    return share > 0 ? clock(Math.max(0, atLast - (now - this.#last)) / 1000) : undefined;
  }

  waited(now: number): string {
    return clock((now - this.since) / 1000);
  }

  /** Time of the last change of what is shown. */
  get changed(): number {
    return this.waiting === undefined ? this.#last : this.since;
  }
}

/** A progress bar that draws through `write`. */
export function drawProgress(
  label: string,
  { write, now = Date.now, columns = () => 80 }: ProgressOptions,
): TickingProgress {
  const work = new Work(now());
  let drawn = -Infinity;
  const draw = () => {
    const time = now();
    drawn = time;
    const filled = Math.round(work.share * BAR);
    const bar = "█".repeat(filled) + "░".repeat(BAR - filled);
    const line = work.waiting === undefined
      ? `${label} ${bar} ${work.countText}, ETA ${work.left(time) ?? "–"}`
      : `${label}: ${work.waiting}, ${work.waited(time)}`;
    write(`${CLEAR_LINE}${line.slice(0, columns() - 1)}`);
  };
  return {
    update(done, total, note = "") {
      work.count(now(), { done, total, note });
      if (done >= total || now() - drawn >= INTERVAL) draw();
    },
    wait(what) {
      work.wait(now(), what);
      draw();
    },
    tick: () => {
      if (!work.isEmpty) draw();
    },
    end: () => {
      if (drawn > -Infinity) write("\n");
    },
  };
}

/**
 * A progress that writes a line after 2 s and then every 10 s, for logs.
 *
 * @param options `spoken` is the time of the last line of others, which stands for one of these.
 */
export function printProgress(
  label: string,
  { write, now = Date.now, spoken = () => -Infinity }: ProgressOptions & {
    readonly spoken?: () => number;
  },
): TickingProgress {
  let last = now();
  let pause: number = LINES.first;
  const work = new Work(last);
  const tick = () => {
    const time = now();
    if (!work.isGoingOn || time < Math.max(last, spoken()) + pause) return;
    [last, pause] = [time, LINES.between];
    if (work.waiting !== undefined) {
      write(`${label}: ${work.waiting}, ${work.waited(time)} so far`);
      return;
    }
    const left = work.left(time);
    write(`${label}: ${work.countText}${left === undefined ? "" : `, ${left} left`}`);
  };
  return {
    update(done, total, note = "") {
      work.count(now(), { done, total, note });
      tick();
    },
    wait(what) {
      work.wait(now(), what);
      tick();
    },
    tick,
    get state() {
      if (!work.isGoingOn) return undefined;
      const what = work.waiting ?? `${work.countText}, the next`;
      return { text: `${label}: ${what}`, since: work.changed };
    },
    end() {},
  };
}
