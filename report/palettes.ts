/**
 * Colour maps of the page, shared by its script and its colour bars.
 *
 * @module
 */

/** Colours from low to high. Brightness rises, so the maps read without colour. */
export const PALETTES = {
  /** Errors and ensemble spread. */
  heat: ["#0b0724", "#3b0f70", "#8c2981", "#de4968", "#fe9f6d", "#fcfdbf"],
  /** Attention weights. */
  weight: ["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"],
} as const;

/** Colours of `PROVENANCE` 1, 2 and 3. */
export const ORIGINS = ["#b9bfc9", "#1f9e89", "#e8743b"] as const;
