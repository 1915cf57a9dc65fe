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
  await page.locator("css=.timeline-label").filter({ hasText: /^Cores used: [\d.]+$/ }).waitFor();
  await page.getByRole("application").click({ position: { x: 200, y: 14 } });
  await page.locator("css=.timeline-detail").filter({ hasText: /^Of \d+ cores? (none|\d+, by \w+)/ }).waitFor();
});

pageTest("the cores in use are told in the table, and their mean", async ({ page }) => {
  const workbench = await ran(page, CONVOY);
  const rows = await workbench.table("cores used");
  assert.ok(rows.length >= 3 && rows.every((row) => row.Who === "cores" && /^Of \d+ cores? (none|\d+, by \w+)/.test(row.Object)), JSON.stringify(rows));
  // How often the two came and went is the kernel's affair: the table may hold the first 200 of them.
  await page.getByRole("table", { name: /^In the mean [\d.]+ cores were used\. (\d+ rows|First \d+ of \d+)/ }).waitFor();
  // However often the main process came and went before there was another.
  const worker = page.getByRole("row", { name: /Process-/ }).first();
  const more = page.getByRole("button", { name: /^\d+ more$/ });
  while (!(await worker.isVisible()) && (await more.isVisible())) await more.click();
  await worker.getByRole("button").click();
  await page.locator("css=.timeline-detail").filter({ hasText: /^Of \d+ cores? \d+, by / }).waitFor();
});

/** A message that takes long to make into bytes and to read again. */
const HEAVY = `from multiprocessing import Process, Queue


def work(results):
    results.put({str(number): number for number in range(150_000)})


if __name__ == "__main__":
    results = Queue()
    worker = Process(target=work, args=(results,))
    worker.start()
    print(len(results.get()))
    worker.join()
`;

pageTest("of a large message is shown how long it was pickled, on its way and unpickled", async ({ page }) => {
  const workbench = await ran(page, HEAVY);
  const [row] = await workbench.table("messages");
  assert.match(row.Object, /^results, [\d.]+ MB, pickled in [\d.]+ m?s, unpickled in [\d.]+ m?s$/);
  await page.getByRole("row", { name: /message/ }).getByRole("button").click();
  const said = /^Process-1 sent [\d.]+ MB to MainProcess through `results`; it arrived .* later\. It was pickled in .*, unpickled in /;
  await page.locator("css=.timeline-detail").filter({ hasText: said }).waitFor();
  await workbench.button("Table").click();
  const parts = page.locator("css=.timeline-part");
  await parts.first().waitFor({ state: "attached" });
  assert.equal(await parts.count(), 2);
  const wide = await parts.first().evaluate((part) => part.getBoundingClientRect().width);
  assert.ok(wide >= 3, `pickling is ${wide} pixels wide`);
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

/** More rows than the table has at first: each time that the lock is held. */
const HELD = `from multiprocessing import Lock

if __name__ == "__main__":
    door = Lock()
    for _ in range(500):
        with door:
            sum(range(1_000))
`;

/** The starts of the rows, in nanoseconds. */
function starts(rows) {
  return rows.evaluateAll((rows) => {
    const units = { s: 1e9, ms: 1e6, µs: 1e3, ns: 1 };
    return rows.map(({ cells }) => cells[4].textContent.split(" ")).map(([number, unit]) => number * units[unit]);
  });
}

pageTest("all rows of the table are reached by keyboard, and said as they come", async ({ page }) => {
  const workbench = await ran(page, HELD);
  await workbench.table("locks held and tasks");
  const table = page.getByRole("table");
  const rows = table.locator("tbody tr");
  await table.filter({ hasText: "First 200 of 500 rows." }).waitFor();
  assert.equal(await rows.count(), 200);
  await rows.first().evaluate((row) => (row.wasThere = true));
  await page.getByRole("button", { name: "200 more" }).press("Enter");
  await page.getByRole("status").filter({ hasText: /^First 400 of 500 rows\.$/ }).waitFor({ state: "attached" });
  assert.equal(await rows.count(), 400);
  assert.ok(await rows.first().evaluate((row) => row.wasThere), "the rows that were there were made again");
  await page.keyboard.press("Enter");
  const none = page.getByRole("button", { name: "All rows are shown" });
  await none.waitFor();
  assert.ok(await none.evaluate((button) => button.matches(":focus")), "the keyboard was lost with the last rows");
  await page.keyboard.press("Enter");
  const began = await starts(rows);
  assert.equal(began.length, 500);
  assert.ok(began.every((start, row) => row === 0 || start >= began[row - 1]), `not in order: ${began}`);
  await rows.nth(450).getByRole("button").click();
  await page.locator("css=.timeline-detail").filter({ hasText: /^MainProcess held `door`/ }).waitFor();
  assert.equal(await rows.nth(450).getAttribute("aria-current"), "true");
  // Sorted another way it begins again.
  await page.getByRole("button", { name: "Start" }).click();
  await table.filter({ hasText: "First 200 of 500 rows." }).waitFor();
  assert.equal((await starts(rows))[0], began[499]);
});
