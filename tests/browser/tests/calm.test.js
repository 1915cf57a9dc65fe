// Nothing jumps: while the page comes and while a program runs, what one looks at stays where it is.

import assert from "node:assert/strict";
import { NARROW, WIDE, pages } from "../chromium.js";
import { Workbench, openLesson, openScratch } from "../workbench.js";

const pageTest = pages();

/** What the field calls good is 0.1; https://web.dev/articles/cls says how it is counted. */
const CALM = 0.02;

/** Adds up how far what is in sight moved, but for what answers a key or a press at once. */
async function watched(page) {
  await page.addInitScript(() => {
    globalThis.moved = [];
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput, sources } of list.getEntries()) {
        if (!hadRecentInput) globalThis.moved.push({ value, what: sources.map(({ node }) => node?.className || node?.nodeName) });
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
}

/** What has moved since this was asked last. */
async function assertCalm(page) {
  const moved = await page.evaluate(() => globalThis.moved.splice(0));
  const sum = moved.reduce((all, { value }) => all + value, 0);
  assert.ok(sum < CALM, `moved by ${sum}: ${JSON.stringify(moved)}`);
}

pageTest("every lesson comes and runs without moving", { viewport: WIDE }, async ({ page, playground }) => {
  await watched(page);
  for (const { slug } of await playground.get("/api/lessons")) {
    const workbench = await openLesson(page, slug);
    await assertCalm(page);
    await workbench.run();
    await assertCalm(page);
  }
});

/** What is told of its end has no room beside the figures, and hardly below them. It ends long after the press that began it. */
const LONG = `import time; time.sleep(0.6)\nraise ValueError("a sentence that is longer than any place that there is for it: " + "many words " * 20)\n`;

for (const [where, settings] of [["on a wide page", { viewport: WIDE }], ["on a phone", { viewport: NARROW, hasTouch: true }]]) {
  pageTest(`a long sentence about an end moves nothing ${where}`, settings, async ({ page }) => {
    await watched(page);
    const workbench = await openScratch(page, LONG);
    await workbench.run();
    await workbench.says(/^Failed in line 2: ValueError: a sentence that is longer/);
    await assertCalm(page);
  });
}

pageTest("a lesson comes without moving on a phone", { viewport: NARROW, hasTouch: true }, async ({ page }) => {
  await watched(page);
  await page.goto("/lessons/02-first-process");
  await new Workbench(page).editor.waitFor();
  await assertCalm(page);
});

pageTest("a run with more rows than there is room for moves nothing, nor do two beside each other", { viewport: WIDE }, async ({ page }) => {
  await watched(page);
  const workbench = await openLesson(page, "11-pool-map");
  await workbench.run();
  await assertCalm(page);
  await workbench.button("Run both").click();
  await workbench.says(/^With threads: Finished/);
  await assertCalm(page);
});

pageTest("a run with many rows moves nothing on a phone", { viewport: NARROW, hasTouch: true }, async ({ page }) => {
  await watched(page);
  const workbench = await openLesson(page, "11-pool-map");
  await workbench.run();
  await assertCalm(page);
});
