import { createReadStream, readFileSync, writeFileSync } from "node:fs"; import { createServer } from "node:http"; import { extname, join } from "node:path"; import { createInterface } from "node:readline"; import { chromium } from "playwright-core"; import { openScratch } from "./workbench.js";
const [chunks, site, what] = process.argv.slice(2);
const TYPES = { ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml", ".json": "application/json" };
const HEALTH = { version: "0.1.0", interpreters: ["3.13"], default_interpreter: "3.13", cores: 2, isolation: "full", isolation_detail: null, on_core: "exact", running: 0, queued: 0 };
const STARTED = { run: "r", python: "3.13.0", start_method: "fork", engine: "forkyard", workers: "processes", cores: 2, isolation: "full", on_core: "exact", on_core_detail: null, gil: { watched: true, reason: null } };
const FINISHED = { outcome: "completed", exit_code: 0, signal: null, wall_ns: 1e9, cpu_ns: 1e9, peak_memory_bytes: 1e7, processes: 25, cores_used: 2, output_truncated: false, message: null };
const server = createServer(async (q, r) => { const path = new URL(q.url, "http://l").pathname; if (path === "/api/runs") { r.setHeader("content-type", "text/event-stream"); const tell = (n, d) => r.write(`event: ${n}\ndata: ${d}\n\n`); tell("started", JSON.stringify(STARTED)); for await (const c of createInterface({ input: createReadStream(chunks) })) { const o = c.startsWith('{"stream"') ? tell("output", c) : tell("timeline", c); if (!o) await new Promise(d => r.once("drain", d)); } tell("finished", JSON.stringify(FINISHED)); return r.end(); }
 if (path.startsWith("/api/")) return r.setHeader("content-type", "application/json").end(JSON.stringify(path === "/api/health" ? HEALTH : { diagnostics: [] })); const f = extname(path) ? path : "/index.html"; r.setHeader("content-type", TYPES[extname(f)] ?? "text/html").end(readFileSync(join(site, f))); }).listen(0, "127.0.0.1"); await new Promise(l => server.once("listening", l));
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--headless", "--no-sandbox", "--disable-gpu"] });
const context = await browser.newContext({ baseURL: `http://127.0.0.1:${server.address().port}`, viewport: { width: 1440, height: 900 } }); const page = await context.newPage();
await page.addInitScript(() => { globalThis.long = []; new PerformanceObserver(l => { for (const e of l.getEntries()) long.push([e.startTime, e.duration]) }).observe({ type: "longtask" }); });
const wb = await openScratch(page, "pass"); await page.waitForTimeout(2500); const cdp = await context.newCDPSession(page); await cdp.send("Profiler.enable"); await cdp.send("Profiler.setSamplingInterval", { interval: 500 });
const idle = () => page.evaluate(() => new Promise(d => { const a = n => requestAnimationFrame(() => setTimeout(() => n ? a(n - 1) : d())); a(6); }));
await wb.button("Run").click(); await page.waitForFunction(() => document.querySelector(".status.is-good"), null, { timeout: 60000 }); await idle();
if (process.argv[4]) await page.addStyleTag({content: process.argv[4]});
await page.evaluate(()=>long.length=0);
await wb.button("Table").click(); await idle(); console.log("table", JSON.stringify(await page.evaluate(() => long.splice(0).map(x=>Math.round(x[1])))));
await page.evaluate(()=>{document.querySelectorAll('.timeline-table tbody tr').forEach((r,i)=>r.mark=i)});
await page.locator(".timeline-more").focus();
for (let i=0;i<8;i++){ await page.keyboard.press("Enter"); await idle(); console.log(i, await page.evaluate(()=>{const r=[...document.querySelectorAll('.timeline-table tbody tr')]; const kept=r.filter(x=>x.mark!==undefined).length; r.forEach((x,i)=>x.mark=i); return [r.length,kept]}), JSON.stringify(await page.evaluate(() => long.splice(0).map(x=>Math.round(x[1]))))); }
await browser.close(); server.close();
