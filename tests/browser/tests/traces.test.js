// A run that was saved is opened again: chosen with a button, dropped anywhere, refused with a reason.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { assertAccessible } from "../accessibility.js";
import { pages } from "../chromium.js";
import { Workbench, open, openLesson } from "../workbench.js";

const pageTest = pages();

const TRACE = new URL("../../../backend/trace/tests/golden/trace.json", import.meta.url).pathname;

/** Opens a file with the page's button. */
async function choose(page, file) {
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByRole("button", { name: "Open a trace" }).click()]);
  await chooser.setFiles(file);
}

/** Drops a file onto an element, as from the desktop. */
async function drop(target, name, text) {
  await target.evaluate(
    (element, { name, text }) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text], name, { type: "application/json" }));
      for (const kind of ["dragover", "drop"]) {
        element.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, composed: true, cancelable: true }));
      }
    },
    { name, text },
  );
}

pageTest("a trace is opened from the scratch page and shows who did what", async ({ page }) => {
  await open(page, "/scratch");
  await choose(page, TRACE);
  await page.waitForURL("**/trace");
  await page.getByRole("heading", { level: 1, name: "trace.json" }).waitFor();
  await page.getByRole("region", { name: "Timeline: trace.json" }).waitFor();
  await assertAccessible(page);
  const rows = await new Workbench(page).table();
  assert.deepEqual(
    [...new Set(rows.map((row) => row.Who.split(",")[0]))].filter((who) => /^(MainProcess|Process-1)/.test(who)).sort(),
    ["MainProcess", "Process-1"],
  );
  assert.ok(rows.some((row) => row.What === "Lock.acquire" && row.Object === "counter_lock" && row["By whom"].includes("MainProcess")));
  await assertAccessible(page);
});

pageTest("a trace is opened wherever it is dropped, the editor included", async ({ page }) => {
  const workbench = await openLesson(page, "02-first-process");
  await drop(workbench.editor, "saved.json", await readFile(TRACE, "utf8"));
  await page.getByRole("heading", { level: 1, name: "saved.json" }).waitFor();
  await page.goBack();
  await workbench.editor.getByText("greet(name)").waitFor();
});

pageTest("a file that is no trace is refused with its reason, and another can be chosen", async ({ page }) => {
  await open(page, "/trace");
  await choose(page, { name: "notes.json", mimeType: "application/json", buffer: Buffer.from("{}") });
  await page.getByRole("alert").filter({ hasText: /^notes\.json is not a trace that Forkyard saved/ }).waitFor();
  await assertAccessible(page);
  await choose(page, TRACE);
  await page.getByRole("region", { name: "Timeline: trace.json" }).waitFor();
});
