/**
 * The log of a run: one JSON object per line, in step with the checkpoint.
 *
 * @module
 */

/** What a line may hold. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly step: number };

/** A log that is being written. */
export interface Log extends Disposable {
  write(line: LogLine): void;
}

/** Rewrites a log without what lies after a step: those steps will be done again. */
async function cut(path: string, step: number): Promise<void> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  const kept = text.split("\n").filter((line) => {
    try {
      return (JSON.parse(line) as LogLine).step <= step;
    } catch {
      // The last line of a run that was killed while it wrote, or the end of the file.
      return false;
    }
  });
  await Deno.writeTextFile(path, kept.map((line) => `${line}\n`).join(""));
}

/**
 * Opens the log of a run.
 *
 * @param step The step from which the run goes on; later lines are dropped.
 */
export async function openLog(path: string, step: number): Promise<Log> {
  await cut(path, step);
  const file = await Deno.open(path, { append: true, create: true });
  const encoder = new TextEncoder();
  return {
    write(line) {
      const bytes = encoder.encode(`${JSON.stringify(line)}\n`);
      for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    },
    [Symbol.dispose]: () => file.close(),
  };
}
