// How the page bears a long run: `cargo xtask scale` calls this with a file of chunks (frontend/timeline/examples/long_run.rs).
//
// Serves the built page and plays the server's part itself: the chunks come at a pace, or at once. What is timed is the page's own
// thread: from the last byte to the picture, for a page that has drawn nothing yet and for one that has, each frame while one zooms and
// drags, what is done on the whole of the run (its story, a search, the critical path), the table. A picture is a frame in which the canvas was painted. It prints figures and judges none: a machine's speed is no property of the page.

import { createReadStream, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { openScratch } from "./workbench.js";

const { values } = parseArgs({ options: { chunks: { type: "string" }, site: { type: "string" }, pace: { type: "string", default: "0" } } });
const TYPES = { ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml", ".json": "application/json" };
const HEALTH = { version: "0.1.0", interpreters: ["3.13"], default_interpreter: "3.13", cores: 2, isolation: "full", isolation_detail: null, on_core: "exact", running: 0, queued: 0 };
const STARTED = { run: "r", python: "3.13.0", start_method: "fork", engine: "forkyard", workers: "processes", cores: 2, isolation: "full", on_core: "exact", on_core_detail: null, gil: { watched: true, reason: null } };
const FINISHED = { outcome: "completed", exit_code: 0, signal: null, wall_ns: 1e9, cpu_ns: 1e9, peak_memory_bytes: 1e7, processes: 25, cores_used: 2, output_truncated: false, message: null };
/** Whoever comes reads before they press Run, and the page has been idle. In milliseconds. */
const READING_MS = 2_000;

const server = createServer(answer).listen(0, "127.0.0.1");
await new Promise((listening) => server.once("listening", listening));
const browser = await chromium.launch({
  executablePath: process.env.FORKYARD_CHROMIUM || undefined,
  args: ["--headless", "--no-sandbox", "--disable-gpu"],
});
try {
  await measure(await browser.newContext({ baseURL: `http://127.0.0.1:${server.address().port}`, viewport: { width: 1440, height: 900 } }));
} finally {
  await browser.close();
  server.close();
}

async function answer(request, response) {
  const path = new URL(request.url, "http://localhost").pathname;
  if (path === "/api/runs") return play(response);
  if (path.startsWith("/api/")) return response.setHeader("content-type", "application/json").end(JSON.stringify(path === "/api/health" ? HEALTH : { diagnostics: [] }));
  const file = extname(path) ? path : "/index.html";
  response.setHeader("content-type", TYPES[extname(file)] ?? "text/html").end(readFileSync(join(values.site, file)));
}

/** The run, a chunk every `--pace` milliseconds; 0: as fast as they are taken. */
async function play(response) {
  response.setHeader("content-type", "text/event-stream");
  const tell = (name, data) => response.write(`event: ${name}\ndata: ${data}\n\n`);
  tell("started", JSON.stringify(STARTED));
  for await (const chunk of createInterface({ input: createReadStream(values.chunks) })) {
    const room = tell("timeline", chunk);
    if (Number(values.pace)) await new Promise((later) => setTimeout(later, Number(values.pace)));
    else if (!room) await new Promise((drained) => response.once("drain", drained));
  }
  tell("finished", JSON.stringify(FINISHED));
  response.end();
}

async function measure(context) {
  const page = await context.newPage();
  await page.addInitScript(watch);
  const workbench = await openScratch(page, "pass");
  await new Promise((read) => setTimeout(read, READING_MS));
  for (const which of ["the first run of the page", "the same run again"]) {
    await page.evaluate(() => globalThis.watched.forget());
    await workbench.button("Run").click();
    await page.waitForFunction(() => globalThis.watched.ended(), null, { timeout: 300_000 });
    await page.waitForFunction(() => globalThis.watched.settled());
    const live = await page.evaluate(() => globalThis.watched.told());
    say(`${which}: pieces taken in`, live.pieces, "each until the thread is free");
    say(`${which}: pictures meanwhile`, live.frames);
    say(`${which}: whole tasks over 50 ms meanwhile`, live.tasks);
    const { toPicture, tasks, megabytes } = live;
    console.log(`${which}: from the last byte to the picture ${toPicture.toFixed(1)} ms; tasks over 50 ms took ${sum(tasks).toFixed(0)} ms in all; the module's memory ${megabytes} MB`);
  }
  const plot = page.getByRole("application");
  const keys = { "zoomed and dragged": "wwwwddddwwwwddddwwwwaaaassssssss", "the whole run in sight": "foooooooooooo", "the critical path": "cccccc" };
  await plot.focus();
  for (const [what, pressed] of Object.entries(keys)) {
    await page.evaluate(() => globalThis.watched.forget());
    for (const key of pressed) {
      await page.keyboard.press(key);
      await page.waitForFunction(() => globalThis.watched.settled());
    }
    const { frames, keys, tasks } = await page.evaluate(() => globalThis.watched.told());
    say(`${what}: painting`, frames);
    say(`${what}: from a key until the thread is free, the painting apart`, keys);
    say(`${what}: whole tasks over 50 ms`, tasks);
  }
  await page.evaluate(() => globalThis.watched.forget());
  await page.keyboard.press("/");
  await page.getByRole("textbox", { name: "Find on the timeline" }).fill("Process-3");
  await page.waitForFunction(() => globalThis.watched.settled());
  say("search: whole tasks over 50 ms", (await page.evaluate(() => globalThis.watched.told())).tasks);
  await page.keyboard.press("Escape");
  await page.evaluate(() => globalThis.watched.forget());
  await plot.focus();
  await page.keyboard.press("t");
  await page.waitForFunction(() => globalThis.watched.settled());
  const opened = await page.evaluate(() => globalThis.watched.told());
  say("the table: from the key until the thread is free", opened.keys);
  say("the table: whole tasks over 50 ms", opened.tasks);
  await page.getByRole("table").hover();
  const gaps = await Promise.all([page.evaluate(() => globalThis.watched.gaps(60)), scroll(page)]);
  say("the table, scrolled: from frame to frame", gaps[0]);
}

async function scroll(page) {
  for (let turn = 0; turn < 20; turn += 1) await page.mouse.wheel(0, 200);
}

function sum(times) {
  return times.reduce((all, time) => all + time, 0);
}

function say(what, times, note = "") {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1);
  const figures = sorted.length ? `median ${at(0.5)}, 9 of 10 under ${at(0.9)}, longest ${at(1)} ms, ${sorted.length} times` : "none";
  console.log(`${what}: ${figures} ${note}`.trimEnd());
}

/** In the page: times its frames, its tasks, and the pieces of the stream. */
function watch() {
  let frames, keys, tasks, pieces, painted, lastByte, lastPicture, over, module;
  const forget = () => ([frames, keys, tasks, pieces, painted, lastByte, lastPicture, over] = [[], [], [], [], false, 0, 0, false]);
  forget();
  addEventListener("TrunkApplicationStarted", ({ detail }) => (module = detail.wasm));
  // Each picture begins on an empty canvas.
  const { clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...rectangle) {
    painted = true;
    return clearRect.apply(this, rectangle);
  };
  const ask = globalThis.requestAnimationFrame.bind(globalThis);
  globalThis.requestAnimationFrame = (paint) =>
    ask((now) => {
      const begun = performance.now();
      painted = false;
      paint(now);
      if (!painted) return;
      lastPicture = performance.now();
      frames.push(lastPicture - begun);
    });
  addEventListener("keydown", () => {
    const begun = performance.now();
    setTimeout(() => keys.push(performance.now() - begun));
  }, true);
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) tasks.push(duration);
  }).observe({ type: "longtask" });
  const { read } = ReadableStreamDefaultReader.prototype;
  ReadableStreamDefaultReader.prototype.read = async function () {
    const piece = await read.call(this);
    const begun = performance.now();
    over ||= piece.done;
    if (!piece.done) {
      lastByte = begun;
      setTimeout(() => pieces.push(performance.now() - begun));
    }
    return piece;
  };
  // Free for two frames on end: what was asked for is done and painted.
  const settled = () =>
    new Promise((done) => {
      const again = (left) => ask(() => setTimeout(() => (left ? again(left - 1) : done(true))));
      again(3);
    });
  const gaps = (count) =>
    new Promise((done) => {
      const times = [];
      const again = (before) => ask((now) => (times.push(now - before) < count ? again(now) : done(times)));
      ask(again);
    });
  const megabytes = () => Math.round(module.memory.buffer.byteLength / 1e6);
  const told = () => ({ frames, keys, tasks, pieces, toPicture: lastPicture - lastByte, megabytes: megabytes() });
  globalThis.watched = { forget, settled, told, gaps, ended: () => over };
}
