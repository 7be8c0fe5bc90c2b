/** Types of the one function that the command line uses (`deno-std` ships none). */

export function parseArgs(args: readonly string[], options: {
  readonly string: readonly string[];
  readonly boolean?: readonly string[];
  readonly collect: readonly string[];
  readonly unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}): { readonly _: readonly (string | number)[]; readonly [flag: string]: unknown };
