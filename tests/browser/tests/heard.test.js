// What a screen reader has of a run: the browser's own tree of roles and names, read from its beginning to its end.

import assert from "node:assert/strict";
import { pages } from "../chromium.js";
import { openScratch } from "../workbench.js";

const pageTest = pages();

/** Two workers and one door, which the first keeps until the second has waited for it. */
const DOOR = `import time
from multiprocessing import Event, Lock, Process


def keep(door, inside, outside):
    with door:
        inside.set()
        outside.wait()
        time.sleep(0.3)


def want(door, outside):
    outside.set()
    with door:
        print("I am in")


if __name__ == "__main__":
    door, inside, outside = Lock(), Event(), Event()
    keeper = Process(target=keep, args=(door, inside, outside), name="Keeper")
    keeper.start()
    inside.wait()
    guest = Process(target=want, args=(door, outside), name="Guest")
    guest.start()
    guest.join()
    keeper.join()
`;

/** Everything in the tree that is not passed over, in reading order: its role, name, description and properties. */
async function tree(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  await session.detach();
  const known = new Map(nodes.map((node) => [node.nodeId, node]));
  const read = (node) => [node, ...(node.childIds ?? []).flatMap((child) => (known.has(child) ? read(known.get(child)) : []))];
  return read(nodes[0])
    .filter((node) => !node.ignored)
    .map(({ role, name, description, properties = [] }) => ({
      role: role?.value,
      name: name?.value ?? "",
      description: description?.value ?? "",
      ...Object.fromEntries(properties.map((property) => [property.name, property.value.value])),
    }));
}

const of = (nodes, role) => nodes.filter((node) => node.role === role);

const CONTROLS = ["button", "link", "textbox", "combobox", "radio", "separator", "application", "checkbox"];

/** Nothing that can be used is without a name, and none says the same twice. */
function assertNamed(nodes) {
  for (const control of nodes.filter(({ role, focusable }) => focusable || CONTROLS.includes(role))) {
    if (["main", "generic", "RootWebArea"].includes(control.role)) continue;
    assert.ok(control.name, `without a name: ${JSON.stringify(control)}`);
    assert.notEqual(control.name, control.description, `${control.name} says the same twice`);
  }
  for (const image of of(nodes, "image")) assert.ok(image.name, "an image without a name");
  const levels = of(nodes, "heading").map(({ level }) => level);
  assert.equal(levels[0], 1);
  levels.reduce((before, level) => (assert.ok(level <= before + 1, `headings go ${levels}`), level));
}

pageTest("a run is understood without its picture", async ({ page }) => {
  const workbench = await openScratch(page, DOOR);
  await workbench.run();
  await workbench.told();
  const nodes = await tree(page);
  assertNamed(nodes);
  const told = of(nodes, "StaticText").map(({ name }) => name);
  const story = told.find((name) => /^The run took /.test(name));
  for (const part of [/3 processes on/, /Guest lived .*% waiting/, /Guest waited [\d.]+ m?s for `door` \(line 14\), held by Keeper; Keeper's release ended it\./]) {
    assert.match(story ?? "", part);
  }
  assert.equal(told.filter((name) => name === story).length, 1, "the story is told once");
  // Spoken by itself is how the run ended, and not what its colours mean.
  const live = nodes.filter(({ role, live }) => role !== "generic" && live && live !== "off");
  assert.ok(live.length > 0 && live.every(({ role }) => ["status", "alert"].includes(role)), JSON.stringify(live));
  const spoken = await page.getByRole("status").allInnerTexts();
  assert.deepEqual(spoken.filter(Boolean), ["Finished"]);
});

pageTest("the table has its heads, and what is selected is spoken", async ({ page }) => {
  const workbench = await openScratch(page, DOOR);
  await workbench.run();
  await workbench.table("waits");
  const nodes = await tree(page);
  assertNamed(nodes);
  assert.deepEqual(of(nodes, "columnheader").map(({ name }) => name), ["Who", "What", "Object", "Line", "Start", "Duration", "By whom"]);
  assert.ok(of(nodes, "rowheader").some(({ name }) => name === "Guest"));
  await page.getByRole("row", { name: /^Guest/ }).getByRole("button", { name: "Lock.acquire" }).click();
  await page.getByRole("status").filter({ hasText: /^Guest waited .* for `door`/ }).waitFor();
});

pageTest("of two runs each is told under its name", async ({ page }) => {
  const workbench = await openScratch(page, "print('both')\n");
  await workbench.button("Run both").click();
  await workbench.ended();
  const story = page.locator("css=.timeline-words").filter({ hasText: /^With processes: The run took .* With threads: The run took / });
  await story.waitFor({ state: "attached" });
  assertNamed(await tree(page));
});

pageTest("who printed the lines before is not said with each line", async ({ page }) => {
  const workbench = await openScratch(page, "for number in range(5):\n    print('line', number)\n");
  await workbench.run();
  await workbench.prints("line 4");
  const told = of(await tree(page), "StaticText").map(({ name }) => name);
  const from = told.indexOf("line 0") - 1;
  assert.deepEqual(told.slice(from, from + 6), ["MainProcess", "line 0", "line 1", "line 2", "line 3", "line 4"]);
});
