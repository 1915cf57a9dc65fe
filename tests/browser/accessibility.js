// axe on a page as it stands: WCAG 2.2 A and AA, and axe's best practices.

import assert from "node:assert/strict";
import axe from "axe-core";

/** Fails with every violation and where it is. A colour on its way to another is none that anybody reads. */
export async function assertAccessible(page) {
  await page.waitForFunction(() => document.getAnimations().every((animation) => animation.effect.getComputedTiming().endTime === Infinity));
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  const found = violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${help}\n  ${target}\n  ${failureSummary}`));
  assert.deepEqual(found, [], found.join("\n"));
}
