// Programs run from the page: with processes, with threads, with both, endless ones, ones that ask.

import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { NARROW, pages } from "../chromium.js";
import { Workbench, open, openLesson, openScratch } from "../workbench.js";

const pageTest = pages();

const ENDLESS = `
from multiprocessing import Process

def spin():
    while True:
        pass

if __name__ == "__main__":
    workers = [Process(target=spin, daemon=True) for _ in range(3)]
    for worker in workers:
        worker.start()
    print("spinning", flush=True)
    for worker in workers:
        worker.join()
`;

const TWO = `
from multiprocessing import Process, Queue
import os

def work(name, queue):
    total = sum(number * number for number in range(3_000_000))
    queue.put((name, total))

if __name__ == "__main__":
    queue = Queue()
    workers = [Process(target=work, args=(name, queue), name=name) for name in ("Castor", "Pollux")]
    for worker in workers:
        worker.start()
    names = sorted(queue.get()[0] for _ in workers)
    for worker in workers:
        worker.join()
    print("done:", *names)
`;

const ENDLESS_IN_A_THREAD = `
import os
from multiprocessing import Process
from time import sleep

def work(main):
    while os.getpid() == main:
        sleep(0.1)

if __name__ == "__main__":
    child = Process(target=work, args=(os.getpid(),))
    child.start()
    child.join()
`;

const ASKING = `
name = input("What is your name? ")
print(f"Welcome, {name}")
`;

pageTest("an endless program is stopped, and nothing of it is left", async ({ page, playground }) => {
  const workbench = await openScratch(page, ENDLESS);
  await workbench.button("Run").click();
  await workbench.prints("spinning");
  assert.equal((await playground.get("/api/health")).running, 1);
  await workbench.button("Stop").click();
  await workbench.says(/stopped/i);
  await workbench.button("Run").waitFor();
  // The page says so as soon as the server does; the server counts the run until its last process is gone.
  while ((await playground.get("/api/health")).running > 0) await setTimeout(20);
});

pageTest("the timeline's table holds the processes and what they did", async ({ page }) => {
  const workbench = await openScratch(page, TWO);
  await workbench.run();
  await workbench.prints("done: Castor Pollux");
  assert.equal(await workbench.figure("Processes"), 3);
  const rows = await workbench.table();
  const named = (name) => rows.filter((row) => row.Who.includes(name)).map((row) => row.What);
  for (const name of ["MainProcess", "Castor", "Pollux"]) assert.ok(named(name).includes("run"), `${name} has no row: ${JSON.stringify(rows)}`);
  assert.equal(rows.filter((row) => row.What === "message").length, 2);
  assert.ok(named("MainProcess").includes("Queue.get"), "the main process waited for a message");
  assert.ok(rows.some((row) => row.Object === "queue"), "the queue has the name of its variable");
});

pageTest("the same program runs with threads", async ({ page }) => {
  const workbench = await openScratch(page, TWO);
  await workbench.choose("Threads");
  await workbench.run();
  await workbench.prints("done: Castor Pollux");
  assert.equal(await workbench.figure("Processes"), 1);
  assert.ok([...(await workbench.who())].some((who) => who.includes("Castor")), "the thread has no row");
});

pageTest("Run both sets processes and threads side by side", async ({ page }) => {
  const workbench = await openScratch(page, TWO);
  await workbench.button("Run both").click();
  await workbench.ended();
  const comparison = page.getByRole("table", { name: /with processes and with threads/ });
  await comparison.waitFor();
  const count = async (row) => {
    const column = (await comparison.getByRole("columnheader").allInnerTexts()).indexOf("Processes");
    return comparison.getByRole("row", { name: row }).getByRole("cell").nth(column).innerText();
  };
  assert.equal(await count(/^with processes/), "3");
  assert.equal(await count(/^with threads/), "1");
  await page.getByRole("group", { name: "Output of the run with" }).getByRole("radio", { name: /threads/ }).check({ force: true });
  await workbench.prints("done: Castor Pollux");
});

