/**
 * The program `emrdm`.
 *
 * @module
 */

import { main } from "./cli/main.ts";

// Exits by itself: an open GPU device would keep the process alive.
if (import.meta.main) Deno.exit(await main(Deno.args));
