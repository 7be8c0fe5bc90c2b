/**
 * Names of Landsat products: Collection 2 and the Harmonized Landsat and Sentinel-2 data (HLS).
 *
 * @module
 */

import { dayOfDigits, dayOfYear, type NamedProduct, timeOfDigits } from "./product_name.ts";

/**
 * Bands of OLI (Landsat 8 and 9) by meaning; B10 and B11 are thermal. The panchromatic B8 is left
 * out: files that call a band "NIR" are read with the name B08.
 */
const OLI: Readonly<Record<number, string>> = {
  1: "B01",
  2: "B02",
  3: "B03",
  4: "B04",
  5: "B8A",
  6: "B11",
  7: "B12",
  9: "B10",
  10: "TIRS1",
  11: "TIRS2",
};
/** Reflective bands of TM and ETM+ (Landsat 4, 5 and 7) by meaning. */
const TM: Readonly<Record<number, string>> = {
  1: "B02",
  2: "B03",
  3: "B04",
  4: "B8A",
  5: "B11",
  7: "B12",
};

const COLLECTION2 = /(L[COTE]0[4-9])_(L1[A-Z]{2}|L2S[PR])_\d{6}_(\d{8})_\d{8}_02_(?:T1|T2|RT)/;
const COLLECTION1 = /(L[COTEM]0[1-8])_L1[A-Z]{2}_\d{6}_(\d{8})_\d{8}_01_(?:T1|T2|RT)/;
/** Names of before the collections: sensor, path, row, year and day of the year. */
const SCENE_ID = /(?:^|[^A-Za-z0-9])L[COTEM][4-9]\d{6}(\d{7})[A-Z]{3}\d{2}/;
const HLS = /HLS\.(S30|L30)\.T\d{2}[A-Z]{3}\.(\d{7})T(\d{6})\.v\d\.\d/;

/** Names by which files call the bands: "B5", "B05" and "SR_B5". */
function named(
  bands: Readonly<Record<number, string>>,
  prefixes: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(bands).flatMap(([number, band]) =>
      prefixes.flatMap((prefix) =>
        [number, number.padStart(2, "0")].map((id) => [`${prefix}B${id}`, band])
      )
    ),
  );
}

/** Surface reflectance of Collection 2: USGS, Landsat 8-9 Collection 2 Level 2 Guide, Table 6-1. */
const SURFACE = { scale: 0.0000275, offset: -0.2, fill: 0 } as const;

/** Bands and scale of Collection 2 surface reflectance. */
export function collection2Surface(isOli: boolean): Omit<NamedProduct, "date"> {
  return {
    product: "Landsat Collection 2 Level 2",
    sensor: isOli ? "Landsat 8/9 OLI" : "Landsat TM/ETM+",
    level: "L2A",
    ...SURFACE,
    // A "B02" of TM may be the second band, or blue by its name.
    bands: isOli ? named(OLI, ["SR_", ""]) : named(TM, ["SR_"]),
  };
}

/** Reads a name of a Landsat product. */
export function landsatName(part: string): NamedProduct | undefined {
  const [, sensor = "", level = "", digits = ""] = COLLECTION2.exec(part) ?? [];
  if (sensor !== "") {
    const date = dayOfDigits(digits);
    const isOli = /0[89]$/.test(sensor);
    if (level.startsWith("L2")) return { ...collection2Surface(isOli), date };
    return {
      product: "Landsat Collection 2 Level 1",
      sensor: isOli ? "Landsat 8/9 OLI" : "Landsat TM/ETM+",
      level: "L1C",
      date,
      fill: 0,
      ...(isOli ? { bands: named(OLI, [""]) } : {}),
      refusal: "its values become reflectance only with the factors and the sun elevation of its " +
        "MTL file; convert it to reflectance first, or use the surface reflectance (L2SP)",
    };
  }
  const [, , first] = COLLECTION1.exec(part) ?? [];
  if (first !== undefined) {
    return {
      product: "Landsat Collection 1",
      sensor: "Landsat",
      date: dayOfDigits(first),
      refusal:
        "its scale and bands are not known here; use the same scene of Collection 2 Level 2 " +
        "(L2SP)",
    };
  }
  const old = SCENE_ID.exec(part)?.[1];
  if (old === undefined) return undefined;
  return { product: "Landsat", sensor: "Landsat", date: dayOfYear(old) };
}

/** Reads a name of an HLS product: L30 of Landsat and S30 of Sentinel-2. */
export function hlsName(part: string): NamedProduct | undefined {
  const [, kind, digits = "", time = ""] = HLS.exec(part) ?? [];
  if (kind === undefined) return undefined;
  return {
    product: `HLS ${kind}`,
    sensor: kind === "S30" ? "Sentinel-2 at 30 m" : "Landsat 8/9 OLI",
    level: "L2A",
    date: dayOfYear(digits),
    ...timeOfDigits(time),
    scale: 0.0001,
    offset: 0,
    fill: -9999,
    ...(kind === "L30" ? { bands: named(OLI, [""]) } : {}),
  };
}
