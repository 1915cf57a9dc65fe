// The page for everybody: by keyboard alone, in the dark, on a phone, for a screen reader.

import assert from "node:assert/strict";
import { assertAccessible } from "../accessibility.js";
import { NARROW, pages } from "../chromium.js";
import { Workbench, open, openLesson } from "../workbench.js";

const pageTest = pages();

/** Presses Tab until the focus is on an element whose role and name these are. */
async function tabTo(page, role, name) {
  const goal = page.getByRole(role, { name }).first();
  await goal.waitFor();
  for (let presses = 0; presses < 120; presses += 1) {
    await page.keyboard.press("Tab");
    // The editor lives in a shadow root: the focus is looked for inside.
    const there = await goal.evaluate((element) => element.matches(":focus"));
    if (there) return goal;
  }
  throw new Error(`${role} ${name} is not reached by Tab`);
}

pageTest("everything up to a run is done by keyboard", async ({ page }) => {
  await open(page, "/");
  await tabTo(page, "link", "Run your first process");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/lessons/*");
  const workbench = new Workbench(page);
  await tabTo(page, "textbox", /^Program/);
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText("print('typed and run')\n");
  await page.keyboard.press("Control+Enter");
  await workbench.prints("typed and run");
  await workbench.ended();
  // Tab indents in the editor; Escape lets it go on.
  await page.keyboard.press("Escape");
  await tabTo(page, "button", "Run both");
  await tabTo(page, "button", "Table");
  await page.keyboard.press("Enter");
  assert.ok((await workbench.who()).size >= 1);
});

/** Waits until the page's ground is dark or light. */
async function ground(page, wanted) {
  await page.waitForFunction((wanted) => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    for (const element of [document.documentElement, document.body]) {
      canvas.fillStyle = getComputedStyle(element).backgroundColor;
      canvas.fillRect(0, 0, 1, 1);
    }
    const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
    return wanted === "dark" ? red + green + blue < 240 : red + green + blue > 600;
  }, wanted);
}

pageTest("the page is as dark as the system, until its reader says otherwise", { colorScheme: "dark" }, async ({ page }) => {
  await open(page, "/lessons");
  await ground(page, "dark");
  await page.getByRole("button", { name: "Theme: system" }).click();
  await page.getByRole("button", { name: "Theme: light" }).waitFor();
  await ground(page, "light");
  await page.reload();
  await page.getByRole("button", { name: "Theme: light" }).waitFor();
  await ground(page, "light");
});

for (const path of ["/", "/lessons", "/lessons/02-first-process", "/scratch"]) {
  pageTest(`390 pixels are enough for ${path}`, { viewport: NARROW, hasTouch: true }, async ({ page }) => {
    await open(page, path);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= NARROW.width, `${width} pixels wide`);
  });
}

pageTest("a lesson runs on a phone", { viewport: NARROW, hasTouch: true }, async ({ page }) => {
  const workbench = await openLesson(page, "02-first-process");
  await workbench.editor.scrollIntoViewIfNeeded();
  await workbench.run();
  await workbench.prints("hello from the child, Ada");
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= NARROW.width, `${width} pixels wide after the run`);
});

for (const colorScheme of ["light", "dark"]) {
  for (const path of ["/", "/lessons", "/scratch"]) {
    pageTest(`axe finds nothing on ${path}, ${colorScheme}`, { colorScheme }, async ({ page }) => {
      await open(page, path);
      await assertAccessible(page);
    });
  }

  pageTest(`axe finds nothing on a lesson after a run, ${colorScheme}`, { colorScheme }, async ({ page }) => {
    const workbench = await openLesson(page, "02-first-process");
    await workbench.run();
    await assertAccessible(page);
    await workbench.table();
    await assertAccessible(page);
  });
}

pageTest("axe finds nothing on a phone", { viewport: NARROW, hasTouch: true }, async ({ page }) => {
  await openLesson(page, "02-first-process");
  await assertAccessible(page);
});
