/**
 * Suites: test files that share one program. Starting a program and loading the engine takes about a
 * second of processor time, more than most files need for their tests, so `deno task test` runs the
 * files of `tests/suites/`. `deno test PATH` runs single files and folders, `deno task test:all` each
 * file in a program of its own.
 */

const ROOT = new URL("../", import.meta.url);
/** Folders without test files of this repository. */
const SKIPPED: readonly string[] = ["runs", "node_modules", "shared", "suites"];

/** Test files that run in a few programs. */
export interface Suite {
  /** Folders and files. */
  readonly of: readonly string[];
  /** Programs among which the files are divided. Default 1. */
  readonly parts?: number;
}

/** All suites by name. */
export const SUITES: Readonly<Record<string, Suite>> = {
  archives: { of: ["tests/archives"] },
  axes: {
    of: [
      ...["core", "schedules", "precond", "noise", "weighting", "timesteps", "samplers", "fusion"],
    ].map((folder) => `tests/${folder}`),
  },
  checkpoints: { of: ["tests/checkpoints", "tests/metrics"] },
  cli: { of: ["tests/cli"], parts: 2 },
  datasets: { of: ["tests/datasets", "tests/synthetic"] },
  docs: {
    of: [
      ...[
        "tests/docs",
        "tests/assert_test.ts",
        "tests/package_test.ts",
        "tests/architecture_test.ts",
        "tests/core_path_test.ts",
      ],
      ...["tests/examples_test.ts", "tests/import_by_url_test.ts", "tests/parity_test.ts"],
      ...["tests/public_face_test.ts", "tests/suites_test.ts", "examples"],
    ],
  },
  engine: { of: ["tests/engine"] },
  evaluation: { of: ["tests/evaluation", "tests/studies"] },
  files: { of: ["tests/files", "tests/fuzz", "tests/kills", "tests/messages"] },
  model: { of: ["tests/model", "tests/networks"] },
  products: { of: ["tests/products", "tests/clouds", "tests/means"] },
  rasters: { of: ["tests/rasters"], parts: 3 },
  report: { of: ["tests/report"] },
  restoration: { of: ["tests/restoration"], parts: 3 },
  stac: { of: ["tests/stac", "tests/zarr"] },
  web: { of: ["tests/web"] },
  training: { of: ["tests/training"], parts: 3 },
};

/** Test files of a folder and the folders below it, or the file itself; sorted. */
export async function testsOf(path: string): Promise<readonly string[]> {
  if (path.endsWith(".ts")) return [path];
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(path, ROOT))) {
    const inner = path === "." ? name : `${path}/${name}`;
    if (isDirectory && !SKIPPED.includes(name) && !name.startsWith(".")) {
      found.push(...await testsOf(inner));
    } else if (name.endsWith("_test.ts")) found.push(inner);
  }
  return found.sort();
}

/** Names of the files below `tests/suites/`, without extension. */
export const SUITE_FILES: readonly string[] = Object.entries(SUITES).flatMap(([name, { parts }]) =>
  parts === undefined ? [name] : Array.from({ length: parts }, (_, i) => `${name}_${i + 1}`)
);

/**
 * Test files of a suite.
 *
 * @param file Name of its file: `axes`, or `cli_2` for a part.
 */
export async function filesOf(file: string): Promise<readonly string[]> {
  const [, name = "", part = "1"] = /^(.*?)(?:_(\d+))?$/.exec(file)!;
  const { of, parts = 1 } = SUITES[name]!;
  const all = (await Promise.all(of.map(testsOf))).flat();
  return all.filter((_, i) => i % parts === Number(part) - 1);
}

/** Registers the tests of the suite whose file has this address. */
export async function importSuite(url: string): Promise<void> {
  const name = /([^/]*)\.ts$/.exec(url)![1]!;
  for (const file of await filesOf(name)) await import(new URL(file, ROOT).href);
}
