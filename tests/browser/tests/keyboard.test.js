// The keyboard is never lost: whatever goes away, the next key is pressed where the last one was, or beside it.

import { pages } from "../chromium.js";
import { openLesson, openScratch } from "../workbench.js";

const pageTest = pages();

const WAITS = `from multiprocessing import Event, Process

if __name__ == "__main__":
    worker = Process(target=Event().wait)
    worker.start()
    worker.join()
`;

/** Waits until what has the keyboard, also within a shadow root, has a name that begins so. */
async function focused(page, begins) {
  await page.waitForFunction((begins) => {
    let element = document.activeElement;
    while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const name = element === document.body ? "nothing" : (element.getAttribute("aria-label") ?? element.textContent).trim();
    return name.startsWith(begins);
  }, begins);
}

/** Goes to a control and presses a key there. */
async function press(control, key) {
  await control.focus();
  await control.press(key);
}

pageTest("Run and Stop keep the keyboard, and so does Run both", async ({ page }) => {
  const workbench = await openScratch(page, WAITS);
  await press(workbench.button("Run"), "Enter");
  await workbench.button("Stop").waitFor();
  await focused(page, "Stop");
  await page.keyboard.press("Enter");
  await workbench.ended();
  await focused(page, "Run");
  await press(workbench.button("Run both"), "Enter");
  await workbench.says(/^With processes: Running/);
  await focused(page, "Run both");
  await page.keyboard.press("Enter");
  await workbench.says(/^With processes: Running/);
  await workbench.button("Stop").click();
  await workbench.ended();
});

pageTest("what goes with what it did gives the keyboard back", async ({ page }) => {
  const workbench = await openScratch(page, "print(input('Who? '))\n");
  await page.keyboard.press("Control+Enter");
  const line = workbench.here.getByRole("textbox", { name: /waits for a line/ });
  await line.fill("Ada");
  await press(line, "Enter");
  await workbench.prints("Ada");
  await workbench.ended();
  await line.waitFor({ state: "detached" });
  await focused(page, "Program: Your program");
  await press(workbench.button("Reset"), "Enter");
  await workbench.button("Reset").waitFor({ state: "detached" });
  await focused(page, "Program: Your program");
});

pageTest("Tab passes an editor in which nothing was done, and indents in one that is used", async ({ page }) => {
  const workbench = await openScratch(page, "print('done')\n");
  await workbench.button("Copy the program").focus();
  await page.keyboard.press("Tab");
  await focused(page, "Program: Your program");
  await page.keyboard.press("Tab");
  await focused(page, "Output: Your program");
  await page.keyboard.press("Shift+Tab");
  await focused(page, "Program: Your program");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Tab");
  await workbench.editor.getByText("    print('done')").waitFor();
  await focused(page, "Program: Your program");
});

pageTest("the timeline's sheets, its table and another run keep the keyboard", async ({ page }) => {
  const workbench = await openScratch(page, "print('done')\n");
  await workbench.run();
  await press(workbench.button("Help"), "Enter");
  await focused(page, "Close");
  await page.keyboard.press("Escape");
  await focused(page, "Help");
  await press(workbench.button("Find"), "Enter");
  await page.keyboard.type("Main");
  await page.keyboard.press("Escape");
  await focused(page, "Find");
  // A button that can do nothing in the table is still there.
  await press(workbench.button("Critical path"), "t");
  await page.getByRole("table").waitFor();
  await focused(page, "Critical path");
  await press(page.getByRole("row", { name: /print/ }).getByRole("button"), "t");
  await focused(page, "Timeline: 1 process");
  await page.keyboard.press("Control+Enter");
  await workbench.ended();
  await focused(page, "Timeline: 1 process");
});

pageTest("hints, the solution and its way into the editor are one button after the other", async ({ page }) => {
  await openLesson(page, "02-first-process");
  await page.getByRole("button", { name: /Show a hint/ }).focus();
  for (const name of ["Show a hint 3 left", "Show the next hint 2 left", "Show the next hint 1 left", "Show one solution", "Put it into the editor"]) {
    await focused(page, name);
    await page.keyboard.press("Enter");
  }
  await page.getByRole("region", { name: "Workbench: Your program" }).waitFor();
  await focused(page, "Put it into the editor");
});
