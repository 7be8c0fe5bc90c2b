/** The one door to axe-core, which looks for barriers on pages. */

import axe from "npm:axe-core@4.10.3";

/** The text of axe-core, for a page. */
export const AXE: string = axe.source;
