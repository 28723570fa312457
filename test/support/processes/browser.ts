import { existsSync } from "node:fs";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { until } from "../time/until.ts";

/** Where a Chromium is, if one is installed. */
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome-stable", "/usr/bin/google-chrome"];

export function browserIsHere(): boolean {
  return PLACES.some((place) => existsSync(place));
}

export function startBrowser(): Promise<Browser> {
  const executablePath = PLACES.find((place) => existsSync(place))!;
  // Chromium has no sandbox for root.
  return chromium.launch({ executablePath, args: process.getuid!() === 0 ? ["--no-sandbox"] : [] });
}

/** A page and all that it did which a file of its own should not. */
export interface WatchedPage {
  readonly page: Page;
  /** What it wrote to its console, what it threw, and whatever it asked for but itself. */
  readonly faults: readonly string[];
  /** From the beginning of loading to the last chart. */
  readonly milliseconds: number;
}

/** Opens a file of this machine without any network, and waits until each chart has its drawing. */
export async function openFile(browser: Browser, file: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("console", (message) => faults.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(error.message));
  const url = `file://${file}`;
  await context.route("**", async (route) => {
    if (route.request().url() === url) return route.continue();
    faults.push(`asks for ${route.request().url()}`);
    return route.abort();
  });
  const began = performance.now();
  await page.goto(url);
  // By a string, since these are not the browser's types; and not by waitForFunction, which the page's policy refuses.
  await until("each chart is drawn", () => page.evaluate<boolean>("[...document.querySelectorAll('[data-chart]:not([hidden])')].every((place) => place.querySelector('svg'))"));
  return { page, faults, milliseconds: performance.now() - began };
}
