// The workbench as its user knows it: a program, Run and Stop, what was printed, what the processes did. By roles and visible
// names alone, so that these tests hold however the page is built.

import assert from "node:assert/strict";

export class Workbench {
  /** The workbench in sight; on a narrow page the one of this title. */
  constructor(page, title) {
    this.page = page;
    this.here = page.getByRole("region", { name: title ? `Workbench: ${title}` : /^Workbench/ }).first();
    this.editor = this.here.getByRole("textbox", { name: /^Program/ });
    this.output = this.here.getByRole("group", { name: /^Output: / });
    this.status = this.here.getByRole("status").first();
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true }).first();
  }

  /** Puts another program into the editor, as a paste does. */
  async edit(source) {
    await this.editor.click();
    await this.page.keyboard.press("ControlOrMeta+a");
    await this.page.keyboard.insertText(source);
  }

  /** Presses Run and waits for the end. */
  async run() {
    await this.button("Run").click();
    await this.ended();
  }

  /** Waits until nothing goes on. The bar offers Stop while something does. */
  async ended() {
    await this.button("Run").waitFor();
    await this.says(/^(With \w+: )?(Finished|Failed|Killed|Stopped|Out of|Too m)/);
  }

  /** Waits until the picture of an ended run is painted: what is said of the run in words follows it. */
  async told() {
    await this.page.locator("css=.timeline-words").filter({ hasText: /The run took / }).waitFor({ state: "attached" });
  }

  /** Waits for the status to say this. */
  async says(words) {
    await this.here.getByRole("status").filter({ hasText: words }).first().waitFor();
  }

  /** Waits until a line of the output holds this. */
  async prints(text) {
    await this.output.getByText(text).first().waitFor();
  }

  async choose(name) {
    await this.page.getByRole("radio", { name, exact: true }).first().check({ force: true });
  }

  /** The rows of the timeline's table, each an object by the column's name; with a choice, those of that choice. */
  async table(choice) {
    const table = this.page.getByRole("table").filter({ hasText: "Duration" });
    if (!(await table.first().isVisible())) await this.button("Table").click();
    if (choice) await this.page.getByRole("combobox", { name: "Show" }).selectOption(choice);
    await table.first().waitFor();
    return table.first().evaluate((element) => {
      const cells = (row) => [...row.cells].map((cell) => cell.textContent.replace(/[▲▼]/g, "").trim());
      const [heads, ...rows] = [...element.rows].map(cells);
      return rows.map((row) => Object.fromEntries(row.map((text, index) => [heads[index], text])));
    });
  }

  /** Every process and thread that the table speaks of. */
  async who() {
    return new Set((await this.table()).map((row) => row.Who));
  }

  /** A figure of the finished run, as a number: `Cores used`, `Processes`. */
  async figure(name) {
    const text = await this.here.locator("div").filter({ has: this.page.locator("dt", { hasText: new RegExp(`^${name}$`) }) }).last().innerText();
    const number = Number.parseFloat(text.replace(name, "").replace(/[^\d.]/g, ""));
    assert.ok(Number.isFinite(number), `the figure ${name} is no number: ${text}`);
    return number;
  }
}

/** Opens a page and waits until it can be used. */
export async function open(page, path) {
  await page.goto(path);
  await page.getByRole("heading", { level: 1 }).first().waitFor();
}

/** Waits for the editor itself: where its module is broken a plain field takes its place, with which most tests would pass. */
async function withEditor(workbench) {
  await workbench.editor.waitFor();
  const kind = await workbench.editor.evaluate((element) => element.className);
  assert.match(kind, /cm-content/, "a plain field stands in place of the editor: its module is broken");
  return workbench;
}

/** Opens a lesson with the first of its programs in the workbench. */
export async function openLesson(page, slug) {
  await open(page, `/lessons/${slug}`);
  return withEditor(new Workbench(page));
}

/** Opens the scratch page with this program in the workbench. */
export async function openScratch(page, source) {
  await open(page, "/scratch");
  const workbench = await withEditor(new Workbench(page));
  await workbench.edit(source);
  return workbench;
}
