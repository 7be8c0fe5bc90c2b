/**
 * The quality masks of known products, by the names of their files and bands.
 *
 * @module
 */

import { type MaskKind, maskKind } from "./mask_kind.ts";

/** A kind of mask and the bands that it is read from. */
export interface KnownMask {
  readonly kind: MaskKind;
  /**
   * Indices of several bands of yes and no, each of which becomes the bit of its position. Default:
   * the values of one band.
   */
  readonly folded?: readonly number[];
}

/** Sentinel-2's scene classification (ESA, Level-2A Algorithm Overview, Fig. 3). */
const SCL = maskKind({
  name: "SCL",
  form: "classes",
  labels: {
    0: "no data",
    1: "saturated",
    2: "dark area",
    3: "cloud shadow",
    4: "vegetation",
    5: "bare soil",
    6: "water",
    7: "unclassified",
    8: "cloud, medium probability",
    9: "cloud, high probability",
    10: "thin cirrus",
    11: "snow",
  },
  masked: [3, 8, 9, 10],
  shadow: [3],
  thin: [10],
  unknown: [0],
});

/** Sentinel-2's cloud bits of Google Earth Engine. */
const QA60 = maskKind({
  name: "QA60",
  form: "bits",
  labels: { 10: "opaque cloud", 11: "cirrus" },
  masked: [10, 11],
  thin: [11],
});

/** Landsat Collection 2 (USGS, Level 2 Science Product Guide, QA_PIXEL bit index). */
const QA_PIXEL = maskKind({
  name: "QA_PIXEL",
  form: "bits",
  labels: {
    0: "fill",
    1: "dilated cloud",
    2: "cirrus",
    3: "cloud",
    4: "cloud shadow",
    5: "snow",
    6: "clear",
    7: "water",
    8: "cloud confidence",
    9: "cloud confidence",
    10: "shadow confidence",
    11: "shadow confidence",
    12: "snow confidence",
    13: "snow confidence",
    14: "cirrus confidence",
    15: "cirrus confidence",
  },
  masked: [1, 2, 3, 4],
  shadow: [4],
  thin: [2],
  unknown: [0],
});

/** Landsat Collection 1, Level 1 (USGS, Collection 1 Level-1 Quality Assessment Band). */
const BQA = maskKind({
  name: "BQA of Landsat Collection 1",
  form: "bits",
  labels: {
    0: "fill",
    1: "terrain occlusion or dropped pixel",
    2: "saturation",
    3: "saturation",
    4: "cloud",
    5: "cloud confidence",
    6: "cloud confidence",
    7: "shadow confidence",
    8: "cloud shadow of medium or high confidence",
    9: "snow confidence",
    10: "snow confidence",
    11: "cirrus confidence",
    12: "cirrus of medium or high confidence",
  },
  masked: [4, 8, 12],
  shadow: [8],
  unknown: [0],
});

/** Landsat Collection 1, surface reflectance (USGS, LaSRC Product Guide, pixel_qa). */
const OLD_PIXEL_QA = maskKind({
  name: "pixel_qa of Landsat Collection 1",
  form: "bits",
  labels: {
    0: "fill",
    1: "clear",
    2: "water",
    3: "cloud shadow",
    4: "snow",
    5: "cloud",
    6: "cloud confidence",
    7: "cloud confidence",
    8: "cirrus confidence",
    9: "cirrus of medium or high confidence",
    10: "terrain occlusion",
  },
  masked: [3, 5, 9],
  shadow: [3],
  unknown: [0],
});

/** HLS v2.0 (User Guide, Table 9). */
const FMASK = maskKind({
  name: "Fmask of HLS",
  form: "bits",
  labels: {
    0: "cirrus",
    1: "cloud",
    2: "next to cloud or shadow",
    3: "cloud shadow",
    4: "snow",
    5: "water",
    6: "aerosol",
    7: "aerosol",
  },
  masked: [0, 1, 3],
  shadow: [3],
  thin: [0],
});

/** Theia's CLM (MAJA product format). */
const CLM = maskKind({
  name: "CLM of Theia",
  form: "bits",
  labels: {
    0: "cloud or shadow",
    1: "cloud",
    2: "cloud, by one date",
    3: "cloud, by several dates",
    4: "thin cloud",
    5: "cloud shadow",
    6: "cloud shadow from outside",
    7: "high cloud",
  },
  masked: [0, 1, 2, 3, 4, 5, 6, 7],
  shadow: [5, 6],
  thin: [4, 7],
  vague: [0],
});