pageTest("a start method is chosen", async ({ page }) => {
  const workbench = await openScratch(page, "import multiprocessing\nprint(multiprocessing.get_start_method())\n");
  await page.getByRole("combobox", { name: "Start" }).first().selectOption("spawn");
  await workbench.run();
  await workbench.prints("spawn");
});

pageTest("a program that asks gets its answer", async ({ page }) => {
  const workbench = await openScratch(page, ASKING);
  await workbench.button("Run").click();
  await workbench.says(/waiting for a line/i);
  await workbench.here.getByRole("textbox", { name: /waits for a line|Input/ }).fill("Ada");
  await workbench.here.getByRole("button", { name: "Send" }).click();
  await workbench.prints("Welcome, Ada");
  await workbench.ended();
});

pageTest("who pressed Run and is asked for a line types it", async ({ page }) => {
  const workbench = await openScratch(page, ASKING);
  await workbench.button("Run").click();
  await workbench.says(/waiting for a line/i);
  await page.waitForFunction(() => document.activeElement.matches("input[type=text]"));
  await page.keyboard.type("Ada");
  await page.keyboard.press("Enter");
  await workbench.prints("Welcome, Ada");
  await workbench.ended();
});

pageTest("a run that was stopped is not called the quicker one", async ({ page }) => {
  const workbench = await openScratch(page, ENDLESS_IN_A_THREAD);
  await workbench.button("Run both").click();
  await workbench.says(/With threads: Running/);
  await workbench.button("Stop").click();
  await workbench.ended();
  await page.getByText(/^processes took .+, threads were ended after /).waitFor();
  const ratios = await page.getByRole("row", { name: "threads : processes" }).getByRole("cell").allInnerTexts();
  assert.deepEqual(new Set(ratios), new Set(["–"]));
});

pageTest("two tabs keep a program each", async ({ page, context }) => {
  await openScratch(page, "print('one')\n");
  const other = await context.newPage();
  await openScratch(other, "print('two')\n");
  await page.reload();
  await new Workbench(page).editor.getByText("print('one')").waitFor();
  const third = await context.newPage();
  await open(third, "/scratch");
  await new Workbench(third).editor.getByText("print('two')").waitFor();
});

pageTest("an exception names its line and shows the traceback", async ({ page }) => {
  const workbench = await openScratch(page, "def fail():\n    raise ValueError('no such luck')\n\nfail()\n");
  await workbench.run();
  await workbench.says(/line 2.*no such luck/);
  await workbench.prints("ValueError: no such luck");
});

pageTest("a progress bar is one line", async ({ page }) => {
  const workbench = await openScratch(page, "for part in range(0, 101, 10):\n    print(f'\\r\\x1b[32m{part} %\\x1b[0m', end='', flush=True)\n");
  await workbench.run();
  await workbench.prints(/^100 %$/);
});

pageTest("an empty program says that it printed nothing", async ({ page }) => {
  const workbench = await openLesson(page, "02-first-process");
  await workbench.edit("pass\n");
  await workbench.run();
  await workbench.output.getByText("The program printed nothing.").waitFor();
});

pageTest("what a limit's end means is said in full below the output", async ({ page }) => {
  const workbench = await openScratch(page, "while True:\n    print('x' * 1000)\n");
  await workbench.run();
  await workbench.says(/^Too much output: The program printed more than/);
  await workbench.output.getByText(/^The program printed more than .*Print less/).waitFor();
});

const POOL = `from multiprocessing import Pool


def work(number):
    print("task", number)


if __name__ == "__main__":
    with Pool(2) as pool:
        pool.map(work, range(4))
`;

pageTest("on a phone the names of a pool's workers keep their numbers", { viewport: NARROW }, async ({ page }) => {
  const workbench = await openScratch(page, POOL);
  await workbench.run();
  const name = workbench.output.getByText(/^ForkPoolWorker-\d$/).first();
  const [number, place] = await name.evaluate((element) => {
    const text = element.firstChild;
    const last = document.createRange();
    last.setStart(text, text.length - 1);
    last.setEnd(text, text.length);
    return [last, element].map((part) => part.getBoundingClientRect().toJSON());
  });
  assert.ok(number.width > 0 && number.left >= place.left && number.right <= place.right, JSON.stringify({ number, place }));
});
