// Somebody comes for the first time: from the home page to a program of their own making.

import assert from "node:assert/strict";
import { pages } from "../chromium.js";
import { Workbench, open, openLesson } from "../workbench.js";

const pageTest = pages();

pageTest("the home page says what this is and leads to a lesson's first run", async ({ page }) => {
  await open(page, "/");
  await page.getByRole("heading", { level: 1, name: /multiprocessing/i }).waitFor();
  await page.getByRole("link", { name: "Run your first process" }).click();
  const workbench = new Workbench(page);
  await workbench.run();
  await workbench.prints("hello from the child");
  assert.equal(await workbench.figure("Processes"), 2);
});

pageTest("the list shows every lesson and opens each", async ({ page, playground }) => {
  await open(page, "/lessons");
  const lessons = await playground.get("/api/lessons");
  for (const { title } of lessons) await page.getByRole("link", { name: title, exact: true }).waitFor();
  const last = lessons.at(-1);
  await page.getByRole("link", { name: last.title, exact: true }).click();
  await page.getByRole("heading", { level: 1, name: last.title }).waitFor();
});

pageTest("a lesson is read, answered and worked", async ({ page, playground }) => {
  const [first] = await playground.get("/api/lessons");
  const { blocks } = await playground.get(`/api/lessons/${first.slug}`);
  await openLesson(page, first.slug);
  const question = blocks.find(({ kind }) => kind === "question");
  const { hints } = blocks.find(({ kind }) => kind === "exercise");
  const right = question.choices.find((choice) => choice.right);
  await page.getByRole("button", { name: right.text }).click();
  await page.getByRole("region", { name: "Question" }).first().getByText("Right.").waitFor();

  const exercise = page.getByRole("region", { name: "Exercise" }).first();
  for (const _ of hints) await exercise.getByRole("button", { name: /hint/ }).click();
  await exercise.getByRole("button", { name: "Show one solution" }).click();
  await exercise.getByRole("button", { name: "Put it into the editor" }).click();
  const workbench = new Workbench(page, "Your program");
  await workbench.here.waitFor();
  await workbench.run();
  await workbench.prints(/Heron landed/);
});

pageTest("an example that is edited prints something else", async ({ page }) => {
  const workbench = await openLesson(page, "02-first-process");
  await workbench.run();
  await workbench.prints("hello from the child, Ada");
  const source = [
    "from multiprocessing import Process",
    "",
    "def greet(name):",
    "    print(f'good evening, {name}')",
    "",
    "if __name__ == '__main__':",
    "    child = Process(target=greet, args=('Grace',))",
    "    child.start()",
    "    child.join()",
  ];
  await workbench.edit(source.join("\n"));
  await workbench.run();
  await workbench.prints("good evening, Grace");
  assert.equal(await workbench.output.getByText("Ada").count(), 0, "the run before is still shown");
});

pageTest("the editor knows Python while one types", async ({ page }) => {
  const workbench = await openLesson(page, "02-first-process");
  await workbench.edit("");
  await page.keyboard.type("if True:\nprint(f'{1}");
  assert.equal((await workbench.editor.innerText()).trimEnd(), "if True:\n    print(f'{1}')");
  await workbench.editor.locator("css=.word-keyword", { hasText: "if" }).waitFor();
  await page.keyboard.press("Home");
  await page.keyboard.press("ControlOrMeta+/");
  await workbench.editor.locator("css=.word-comment").waitFor();
});

pageTest("a syntax error is marked where it is", async ({ page }) => {
  const workbench = await openLesson(page, "02-first-process");
  await workbench.edit("print('one')\nprint('two'\n");
  await workbench.editor.locator("css=.problem-error").first().waitFor({ state: "attached" });
});

pageTest("an address that is no page says so", async ({ page }) => {
  await open(page, "/nowhere");
  await page.getByRole("link", { name: "See all lessons" }).click();
  await page.waitForURL("**/lessons");
});

pageTest("a lesson that is not there is named as such", { tolerates: [/lessons\/99/] }, async ({ page }) => {
  await open(page, "/lessons/99");
  await page.getByRole("heading", { level: 1, name: "There is nothing at this address" }).waitFor();
});

pageTest("where a browser does not tell that it is idle, a picture is drawn ahead all the same", async ({ page }) => {
  await page.addInitScript(() => {
    globalThis.requestIdleCallback = undefined;
    // It may be there for less time than somebody takes to look for it again.
    const drawn = () => document.querySelector(".timeline-warm") !== null;
    new MutationObserver(() => (globalThis.wasDrawn ||= drawn())).observe(document, { childList: true, subtree: true });
  });
  await open(page, "/lessons");
  await page.waitForFunction(() => globalThis.wasDrawn && !document.querySelector(".timeline-warm"));
});
