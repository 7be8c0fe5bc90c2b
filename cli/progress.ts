/**
 * A progress bar with the remaining time, for terminals.
 *
 * @module
 */

import { clock } from "./durations.ts";

/** A progress bar that is redrawn in place. */
export interface Progress {
  /** Draws the bar; `note` follows the count, such as its unit. */
  update(done: number, total: number, note?: string): void;
  /** Ends the line. */
  end(): void;
}

/** Output and clock of a progress bar. */
export interface ProgressOptions {
  /** Writes without a line break. */
  readonly write: (text: string) => void;
  /** Milliseconds. */
  readonly now?: () => number;
  /** Columns of the terminal. */
  readonly columns?: () => number;
}

const BAR = 24;
/** Minimum time between two redraws, in milliseconds. */
const INTERVAL = 100;

/** A progress bar that draws through `write`. */
export function drawProgress(
  label: string,
  { write, now = Date.now, columns = () => 80 }: ProgressOptions,
): Progress {
  const start = now();
  let drawn = -Infinity;
  return {
    update(done, total, note = "") {
      const time = now();
      if (done < total && time - drawn < INTERVAL) return;
      drawn = time;
      const share = total > 0 ? Math.min(1, done / total) : 0;
      const filled = Math.round(share * BAR);
      const bar = "█".repeat(filled) + "░".repeat(BAR - filled);
      const left = share > 0 ? clock((time - start) / 1000 * (1 / share - 1)) : "–";
      const count = `${Math.floor(done)}/${total}${note === "" ? "" : ` ${note}`}`;
      const line = `${label} ${bar} ${count}, ETA ${left}`;
      write(`\r\x1b[2K${line.slice(0, columns() - 1)}`);
    },
    end: () => write("\n"),
  };
}

/** A progress bar on stderr; it draws nothing if that is not a terminal. */
export function terminalProgress(label: string): Progress {
  if (!Deno.stderr.isTerminal()) return { update() {}, end() {} };
  const encoder = new TextEncoder();
  return drawProgress(label, {
    write: (text) => void Deno.stderr.writeSync(encoder.encode(text)),
    columns: () => Deno.consoleSize().columns,
  });
}
