/** All readers under test. */

import type { FuzzReader } from "./reader.ts";
import { configs } from "./readers/configs.ts";
import { jpeg2000 } from "./readers/jpeg2000.ts";
import { pictures } from "./readers/pictures.ts";
import { products } from "./readers/products.ts";
import { rasters } from "./readers/rasters.ts";
import { servers } from "./readers/servers.ts";
import { tables } from "./readers/tables.ts";
import { weights } from "./readers/weights.ts";

export const READERS: readonly FuzzReader[] = [
  ...[rasters, pictures, jpeg2000, products, configs, tables, weights, servers],
];

/** A reader by name. */
export function readerOf(name: string): FuzzReader {
  const found = READERS.find((reader) => reader.name === name);
  if (found !== undefined) return found;
  throw new RangeError(
    `Cannot fuzz ${name}: it must be one of ${READERS.map((reader) => reader.name).join(", ")}`,
  );
}
