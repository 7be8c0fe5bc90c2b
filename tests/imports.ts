/** The import graph of the source, and the rules that it keeps (for `architecture_test.ts`). */

/** One module file and what it imports. */
export interface SourceFile {
  /** Path below the root, as "core/rng.ts". */
  readonly path: string;
  /** Paths below the root. */
  readonly imports: readonly string[];
  /** Names of npm and jsr packages. */
  readonly packages: readonly string[];
  /** Whether the code says `Deno.`. */
  readonly usesDeno: boolean;
}

/** Folders by floor, lowest first; a floor may import the floors below it. */
export const FLOORS: readonly (readonly string[])[] = [
  ["core"],
  ["engine", "files"],
  [
    ...["schedules", "precond", "networks", "noise", "weighting", "timesteps", "samplers"],
    ...["fusion", "metrics", "rasters"],
  ],
  ["products", "clouds"],
  ["synthetic", "means"],
  ["datasets"],
  ["builtins"],
  ["model"],
  ["checkpoints"],
  ["training", "restoration"],
  ["evaluation", "archives"],
  ["report", "studies"],
  ["mod"],
  ["cli", "web"],
];

/** Arrows between folders of one floor. */
export const SIDEWAYS: Readonly<Record<string, readonly string[]>> = {
  precond: ["schedules"],
  weighting: ["precond", "schedules"],
  samplers: ["schedules"],
  networks: ["fusion"],
};

/** Axes of plain numbers, which import no tensors. */
export const NUMBER_AXES = ["schedules", "precond", "noise", "weighting", "timesteps"] as const;

/** Folders that know no runtime. */
export const WITHOUT_DENO = [
  ...["core", "engine", "model", "samplers", "fusion", "networks", "means"],
  ...NUMBER_AXES,
] as const;

/** Code without its comments; strings and templates stay. */
export function withoutComments(code: string): string {
  const token =
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g;
  return code.replace(token, (text) => text.startsWith("/") ? " " : text);
}

/** The specifiers that a module imports: import, export … from, import(). */
export function specifiers(code: string): string[] {
  const bare = withoutComments(code);
  const patterns = [
    /(?:^|[\s;}])(?:import|export)\s[^"';]*?\bfrom\s*["']([^"']+)["']/g,
    /(?:^|[\s;}])import\s*["']([^"']+)["']/g,
    /\bimport\s*\(\s*["'`]([^"'`]+)["'`]/g,
    /\bnew\s+Worker\s*\(\s*new\s+URL\s*\(\s*["']([^"']+)["']/g,
  ];
  return patterns.flatMap((pattern) => [...bare.matchAll(pattern)].map((match) => match[1]!));
}

/** "npm:@scope/name@1.2.3/sub.js" → "@scope/name"; undefined for other specifiers. */
export function packageOf(specifier: string): string | undefined {
  return /^(?:npm|jsr):\/?((?:@[^/@]+\/)?[^/@]+)/.exec(specifier)?.[1];
}

/** What a file of the root imports. */
export function parseSource(path: string, code: string): SourceFile {
  const found = specifiers(code);
  const bare = withoutComments(code);
  return {
    path,
    // JSON is data, not a module of the graph.
    imports: found.filter((specifier) => specifier.startsWith(".") && !specifier.endsWith(".json"))
      .map((specifier) => new URL(specifier, `file:///${path}`).pathname.slice(1)),
    packages: [...new Set(found.flatMap((specifier) => packageOf(specifier) ?? []))],
    usesDeno: /\bDeno\s*[.[]/.test(bare.replace(/"(?:\\.|[^"\\\n])*"/g, '""')),
  };
}

/** "core/rng.ts" → "core", "cli.ts" → "cli". */
export function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : path.replace(/\.ts$/, "");
}

function floorOf(folder: string): number {
  return FLOORS.findIndex((floor) => floor.includes(folder));
}

/** Folders that stand on no floor. */
export function unknownFolders(files: readonly SourceFile[]): string[] {
  const folders = new Set(files.map(({ path }) => folderOf(path)));
  return [...folders].filter((folder) => floorOf(folder) < 0);
}

/** Arrows that point to a higher floor, to a neighbor that is not allowed, or out of the floors. */
export function backArrows(files: readonly SourceFile[]): string[] {
  return crossings(files)
    .filter(({ from, to }) => {
      const [own, other] = [floorOf(from), floorOf(to)];
      return other < 0 || other > own || (other === own && !SIDEWAYS[from]?.includes(to));
    })
    .map(({ path, imported }) => `${path} → ${imported}`);
}

/** Arrows into another folder that do not enter by its mod.ts. */
export function sideDoors(files: readonly SourceFile[]): string[] {
  return crossings(files)
    .filter(({ imported }) => imported.includes("/") && !/^[^/]+\/mod\.ts$/.test(imported))
    .map(({ path, imported }) => `${path} → ${imported}`);
}

function crossings(files: readonly SourceFile[]) {
  return files.flatMap(({ path, imports }) =>
    imports.map((imported) => ({ path, imported, from: folderOf(path), to: folderOf(imported) }))
  ).filter(({ from, to }) => from !== to);
}

/** A cycle of folders, as "a → b → a", or undefined. */
export function folderCycle(files: readonly SourceFile[]): string | undefined {
  return cycleIn(edges(crossings(files).map(({ from, to }) => [from, to])));
}

/** A cycle of files, or undefined. */
export function fileCycle(files: readonly SourceFile[]): string | undefined {
  return cycleIn(
    edges(files.flatMap(({ path, imports }) => imports.map((to) => [path, to] as const))),
  );
}

function edges(pairs: readonly (readonly [string, string])[]): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>();
  for (const [from, to] of pairs) {
    if (!graph.has(from)) graph.set(from, new Set());
    graph.get(from)!.add(to);
  }
  return graph;
}

function cycleIn(graph: Map<string, Set<string>>): string | undefined {
  const done = new Set<string>();
  function visit(node: string, trail: readonly string[]): string | undefined {
    const at = trail.indexOf(node);
    if (at >= 0) return [...trail.slice(at), node].join(" → ");
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const cycle = visit(next, [...trail, node]);
      if (cycle !== undefined) return cycle;
    }
    done.add(node);
    return undefined;
  }
  for (const node of graph.keys()) {
    const cycle = visit(node, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Packages that more than one file names. */
export function sharedPackages(files: readonly SourceFile[]): string[] {
  const doors = edges(
    files.flatMap(({ path, packages }) => packages.map((name) => [name, path] as const)),
  );
  return [...doors].filter(([, paths]) => paths.size > 1)
    .map(([name, paths]) => `${name}: ${[...paths].join(", ")}`);
}
