/**
 * Checks by their tags that restored files fit together: parts of one run, and all shards of one area.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import type { RasterHeader, RasterWindow } from "../rasters/mod.ts";
import { areaOf, type Shard } from "./area.ts";

/** Tags of a file. */
export type Tags = Readonly<Record<string, string>>;

/** A part of a scene: header and tags of its file. */
export interface Part {
  readonly path: string;
  readonly header: RasterHeader;
  readonly tags: Tags;
}

/** Tag of the area of a file in its scene, `column,row,width,height of WIDTHxHEIGHT`. */
const AREA = "EMRDM_AREA";
/** Tag of a shard and the area that was cut into shards, `i/n of column,row,width,height`. */
const SHARD = "EMRDM_SHARD";
/** Tags that may differ between the parts of a scene. */
const OWN: readonly string[] = [AREA, SHARD, "EMRDM_RUN"];
/** Prefix of the tags of a self-check, which parts may lack. */
const EXPECTED = "EMRDM_EXPECTED_";
/** Tags that only the rasters next to an image have. */
const COMPANION_TAGS: readonly string[] = [
  "EMRDM_CLASSES",
  "EMRDM_UNCERTAINTY",
  "EMRDM_SUPPORT",
  "EMRDM_DAYS",
];

const WINDOW = /^(\d+),(\d+),(\d+),(\d+)$/;

function windowOf(text: string): RasterWindow | undefined {
  const [column, row, width, height] = WINDOW.exec(text)?.slice(1).map(Number) ?? [];
  return width && height ? { column: column!, row: row!, width, height } : undefined;
}

function windowText({ column, row, width, height }: RasterWindow): string {
  return `${column},${row},${width},${height}`;
}

/** Parses a tag "left of right"; undefined if a file lacks it. */
function tagsOf<T>(
  { path, tags }: Part,
  { key, form, parse }: {
    readonly key: string;
    readonly form: string;
    readonly parse: (left: string, right: string) => T | undefined;
  },
): T | undefined {
  const text = tags[key];
  if (text === undefined) return undefined;
  const [left = "", right = ""] = text.split(" of ");
  const found = parse(left, right);
  if (found !== undefined) return found;
  throw new InputError(
    `Cannot join ${path}: its tag ${key} must be as "${form}", got "${text}"; restore it again`,
  );
}

function areaTag(part: Part): { readonly area: RasterWindow; readonly scene: string } | undefined {
  return tagsOf(part, {
    key: AREA,
    form: "0,256,512,256 of 512x1024",
    parse(left, scene) {
      const area = windowOf(left);
      return area !== undefined && /^\d+x\d+$/.test(scene) ? { area, scene } : undefined;
    },
  });
}

function shardTag(part: Part): { readonly shard: Shard; readonly whole: RasterWindow } | undefined {
  return tagsOf(part, {
    key: SHARD,
    form: "2/4 of 0,0,512,1024",
    parse(left, right) {
      const [, index, count] = /^(\d+)\/(\d+)$/.exec(left) ?? [];
      const whole = windowOf(right);
      const shard = { index: Number(index), count: Number(count) };
      const fits = whole !== undefined && 1 <= shard.index && shard.index <= shard.count &&
        shard.count <= whole.height;
      return fits ? { shard, whole } : undefined;
    },
  });
}

/** @throws {InputError} If parts have tags of different runs. */
export function checkRun([first, ...others]: readonly Part[]): void {
  const wanted = first!.tags;
  for (const { path, tags } of others) {
    for (const key of new Set([...Object.keys(wanted), ...Object.keys(tags)])) {
      if (
        !key.startsWith("EMRDM_") || OWN.includes(key) || key.startsWith(EXPECTED) ||
        tags[key] === wanted[key]
      ) continue;
      throw new InputError(
        `Cannot join ${path}: its tag ${key} must be that of ${first!.path}, ` +
          `"${wanted[key] ?? "none"}", got "${tags[key] ?? "none"}"; restore all parts with one ` +
          "model and the same inputs and options",
      );
    }
  }
}

