/**
 * Spectra of procedural scenes: top-of-atmosphere reflectance × 10000 in the 13 bands of
 * Sentinel-2, typical of mid-latitude L1C scenes under a summer sun.
 *
 * @module
 */

/** Name of a material. */
export type Material = keyof typeof SPECTRA;

/** Spectra of materials, in the order of {@linkcode SENTINEL2_BANDS}. */
export const SPECTRA = {
  water: [1230, 930, 720, 450, 390, 280, 270, 230, 190, 90, 12, 60, 40],
  crop: [1160, 860, 850, 540, 950, 2800, 3600, 3700, 4000, 950, 13, 1750, 780],
  grass: [1190, 910, 930, 720, 1150, 2350, 2800, 2850, 3100, 800, 13, 2200, 1200],
  wood: [1120, 800, 640, 390, 620, 1700, 2250, 2200, 2500, 640, 12, 980, 430],
  bareWood: [1180, 900, 760, 640, 800, 1150, 1350, 1350, 1550, 480, 12, 1350, 850],
  stubble: [1370, 1190, 1290, 1490, 1800, 2300, 2550, 2600, 2900, 780, 13, 3200, 2250],
  soil: [1380, 1210, 1250, 1450, 1680, 1880, 2030, 2080, 2280, 640, 14, 2950, 2350],
  darkSoil: [1270, 1030, 970, 1000, 1150, 1300, 1420, 1440, 1600, 480, 13, 1900, 1500],
  asphalt: [1480, 1290, 1200, 1180, 1260, 1370, 1460, 1480, 1570, 480, 13, 1700, 1480],
  redRoof: [1470, 1280, 1350, 1780, 1980, 2130, 2240, 2290, 2440, 660, 14, 2550, 2150],
  paleRoof: [1850, 1800, 1830, 1930, 2000, 2080, 2180, 2260, 2300, 700, 16, 2550, 2250],
  garden: [1300, 1050, 1030, 880, 1200, 1900, 2250, 2300, 2500, 680, 13, 1950, 1250],
  gravel: [1700, 1600, 1720, 1900, 2040, 2150, 2280, 2330, 2430, 780, 15, 3000, 2600],
} as const satisfies Readonly<Record<string, readonly number[]>>;

/** Growth of a crop over the year. */
interface Phenology {
  /** Day of the year when the crop is greenest. */
  readonly peak: number;
  /** Days from the peak to 60 % of it. */
  readonly width: number;
  /** Smallest greenness over the year, in [0, 1]. */
  readonly least: number;
  /** Material at greenness 0. */
  readonly ground: Material;
  /** Material at greenness 1. */
  readonly green: Material;
}

/** Uses of parcels with their shares. */
export const PHENOLOGIES: readonly (Phenology & { readonly share: number })[] = [
  { share: 0.3, peak: 125, width: 45, least: 0.05, ground: "stubble", green: "crop" },
  { share: 0.2, peak: 210, width: 40, least: 0, ground: "soil", green: "crop" },
  { share: 0.1, peak: 190, width: 35, least: 0, ground: "darkSoil", green: "crop" },
  { share: 0.25, peak: 140, width: 90, least: 0.35, ground: "stubble", green: "grass" },
  { share: 0.1, peak: 185, width: 70, least: 0.15, ground: "soil", green: "garden" },
  { share: 0.05, peak: 150, width: 60, least: 0.05, ground: "gravel", green: "grass" },
];

/** Greenness of a crop on a day of the year, in [0, 1]; `shift` moves its calendar, in days. */
export function greenness({ peak, width, least }: Phenology, day: number, shift = 0): number {
  const apart = Math.abs(day - peak - shift) % 365;
  const distance = Math.min(apart, 365 - apart);
  return least + (1 - least) * Math.exp(-0.5 * (distance / width) ** 2);
}
