/**
 * Colours of maps: what the page's script paints with and what its colour bars show.
 *
 * @module
 */

/** From low to high; readable without colour, for brightness rises. */
export const PALETTES = {
  /** Errors and deviations. */
  heat: ["#0b0724", "#3b0f70", "#8c2981", "#de4968", "#fe9f6d", "#fcfdbf"],
  /** Weights of attention. */
  weight: ["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"],
} as const;

/** Colours of `PROVENANCE` 1, 2 and 3. */
export const ORIGINS = ["#b9bfc9", "#1f9e89", "#e8743b"] as const;
