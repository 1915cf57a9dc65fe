// The tools above the timeline: the story of a run, its critical path, the search for a name, the cores in use.

import assert from "node:assert/strict";
import { NARROW, pages } from "../chromium.js";
import { openScratch } from "../workbench.js";

const pageTest = pages();

/** Two workers that need one lock all the time. */
const CONVOY = `from multiprocessing import Lock, Process


def work(door):
    for _ in range(40):
        with door:
            sum(range(30_000))


if __name__ == "__main__":
    door = Lock()
    workers = [Process(target=work, args=(door,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print("all went through")
`;

/** Threads that wait beside one another: a story that no load of the machine takes away. */
const BESIDE = `import time
from threading import Thread

threads = [Thread(target=time.sleep, args=(0.4,)) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
`;

async function ran(page, source) {
  const workbench = await openScratch(page, source);
  await workbench.run();
  return workbench;
}

pageTest("the bar above the timeline tells the story of the run", async ({ page }) => {
  await ran(page, BESIDE);
  await page.locator("css=.timeline-summary").filter({ hasText: "waited beside one another" }).waitFor();
});

pageTest("the critical path is drawn and said, and Escape gives it up", async ({ page }) => {
  await ran(page, CONVOY);
  const line = page.locator("css=.timeline-critical");
  await page.locator("css=.timeline-plot").focus();
  await page.keyboard.press("c");
  await line.waitFor({ state: "attached" });
  assert.match(await line.getAttribute("d"), /^M[\d.-]+ [\d.]+H/);
  await page.locator("css=.timeline-detail").filter({ hasText: /^Of .* on the critical path: / }).waitFor();
  await page.keyboard.press("Escape");
  await line.waitFor({ state: "detached" });
  const button = page.getByRole("button", { name: "Critical path" });
  await button.click();
  await line.waitFor({ state: "attached" });
  assert.equal(await button.getAttribute("aria-pressed"), "true");
});

pageTest("a name is found by the slash, and Enter goes from hit to hit", async ({ page }) => {
  await ran(page, CONVOY);
  await page.locator("css=.timeline-plot").focus();
  await page.keyboard.press("/");
  const field = page.getByRole("textbox", { name: "Find on the timeline" });
  await field.waitFor();
  await page.keyboard.type("DOOR");
  const said = page.getByRole("search").getByRole("status");
  await said.filter({ hasText: /^\d+ hits$/ }).waitFor();
  const hits = Number.parseInt(await said.innerText(), 10);
  assert.ok(hits >= 80, `${hits} hits for a lock that was held 80 times`);
  await page.keyboard.press("Enter");
  await said.filter({ hasText: `1 of ${hits}` }).waitFor();
  await page.locator("css=.timeline-detail").filter({ hasText: /door/ }).waitFor();
  await page.keyboard.press("Shift+Enter");
  await said.filter({ hasText: `${hits} of ${hits}` }).waitFor();
  for (const [words, hit] of [
    ["went through", /printed “all went through”/],
    ["line 6", /line 6/],
    ["Process-2", /^Process-2/],
  ]) {
    await field.fill(words);
    await page.keyboard.press("Enter");
    await page.locator("css=.timeline-detail").filter({ hasText: hit }).waitFor();
  }
  await field.fill("nobody");
  await said.filter({ hasText: "nothing found" }).waitFor();
  await page.keyboard.press("Escape");
  await field.waitFor({ state: "detached" });
});

pageTest("above the cores stands how many were used", async ({ page }) => {
  await ran(page, CONVOY);
  await page.locator("css=.timeline-label").filter({ hasText: /^Cores used: \d\.\d$/ }).waitFor();
  await page.getByRole("application").click({ position: { x: 200, y: 14 } });
  await page.locator("css=.timeline-detail").filter({ hasText: /^Of \d cores? (none|\d, by \w+)/ }).waitFor();
});

const MANY = `
import threading
for number in range(100):
    thread = threading.Thread(target=sum, args=(range(1000),))
    thread.start()
    thread.join()
`;

pageTest("of many rows those in sight are drawn, wherever one scrolls", async ({ page }) => {
  await ran(page, MANY);
  const canvas = page.locator("css=.timeline-canvas");
  const [whole, drawn] = await canvas.evaluate((element) => [element.parentElement.clientHeight, element.clientHeight]);
  assert.ok(drawn < whole / 2, `${drawn} of ${whole} pixels are drawn`);
  await page.locator("css=.timeline-scroll").evaluate((element) => (element.scrollTop = element.scrollHeight));
  await page.locator("css=.timeline-label").filter({ hasText: /^Thread-100/ }).waitFor();
  await page.waitForFunction(() => {
    const element = document.querySelector(".timeline-canvas");
    return element.offsetTop + element.clientHeight >= element.parentElement.clientHeight;
  });
});

pageTest("on a phone the story and the tools have room", { viewport: NARROW }, async ({ page }) => {
  await ran(page, BESIDE);
  const timeline = page.getByRole("tab", { name: "Timeline" });
  if (await timeline.isVisible()) await timeline.click();
  const story = page.locator("css=.timeline-summary").filter({ hasText: "waited beside one another" });
  await story.waitFor();
  assert.ok(await story.evaluate((element) => element.scrollHeight <= element.clientHeight + 1), "the story is cut off");
});
