/** Opening a report in a browser. */

import type { Page } from "./chromium.ts";

async function ready(page: Page): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await page.evaluate("document.documentElement.dataset.ready === 'yes'")) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`The page does not get ready: ${page.complaints.join("; ")}`);
}

/** Opens a report at a width and waits until its script has painted it. */
export async function open(page: Page, address: string, width: number): Promise<void> {
  await page.resize(width, 900);
  await page.open(address);
  await ready(page);
}
