/**
 * Error of a scene that a self-check can say nothing about.
 *
 * @module
 */

import { InputError } from "../../core/mod.ts";

/** Too little of a scene is clear for a self-check. */
export class UncheckableError extends InputError {}
