import path from "node:path";
import { openFile, startBrowser } from "./support/processes/browser.ts";
import { ROOT } from "./support/root.ts";

/**
 * Takes the pictures of a report that the documentation shows:
 * node test/picture-of-report.ts FILE.html
 */
const WIDTH = 1200;
const HEIGHT = 950;

const file = path.resolve(process.argv[2]!);
const browser = await startBrowser();
for (const colorScheme of ["light", "dark"] as const) {
  const { page } = await openFile(browser, file, { colorScheme, viewport: { width: WIDTH, height: HEIGHT } });
  await page.screenshot({ path: path.join(ROOT, "docs/images", `report-${colorScheme}.png`) });
}
await browser.close();
