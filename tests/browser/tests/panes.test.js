// What has how much room: the panes' division, and output of any length.

import assert from "node:assert/strict";
import { pages } from "../chromium.js";
import { openLesson, openScratch } from "../workbench.js";

const pageTest = pages();

const DESKTOP = { viewport: { width: 1440, height: 900 } };

/** How many whole lines of code or output fit into an element. */
async function lines(locator) {
  return locator.evaluate((element) => {
    const style = getComputedStyle(element);
    const room = element.clientHeight - Number.parseFloat(style.paddingTop) - Number.parseFloat(style.paddingBottom);
    return Math.floor(room / 19.5);
  });
}

pageTest("at 1440 by 900 there is room for eleven lines of program and six of output", DESKTOP, async ({ page }) => {
  const workbench = await openLesson(page, "02-first-process");
  await workbench.run();
  assert.ok((await lines(workbench.here.locator("css=.editor"))) >= 11);
  assert.ok((await lines(workbench.output)) >= 6);
});

pageTest("a division that was chosen by keyboard is remembered", DESKTOP, async ({ page }) => {
  await openLesson(page, "02-first-process");
  const divider = () => page.getByRole("separator", { name: "Height of the output" });
  const before = Number(await divider().getAttribute("aria-valuenow"));
  await divider().focus();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await page.reload();
  await divider().waitFor();
  assert.equal(Number(await divider().getAttribute("aria-valuenow")), before + 48);
});

pageTest("of 60 000 lines those in sight are drawn, and every one can be reached and copied", async ({ page, context }) => {
  const workbench = await openScratch(page, "for number in range(60_000):\n    print('line', number)\n");
  await workbench.run();
  await workbench.prints("line 59999");
  const drawn = () => workbench.output.locator("css=.row").count();
  assert.ok((await drawn()) < 1_000, `${await drawn()} rows at the end`);
  await workbench.output.evaluate((element) => (element.scrollTop = 0));
  await workbench.output.getByText("line 0", { exact: true }).waitFor();
  await workbench.output.evaluate((element) => (element.scrollTop = element.scrollHeight / 2));
  await workbench.output.getByText(/^line (29|30)\d\d\d$/).first().waitFor();
  assert.ok((await drawn()) < 1_000, `${await drawn()} rows in the middle`);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  // It says so for a moment.
  const said = workbench.here.getByRole("button", { name: "Copied the output" }).waitFor();
  await Promise.all([said, workbench.here.getByRole("button", { name: "Copy the output" }).click()]);
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied.trimEnd().split("\n").length, 60_000);
});

pageTest("a line that was printed and its moment on the timeline are lit together", DESKTOP, async ({ page }) => {
  const workbench = await openLesson(page, "02-first-process");
  await workbench.run();
  const moments = page.locator("css=.timeline-overlay circle");
  assert.equal(await moments.count(), 0);
  await workbench.output.getByText("hello from the child, Ada").hover();
  await moments.first().waitFor({ state: "attached" });
  // From the table, as by keyboard; the pointer is elsewhere.
  await page.mouse.move(5, 5);
  await moments.first().waitFor({ state: "detached" });
  await workbench.table();
  await page.getByRole("combobox", { name: "Show" }).selectOption({ label: "prints and exceptions" });
  await page.getByRole("row", { name: /^Process-1/ }).getByRole("button", { name: "print" }).click();
  await workbench.output.locator("css=.row.is-lit").getByText("hello from the child, Ada").waitFor();
});
