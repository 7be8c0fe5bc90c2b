/**
 * Findings and statistics, collected while the files of a dataset are read sample by sample.
 *
 * @module
 */

import { examineFile, type FileExam } from "./check_file.ts";
import { locate, type Located, positionProblem, sizeProblem } from "./check_position.ts";
import { type Unit, unitOf, unitProblem } from "./check_unit.ts";
import type { Finding, Layer, Listing, SampleFiles } from "./sample_files.ts";
import { RangeGatherer, type ValueRange } from "./value_ranges.ts";

/** Role of a file in its sample. */
export type Role = "cloudy" | "target" | "auxiliary" | "mask";

/** Range of the values of one band over all files of one role. */
export interface BandRange extends ValueRange {
  /** Role of the files in their samples. */
  readonly role: Role;
  /** Name of the band, for example "B02". */
  readonly band: string;
}

/** Size, position and unit of a file. */
interface Known extends Located {
  readonly unit: Unit;
}

/** A file and its role. */
interface Use {
  readonly layer: Layer;
  readonly role: Role;
}

/** Returns the files of a sample, each once; the clear image first. */
function usesOf({ target, frames }: SampleFiles): readonly Use[] {
  const uses = (layers: readonly Layer[], role: Role) => layers.map((layer) => ({ layer, role }));
  const all = [
    ...uses(target, "target"),
    ...frames.flatMap(({ cloudy, auxiliary = [], mask }) => [
      ...uses(cloudy, "cloudy"),
      ...uses(auxiliary, "auxiliary"),
      ...uses(mask === undefined ? [] : [mask], "mask"),
    ]),
  ];
  const unique = new Map<string, Use>();
  for (const use of all) {
    if (!unique.has(use.layer.path)) unique.set(use.layer.path, use);
  }
  return [...unique.values()];
}

/** Returns the files that several samples share. */
function sharedPaths(samples: readonly SampleFiles[]): ReadonlySet<string> {
  const [seen, shared] = [new Set<string>(), new Set<string>()];
  for (const sample of samples) {
    for (const { layer: { path } } of usesOf(sample)) {
      if (seen.has(path)) shared.add(path);
      seen.add(path);
    }
  }
  return shared;
}

async function exists(path: string): Promise<boolean> {
  if (/^https?:/i.test(path)) return true;
  return await Deno.stat(path)
    .then(() => true, (error) => !(error instanceof Deno.errors.NotFound));
}

/** Reads samples and compares their files with each other. */
export class Walk {
  /** Findings in the order of the listing and of its samples. */
  readonly findings: Finding[];
  /** Samples without findings. */
  readonly good: SampleFiles[] = [];
  /** Number of files read. */
  files = 0;
  readonly #listing: Listing;
  readonly #leastSide: number;
  readonly #missing: Set<string>;
  readonly #shared: ReadonlySet<string>;
  /** Shared files that were read already; undefined for one that cannot be opened. */
  readonly #known = new Map<string, Known | undefined>();
  readonly #gatherers = new Map<string, { role: Role; band: string; values: RangeGatherer }>();
  readonly #hashes = new Map<string, { path: string; split: string }>();
  readonly #sizes = new Map<string, string[]>();
  #pixels = 0;
  #empty = 0;
  #meant = { values: 0, files: 0 };

  constructor(listing: Listing, tileSize: number) {
    this.#listing = listing;
    this.#leastSide = tileSize * (listing.shrink ?? 1);
    this.findings = [...listing.findings];
    const missing = listing.findings.filter(({ kind }) => kind === "missing");
    this.#missing = new Set(missing.map(({ path }) => path));
    this.#shared = sharedPaths(listing.samples);
  }