/** Classes of CloudSEN12, as OmniCloudMask writes them. */
const OMNICLOUDMASK = maskKind({
  name: "OmniCloudMask",
  form: "classes",
  labels: { 0: "clear", 1: "thick cloud", 2: "thin cloud", 3: "cloud shadow" },
  masked: [1, 2, 3],
  shadow: [3],
  thin: [2],
});

/** Cloud mask of s2cloudless at Sentinel Hub. */
const S2CLOUDLESS = maskKind({
  name: "s2cloudless",
  form: "classes",
  labels: { 0: "clear", 1: "cloud", 255: "no data" },
  masked: [1],
  unknown: [255],
});

/** PlanetScope's UDM2: bands of yes and no. The last has the bits of the older UDM. */
const UDM2 = maskKind({
  name: "UDM2",
  form: "bits",
  labels: {
    0: "clear",
    1: "snow",
    2: "cloud shadow",
    3: "light haze",
    4: "heavy haze",
    5: "cloud",
    6: "outside of the image",
  },
  masked: [2, 3, 4, 5],
  shadow: [2],
  thin: [3],
  unknown: [6],
});
/** Bands of UDM2 that become bits; band 7 is the confidence. */
const UDM2_BANDS = [0, 1, 2, 3, 4, 5, 7] as const;

/** Classification of Sentinel-2 products since baseline 04.00: bands of yes and no. */
const MSK_CLASSI = maskKind({
  name: "MSK_CLASSI",
  form: "bits",
  labels: { 0: "opaque cloud", 1: "cirrus", 2: "snow" },
  masked: [0, 1],
});

const probability = (name: string, above: number) => maskKind({ name, form: "above", above });

/** Names of files and bands; the part before and behind is free, its ends are no letters or digits. */
const NAMES: readonly (readonly [RegExp, MaskKind])[] = [
  [/(?:^|[^a-z0-9])SCL(?![a-z0-9])/i, SCL],
  [/(?:^|[^a-z0-9])QA60(?![a-z0-9])/i, QA60],
  [/(?:^|[^a-z0-9])QA_PIXEL(?![a-z0-9])/i, QA_PIXEL],
  [/(?:^|[^a-z0-9])BQA(?![a-z0-9])/i, BQA],
  [/(?:^|[^a-z0-9])(?:pixel_qa|PIXELQA)(?![a-z0-9])/i, OLD_PIXEL_QA],
  [/HLS\.[LS]30\..{0,60}Fmask(?![a-z0-9])/i, FMASK],
  [/(?:^|[^a-z0-9])CLM_R[12](?![a-z0-9])/i, CLM],
  [/(?:^|[^a-z0-9])(?:OmniCloudMask|OCM)(?![a-z0-9])/i, OMNICLOUDMASK],
  // Probabilities of Sentinel Hub reach 255, those of Earth Engine and of ESA 100.
  [/(?:^|[^a-z0-9])CLP(?![a-z0-9])/i, probability("cloud probability (CLP, 0 to 255)", 102)],
  [
    /(?:^|[^a-z0-9])(?:MSK_CLDPRB(?:_\d{2}m)?|cloud_?probability|S2_CLOUD_PROBABILITY)(?![a-z0-9])/i,
    probability("cloud probability (0 to 100)", 40),
  ],
  [/(?:^|[^a-z0-9])(?:s2cloudless|CLM)(?![a-z0-9])/i, S2CLOUDLESS],
];

/** Finds the kind of a mask by the name of its band, else of its file. */
export function knownMask(
  { fileName, bands, band }: {
    /** Name of the file, without its folders. */
    readonly fileName: string;
    readonly bands: readonly string[];
    /** Name of the band that is read. */
    readonly band: string;
  },
): KnownMask | undefined {
  const isUdm2 = /udm2/i.test(fileName) ||
    bands.join().toLowerCase().startsWith("clear,snow,shadow");
  if (isUdm2 && bands.length >= 7) {
    return { kind: UDM2, folded: UDM2_BANDS.filter((index) => index < bands.length) };
  }
  if (/(?:^|[^a-z0-9])MSK_CLASSI(?![a-z0-9])/i.test(fileName) && bands.length === 3) {
    return { kind: MSK_CLASSI, folded: [0, 1, 2] };
  }
  for (const name of [band, fileName]) {
    const found = NAMES.find(([pattern]) => pattern.test(name));
    if (found !== undefined) return { kind: found[1] };
  }
  return undefined;
}

/** A mask of which nothing is known: 0 is clear, everything else is hidden. */
export const PLAIN_MASK: MaskKind = maskKind({
  name: "plain mask",
  form: "classes",
  isPlain: true,
});
