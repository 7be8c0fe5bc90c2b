/**
 * A progress bar with the time that is left, for people at a terminal.
 *
 * @module
 */

/** A bar that is redrawn in place. */
export interface Progress {
  /** Draws the bar; `note` stands behind it. */
  update(done: number, total: number, note?: string): void;
  /** Ends the line. */
  end(): void;
}

/** Where a bar is drawn and what time it is. */
export interface ProgressOptions {
  /** Writes without a line end. */
  readonly write: (text: string) => void;
  /** Milliseconds. */
  readonly now?: () => number;
  /** Columns of the terminal. */
  readonly columns?: () => number;
}

const BAR = 24;
/** Least time between two drawings, in milliseconds. */
const INTERVAL = 100;

/** Seconds as `1:05:09` or `3:07`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const tail = `${whole % 60}`.padStart(2, "0");
  return hours > 0 ? `${hours}:${`${minutes}`.padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** A bar that draws. */
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
      const line = `${label} ${bar} ${done}/${total} ETA ${left} ${note}`;
      write(`\r\x1b[2K${line.slice(0, columns() - 1)}`);
    },
    end: () => write("\n"),
  };
}

/** A bar on stderr if that is a terminal; else nothing is drawn. */
export function terminalProgress(label: string): Progress {
  if (!Deno.stderr.isTerminal()) return { update() {}, end() {} };
  const encoder = new TextEncoder();
  return drawProgress(label, {
    write: (text) => void Deno.stderr.writeSync(encoder.encode(text)),
    columns: () => Deno.consoleSize().columns,
  });
}