/** @throws {InputError} If the shards don't make up one area, each exactly once. */
export function checkShards(parts: readonly Part[]): void {
  const stated = parts.map((part) => ({ part, tag: shardTag(part) }));
  const first = stated.find(({ tag }) => tag !== undefined);
  if (first === undefined) return;
  const { shard: { count }, whole } = first.tag!;
  const known = new Map<number, Part>();
  for (const { part, tag } of stated) {
    const { path, header } = part;
    const refuse = (must: string, got: string): never => {
      throw new InputError(`Cannot join ${path}: it must be ${must}, got ${got}`);
    };
    const kind = `a shard of ${count} of the area ${windowText(whole)} as ${first.part.path}`;
    if (tag === undefined) {
      return refuse(kind, "no tag EMRDM_SHARD; give the shards that one restoration made");
    }
    if (tag.shard.count !== count || windowText(tag.whole) !== windowText(whole)) {
      refuse(kind, `"${part.tags[SHARD]}"; give the shards of one scene`);
    }
    const { index } = tag.shard;
    const twin = known.get(index);
    if (twin !== undefined) {
      refuse(`another shard than ${twin.path}`, `${index}/${count} twice; give each shard once`);
    }
    known.set(index, part);
    const grid = { ...header, width: whole.column + whole.width, height: whole.row + whole.height };
    const { width, height } = areaOf(grid, { window: whole, shard: tag.shard });
    if (header.width !== width || header.height !== height) {
      refuse(
        `${width}×${height} as shard ${index}/${count} of ${windowText(whole)}`,
        `${header.width}×${header.height}; restore it again`,
      );
    }
  }
  const missing = Array.from({ length: count }, (_, i) => i + 1).filter((i) => !known.has(i));
  if (missing.length === 0) return;
  const names = missing.map((i) => `${i}/${count}`).join(", ");
  throw new InputError(
    `Cannot join the shards of ${first.part.path}: all ${count} must be there, got no ${names}; ` +
      `add ${missing.length === 1 ? "it" : "them"}, or restore with --shard ${missing[0]}/${count}`,
  );
}

/** Area that the parts cover together; undefined if they have no area tags. */
export function wholeArea(parts: readonly Part[]): string | undefined {
  const tags = parts.map(areaTag);
  const [first, ...others] = tags;
  if (first === undefined || others.includes(undefined)) return undefined;
  tags.forEach((tag, i) => {
    if (tag!.scene === first.scene) return;
    throw new InputError(
      `Cannot join ${parts[i]!.path}: its tag ${AREA} must be of the scene of ${parts[0]!.path}, ` +
        `${first.scene}, got ${tag!.scene}; join parts of one scene`,
    );
  });
  const areas = tags.map((tag) => tag!.area);
  const row = Math.min(...areas.map((area) => area.row));
  const end = Math.max(...areas.map((area) => area.row + area.height));
  return `${windowText({ ...first.area, row, height: end - row })} of ${first.scene}`;
}

/** @throws {InputError} If a provenance or uncertainty raster is not of the same run as its image. */
export function checkPairs(companions: readonly Part[], images: readonly Part[]): void {
  for (const [i, { path, tags }] of companions.entries()) {
    const image = images[i]!;
    for (const [key, value] of Object.entries(tags)) {
      if (!key.startsWith("EMRDM_") || COMPANION_TAGS.includes(key) || image.tags[key] === value) {
        continue;
      }
      throw new InputError(
        `Cannot join ${path}: its tag ${key} must be that of ${image.path}, ` +
          `"${image.tags[key] ?? "none"}", got "${value}"; it is of another run, remove it or ` +
          "restore again",
      );
    }
  }
}

/** Tags of the joined file, which is no longer a shard. */
export function joinedTags(common: Tags, area: string | undefined): Tags {
  const { [AREA]: _area, [SHARD]: _shard, ...tags } = common;
  return { ...tags, ...(area !== undefined && { [AREA]: area }) };
}
