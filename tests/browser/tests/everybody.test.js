// The page for everybody: by keyboard alone, in the dark, on a phone, for a screen reader.

import assert from "node:assert/strict";
import { assertAccessible } from "../accessibility.js";
import { NARROW, WIDE, pages } from "../chromium.js";
import { Workbench, open, openLesson, openScratch } from "../workbench.js";

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
  pageTest(`320 pixels are enough for ${path}`, { viewport: { width: 320, height: 640 }, hasTouch: true }, async ({ page }) => {
    await open(page, path);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 320, `${width} pixels wide`);
  });
}

pageTest("320 pixels are enough for an edited program", { viewport: { width: 320, height: 640 }, hasTouch: true }, async ({ page }) => {
  await openScratch(page, "print('edited')\n");
  const copy = await page.getByRole("button", { name: "Copy the program" }).boundingBox();
  assert.ok(copy.x + copy.width <= 320, `the last button ends at ${copy.x + copy.width}`);
});

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
    await workbench.told();
    await assertAccessible(page);
    await workbench.table();
    await assertAccessible(page);
  });
}

/** A run that goes on until somebody writes a line, with two processes at work. */
const GOES_ON = `from multiprocessing import Event, Process


def work(go):
    go.wait()


if __name__ == "__main__":
    go = Event()
    worker = Process(target=work, args=(go,))
    worker.start()
    input("ready?")
    go.set()
    worker.join()
`;

for (const [colorScheme, viewport] of [["light", NARROW], ["dark", NARROW], ["light", WIDE], ["dark", WIDE]]) {
  pageTest(`axe finds nothing with something selected, the table or the help open, ${colorScheme}, ${viewport.width} pixels`, { colorScheme, viewport }, async ({ page }) => {
    const workbench = await openLesson(page, "02-first-process");
    await workbench.run();
    await page.locator("css=.timeline-plot").press(".");
    await page.locator("css=.timeline-detail").filter({ hasText: /^MainProcess|^The interpreter|^The kernel/ }).waitFor();
    await assertAccessible(page);
    await workbench.button("Help").click();
    await page.getByRole("dialog", { name: "Help for the timeline" }).waitFor();
    await assertAccessible(page);
    await page.keyboard.press("Escape");
    await workbench.table();
    await assertAccessible(page);
  });
}

pageTest("nothing moves for who wants no motion", { reducedMotion: "reduce" }, async ({ page }) => {
  const moving = () => page.evaluate(() => document.getAnimations().length);
  await open(page, "/");
  await page.locator("css=.timeline-label").filter({ hasText: "Baker" }).waitFor();
  assert.equal(await moving(), 0);
  const workbench = await openScratch(page, GOES_ON);
  await workbench.button("Run").hover();
  assert.equal(await moving(), 0, "on the way to a button");
  await workbench.button("Run").click();
  await workbench.says(/waiting for a line/i);
  assert.equal(await moving(), 0, "while a program runs");
  await workbench.here.getByRole("textbox", { name: /waits for a line|Input/ }).fill("yes");
  await workbench.here.getByRole("button", { name: "Send" }).click();
  await workbench.ended();
  await page.getByRole("button", { name: "Theme: system" }).click();
  assert.equal(await moving(), 0, "after a change of the theme");
});

pageTest("with the reader's own few colours the picture still tells states apart", { forcedColors: "active" }, async ({ page }) => {
  const workbench = await openLesson(page, "02-first-process");
  await workbench.run();
  await workbench.told();
  const colours = await page.locator("css=.timeline-canvas").evaluate((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const found = new Map();
    for (let place = 0; place < data.length; place += 4) {
      if (data[place + 3] === 255) {
        const colour = data.slice(place, place + 3).join(" ");
        found.set(colour, (found.get(colour) ?? 0) + 1);
      }
    }
    return [...found.values()].filter((pixels) => pixels > 100).length;
  });
  // Ground, text, grey, links.
  assert.ok(colours >= 3, `${colours} colours`);
  await workbench.button("Table").click();
  const [pressed, other] = await page.evaluate(() =>
    ["true", "false"].map((state) => getComputedStyle(document.querySelector(`.timeline-button[aria-pressed="${state}"]`)).backgroundColor),
  );
  assert.notEqual(pressed, other, "which button is pressed is not seen");
  await assertAccessible(page);
});

pageTest("where the editor's module does not come, a plain field takes its place and runs", { tolerates: [/ERR_FAILED|Failed to load|editor/] }, async ({ page }) => {
  await page.route("**/editor.js", (route) => route.abort());
  await open(page, "/scratch");
  const workbench = new Workbench(page);
  await workbench.editor.waitFor();
  assert.equal(await workbench.editor.evaluate((element) => element.tagName), "TEXTAREA");
  await workbench.editor.fill("print('without an editor')");
  await workbench.run();
  await workbench.prints("without an editor");
});

pageTest("axe finds nothing on a phone", { viewport: NARROW, hasTouch: true }, async ({ page }) => {
  await openLesson(page, "02-first-process");
  await assertAccessible(page);
});
