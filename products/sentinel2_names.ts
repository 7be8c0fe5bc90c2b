/**
 * Names of Sentinel-2 products: ESA's of today, those of before December 2016, and Theia's.
 *
 * @module
 */

import { dayOfDigits, type NamedProduct, timeOfDigits } from "./product_name.ts";

/** The compact names since December 2016, of SAFE and of EOPF Zarr products. */
const COMPACT = /S2[A-Z]_MSI(L1C|L2A)_(\d{8})T(\d{6})_N\d{4}_/;
/** Products of before December 2016: the first time is that of production, V that of sensing. */
const OLD_PRODUCT = /S2[A-Z]_(?:OPER|USER)_PRD_MSI(L1C|L2A)_.{0,60}_V(\d{8})T(\d{6})/;
/** Granules and band files of such products, which state only the time of production. */
const OLD_GRANULE = /S2[A-Z]_(?:OPER|USER)_(?:MSI|MTD|AUX|GIP)_(?:SAF)?(L1C|L2A)?_/;
/** Items of Earth Search (Element 84), in its catalog and its buckets. */
const EARTH_SEARCH =
  /S2[A-Z]_T?\d{1,2}[A-Z]{3}_(\d{8})(?:T\d{6})?_\d{1,2}_(L1C|L2A)(?![A-Za-z0-9])/;
/** EOPF products before they took the compact names. */
const EOPF = /S0?2MSIL(1C|2A)_(\d{8})T\d{6}_\d{4}_[A-D]\d{3}_[A-Z0-9]{3,4}(?![A-Za-z0-9])/;
const MUSCATE =
  /(SENTINEL2[A-Z]|LANDSAT[5789]|VENUS(?:-XS)?)_(\d{8})-(\d{6})-\d{3}_(L1C|L2A|L2B|L3A)_/;

/** Reads a name of ESA's products. */
export function sentinel2Name(part: string): NamedProduct | undefined {
  const [, level, digits = "", time = ""] = COMPACT.exec(part) ?? OLD_PRODUCT.exec(part) ?? [];
  if (level !== undefined) {
    return {
      product: `Sentinel-2 ${level}`,
      sensor: "Sentinel-2",
      level: level as "L1C" | "L2A",
      date: dayOfDigits(digits),
      ...timeOfDigits(time),
    };
  }
  const [, short, digitsOfDay = ""] = EOPF.exec(part) ?? [];
  if (short !== undefined) {
    return {
      product: `Sentinel-2 L${short}`,
      sensor: "Sentinel-2",
      level: `L${short}` as "L1C" | "L2A",
      date: dayOfDigits(digitsOfDay),
    };
  }
  const [, day, found] = EARTH_SEARCH.exec(part) ?? [];
  if (day !== undefined) {
    return {
      product: `Sentinel-2 ${found}`,
      sensor: "Sentinel-2",
      level: found as "L1C" | "L2A",
      date: dayOfDigits(day),
    };
  }
  const old = OLD_GRANULE.exec(part);
  if (old === null) return undefined;
  return {
    product: "Sentinel-2",
    sensor: "Sentinel-2",
    ...(old[1] === undefined ? {} : { level: old[1] as "L1C" | "L2A" }),
    date: null,
  };
}

/** Reads a name of Theia's products (MUSCATE), which use -10000 for pixels without data. */
export function muscateName(part: string): NamedProduct | undefined {
  const [, sensor, digits = "", time = "", level] = MUSCATE.exec(part) ?? [];
  if (sensor === undefined) return undefined;
  return {
    product: `Theia MUSCATE ${level}`,
    sensor: sensor.startsWith("SENTINEL2") ? "Sentinel-2" : sensor,
    level: level === "L1C" ? "L1C" : "L2A",
    date: dayOfDigits(digits),
    ...timeOfDigits(time),
    scale: 0.0001,
    offset: 0,
    fill: -10000,
  };
}
