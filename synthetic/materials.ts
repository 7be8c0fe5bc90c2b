/**
 * Materials of a pixel on a day of the year.
 *
 * @module
 */

import { hash, LAND, unit } from "./scene_layout.ts";
import { greenness, type Material, PHENOLOGIES } from "./scene_spectra.ts";

/** A mix of two materials. */
interface Mix {
  readonly from: Material;
  readonly to: Material;
  /** Share of `to`, in [0, 1]. */
  readonly share: number;
  /** Brightness of the mix, about 1. */
  readonly light: number;
}

/** Crop of a parcel, by the hash of the parcel. */
function cropOf(plot: number): (typeof PHENOLOGIES)[number] {
  let u = unit(hash(plot, 21));
  for (const crop of PHENOLOGIES) {
    u -= crop.share;
    if (u < 0) return crop;
  }
  return PHENOLOGIES[0]!;
}

/** Materials of building plots, by frequency. */
const ROOFS: readonly Material[] = [
  "redRoof",
  "redRoof",
  "redRoof",
  "asphalt",
  "paleRoof",
  "garden",
  "garden",
  "garden",
  "wood",
];

/** Materials of a pixel on a day of the year. */
export function materialOf({ land, plot }: { land: number; plot: number }, day: number): Mix {
  const own = (k: number) => unit(hash(plot, k));
  const light = 0.9 + 0.2 * own(31);
  switch (land) {
    case LAND.water:
      return { from: "water", to: "water", share: 0, light: 1 };
    case LAND.wood:
    case LAND.edge: {
      const leaves = greenness(
        { peak: 190, width: 75, least: own(33) < 0.3 ? 0.8 : 0, ground: "bareWood", green: "wood" },
        day,
      );
      return { from: "bareWood", to: "wood", share: leaves, light: 0.92 + 0.12 * own(31) };
    }
    case LAND.road:
      return { from: "asphalt", to: "gravel", share: 0.25, light: 1 };
    case LAND.bank:
      return { from: "garden", to: "wood", share: 0.6, light: 1 };
    case LAND.town: {
      const from = ROOFS[hash(plot, 41) % ROOFS.length]!;
      return { from, to: "asphalt", share: 0.25 * own(42), light: 0.85 + 0.35 * own(43) };
    }
    default: {
      const crop = cropOf(plot);
      const share = greenness(crop, day, 40 * (own(22) - 0.5)) * (0.75 + 0.25 * own(23));
      return { from: crop.ground, to: crop.green, share, light };
    }
  }
}
