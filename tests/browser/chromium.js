// A real Chromium, a fresh profile for each test, a picture of the page when a test fails.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { startPlayground } from "./playground.js";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** The longest a step may take, in milliseconds: far more than it needs, so that only what hangs fails by it. */
export const PATIENCE = 90_000;
const WATCHDOG = 600_000;
const SCREENSHOTS = process.env.FORKYARD_SCREENSHOTS ?? "screenshots";

export const WIDE = { width: 1280, height: 860 };
export const NARROW = { width: 390, height: 844 };

/**
 * Gives a file its browser and its server. The answer declares a test: a name, perhaps settings of the browser's context, and
 * what is done with `{ page, playground, context }`. A test fails as well when the page throws or writes an error to the console.
 * The server is started by the program `through`, where one is given.
 */
export function pages(through) {
  let browser;
  let playground;
  before(async () => {
    playground = await startPlayground(through);
    const executablePath = process.env.FORKYARD_CHROMIUM || undefined;
    browser = await chromium.launch({ executablePath, args: FLAGS });
  });
  after(async () => {
    await browser?.close();
    await playground?.stop();
  });

  return function pageTest(name, settings, body) {
    if (typeof settings === "function") [settings, body] = [{}, settings];
    const { tolerates = [], ...options } = settings;
    test(name, { timeout: WATCHDOG }, async () => {
      const context = await browser.newContext({ baseURL: playground.address, viewport: WIDE, ...options });
      context.setDefaultTimeout(PATIENCE);
      const page = await context.newPage();
      const complaints = [];
      page.on("pageerror", (error) => complaints.push(`${error}`));
      page.on("console", (message) => {
        const text = `${message.text()} ${message.location().url}`;
        if (message.type() === "error" && !tolerates.some((known) => known.test(text))) complaints.push(text);
      });
      try {
        await body({ page, playground, context });
        if (complaints.length) throw new Error(`the page complained:\n${complaints.join("\n")}`);
      } catch (error) {
        await picture(page, name);
        if (complaints.length) error.message += `\nthe page complained:\n${complaints.join("\n")}`;
        throw error;
      } finally {
        await context.close();
      }
    });
  };
}

async function picture(page, name) {
  await mkdir(SCREENSHOTS, { recursive: true });
  const file = join(SCREENSHOTS, `${name.replace(/[^a-z0-9]+/gi, "-")}.png`);
  // A page that hangs cannot be drawn; the test's own failure matters more.
  await page.screenshot({ path: file, timeout: 5_000 }).then(() => console.log(`screenshot: ${file}`), () => {});
}