  /** Reads the files of a sample. */
  async sample(sample: SampleFiles): Promise<void> {
    const before = this.findings.length;
    const uses = usesOf(sample);
    const exams = await Promise.all(uses.map(({ layer }) => this.#examine(layer)));
    let like: Known | undefined;
    let isGood = sample.complete;
    for (const [i, use] of uses.entries()) {
      const exam = exams[i]!;
      const { layer: { path }, role } = use;
      if (exam === "missing") {
        isGood = false;
        this.#find(path, sample, "missing", `the file must exist, as ${sample.name} names it`);
        continue;
      }
      const located = exam === "known" ? this.#known.get(path) : this.#record(sample, use, exam);
      if (located === undefined) continue;
      if (role === "target") like ??= located;
      else if (like !== undefined && !this.#compare(sample, located, { like, role })) {
        isGood = false;
      }
    }
    if (isGood && this.findings.length === before) this.good.push(sample);
  }

  /** Adds findings that need all files: sizes that differ from the others. */
  close(): void {
    if (!this.#listing.oneSize) return;
    const sizes = [...this.#sizes].sort(([, a], [, b]) => b.length - a.length);
    for (const [size, paths] of sizes.slice(1)) {
      for (const path of paths) {
        const message = `it must have ${sizes[0]![0]} pixels like most files, got ${size}`;
        this.findings.push({ kind: "size", path, message });
      }
    }
  }

  /** Share of the pixels read that have no data. */
  get empty(): number {
    return this.#pixels === 0 ? 0 : this.#empty / this.#pixels;
  }

  get notes(): readonly string[] {
    const { values, files } = this.#meant;
    if (values === 0) return [];
    return [`${values} values in ${files} files are NaN, which the loader replaces`];
  }

  ranges(): readonly BandRange[] {
    return [...this.#gatherers.values()].flatMap(({ role, band, values }) => {
      const range = values.range();
      return range === undefined ? [] : [{ role, band, ...range }];
    });
  }

  async #examine(layer: Layer): Promise<FileExam | "missing" | "known"> {
    const { path } = layer;
    if (this.#known.has(path)) return "known";
    if (this.#missing.has(path) || !await exists(path)) return "missing";
    return await examineFile(layer, this.#listing.open);
  }

  /** Returns true if a file fits its clear image. In a dataset of one size, close() reports sizes. */
  #compare(
    sample: SampleFiles,
    file: Known,
    { like, role }: { readonly like: Known; readonly role: Role },
  ): boolean {
    const size = sizeProblem(file, like);
    const position = size === undefined ? positionProblem(file, like) : undefined;
    const problem = size !== undefined && this.#listing.oneSize ? undefined : size ?? position;
    if (problem !== undefined) this.#find(file.path, sample, problem.kind, problem.message);
    const unit = role === "cloudy" ? unitProblem(file.unit, like.unit) : undefined;
    if (unit !== undefined) this.#find(file.path, sample, unit.kind, unit.message);
    return size === undefined && position === undefined && unit === undefined;
  }

  #record(sample: SampleFiles, { layer, role }: Use, exam: FileExam): Known | undefined {
    const { path, form } = layer;
    const { header, hash } = exam;
    this.files++;
    for (const { kind, message } of exam.problems) this.#find(path, sample, kind, message);
    this.#empty += exam.empty;
    if (exam.meant > 0) {
      this.#meant = { values: this.#meant.values + exam.meant, files: this.#meant.files + 1 };
    }
    for (const [b, values] of exam.values.entries()) {
      const band = form.bands[b]!;
      const key = `${role} ${band}`;
      const gatherer = this.#gatherers.get(key) ?? { role, band, values: new RangeGatherer() };
      gatherer.values.add(values);
      this.#gatherers.set(key, gatherer);
    }
    if (hash !== undefined) this.#recordHash(sample, path, hash);
    const located = header && {
      ...locate(path, header),
      unit: unitOf(path, { header, values: exam.values }),
    };
    if (located !== undefined) this.#recordSize(sample, located);
    if (this.#shared.has(path)) this.#known.set(path, located);
    return located;
  }

  #recordHash(sample: SampleFiles, path: string, hash: string): void {
    const first = this.#hashes.get(hash);
    if (first === undefined) {
      this.#hashes.set(hash, { path, split: sample.split });
      return;
    }
    const split = first.split === sample.split ? "" : ` (split ${first.split})`;
    const message = `it must have pixels of its own, got those of ${first.path}${split}`;
    this.#find(path, sample, "duplicate", message);
  }

  #recordSize(sample: SampleFiles, { path, width, height }: Located): void {
    this.#pixels += width * height;
    const size = `${width}×${height}`;
    const paths = this.#sizes.get(size) ?? [];
    paths.push(path);
    this.#sizes.set(size, paths);
    const least = this.#leastSide;
    if (Math.min(width, height) < least) {
      this.#find(
        path,
        sample,
        "size",
        `it must have at least ${least}×${least} pixels, got ${size}`,
      );
    }
  }

  #find(path: string, { split }: SampleFiles, kind: Finding["kind"], message: string): void {
    if (kind === "missing" && this.#missing.has(path)) return;
    if (kind === "missing") this.#missing.add(path);
    this.findings.push({ kind, path, message, split });
  }
}
