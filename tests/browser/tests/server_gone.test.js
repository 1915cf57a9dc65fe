// The server crashes: the page says so and keeps what was written.

import assert from "node:assert/strict";
import { pages } from "../chromium.js";
import { openScratch } from "../workbench.js";

const pageTest = pages();

// Chromium itself writes a line for each request that reaches nobody.
const tolerates = [/Failed to load resource|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|net::ERR/];

pageTest("a server that is gone is named, and the program is kept", { tolerates }, async ({ page, playground }) => {
  const source = "import time\nprint('before')\ntime.sleep(100)\n";
  const workbench = await openScratch(page, source);
  await workbench.button("Run").click();
  await workbench.prints("before");
  await playground.crash();
  await workbench.says(/server is gone/i);
  assert.match(await workbench.editor.innerText(), /time\.sleep\(100\)/);
  await page.getByRole("button", { name: "Retry" }).first().click();
  // There was no run that could have gone with it.
  await workbench.says(/The server does not answer. Your program is kept./);
});
