/**
 * Preconditioning c_in, c_skip, c_out, c_noise, Eqs. 13–17.
 *
 * @module
 */

export type { Coefficients, Preconditioner } from "./preconditioner.ts";
