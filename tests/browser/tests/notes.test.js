// What the picture does not show is said beside it, with its reason: cores that could not be watched, and whatever was left out.

import assert from "node:assert/strict";
import { assertAccessible } from "../accessibility.js";
import { NARROW, pages } from "../chromium.js";
import { openScratch } from "../workbench.js";

/** A server that may not ask the kernel who is on which core, as in most containers. */
const pageTest = pages(["python3", new URL("../without_perf.py", import.meta.url).pathname]);

const THREADS = `from threading import Thread

threads = [Thread(target=sum, args=(range(100_000),)) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
`;

/** Every note by what it says; its reason is shown on demand, by mouse, finger and keyboard alike. */
async function reasons(page) {
  const notes = page.locator("css=.timeline-lost");
  await notes.first().waitFor();
  const found = {};
  for (const note of await notes.all()) {
    const summary = note.locator("css=summary");
    assert.ok(!(await note.getByRole("paragraph").isVisible()), "the reason is in the way before anybody asks");
    await summary.press("Enter");
    found[await summary.innerText()] = await note.getByRole("paragraph").innerText();
    const { x, width } = await note.getByRole("paragraph").boundingBox();
    assert.ok(x >= 0 && x + width <= page.viewportSize().width, "the reason is cut off");
    await summary.press("Enter");
  }
  return found;
}

/** Lets the page run a program, and has each event of the answer changed on its way. */
async function changing(page, change) {
  await page.route("**/api/runs", async (route) => {
    const response = await route.fetch();
    const events = (await response.text()).split("\n\n").map((event) => {
      const [, name] = /^event: ?(\S+)/m.exec(event) ?? [];
      return event.replace(/^data: ?(.*)$/m, (_, data) => `data: ${JSON.stringify(change(name, JSON.parse(data)))}`);
    });
    await route.fulfill({ response, body: events.join("\n\n") });
  });
}

for (const settings of [{}, { viewport: NARROW, hasTouch: true }]) {
  pageTest(`cores that are sampled are told with the reason, ${settings.viewport ? "on a phone" : "wide"}`, settings, async ({ page }) => {
    const workbench = await openScratch(page, THREADS);
    await workbench.run();
    const { "core times sampled": why } = await reasons(page);
    assert.match(why, /forbids perf_event_open .*: its seccomp profile has to allow it/);
    await page.getByText("sampled core times").waitFor();
    await page.locator("css=.timeline-label").filter({ hasText: /^Cores used: \d/ }).waitFor();
    await page.locator("css=.timeline-lost summary").click();
    await assertAccessible(page);
  });
}

pageTest("whatever is missing has its note", async ({ page }) => {
  await changing(page, (name, data) => {
    if (name === "started") return { ...data, on_core: "off", on_core_detail: "nor does it keep an account" };
    if (name !== "timeline") return data;
    const gil = { watched: false, reason: "the interpreter is unknown; Forkyard knows CPython 3.11 to 3.13" };
    return { ...data, lost: 1200, left_out: { processes: 1, lanes: 2, short: 3_000_000 }, gil };
  });
  const workbench = await openScratch(page, THREADS);
  await workbench.run();
  assert.deepEqual(await reasons(page), {
    "1200 events lost": "The program did things faster than they could be written down. Struck-out stretches are where.",
    "1 process not recorded": "More processes were alive at once than can be recorded.",
    "2 rows left out": "The run had more processes and threads than the picture has rows.",
    "3000000 short moments left out": "After two million segments and messages only those of a millisecond and more are shown.",
    "GIL not watched": "the interpreter is unknown; Forkyard knows CPython 3.11 to 3.13",
    "no core times": "nor does it keep an account",
  });
  const summary = await page.locator("css=.timeline-summary").boundingBox();
  assert.ok(summary.width > 200, `the story has ${summary.width} pixels beside the notes`);
});

pageTest("a gap is struck out, has its row and says how many events it hides", async ({ page }) => {
  let first = true;
  await changing(page, (name, data) => {
    if (name !== "timeline" || !data.lanes.length || !first) return data;
    first = false;
    const lane = data.lanes.find(({ kind }) => kind === "process");
    return { ...data, lost: 70, gaps: [{ lane: lane.id, from_ns: lane.start_ns, to_ns: lane.start_ns + 9_000_000, events: 70 }] };
  });
  const workbench = await openScratch(page, THREADS);
  await workbench.run();
  const rows = await workbench.table();
  const gap = rows.find((row) => row.What === "not known");
  assert.equal(gap?.Object, "What MainProcess did for 9 ms is not known: 70 events came too fast to be kept.");
  assert.deepEqual(Object.keys(await reasons(page)).filter((what) => /lost/.test(what)), ["70 events lost"]);
});
