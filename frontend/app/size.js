// How much is downloaded: `node frontend/app/size.js DIRECTORY` prints one line for a built site.
//
// Each file as the server sends it, Brotli at quality 11. The home page takes everything but the editor; a page with an editor
// takes everything but the recorded run.

const { readFileSync, readdirSync } = require("node:fs");
const { join } = require("node:path");
const { brotliCompressSync, constants } = require("node:zlib");

const NOT_AT_HOME = new Set(["editor.js"]);
const NOT_BESIDE_AN_EDITOR = new Set(["recorded.json"]);

const directory = process.argv[2];
const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
let [home, editor] = [0, 0];
for (const { name, path } of files) {
  const content = readFileSync(join(path, name));
  const size = brotliCompressSync(content, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
  }).length;
  if (!NOT_AT_HOME.has(name)) home += size;
  if (!NOT_BESIDE_AN_EDITOR.has(name)) editor += size;
}
const kilobytes = (bytes) => (bytes / 1000).toFixed(1);
console.log(`The page's download: home ${kilobytes(home)} KB, with the editor ${kilobytes(editor)} KB (Brotli)`);
