import assert from "node:assert/strict";
import { test } from "node:test";

import { EditorState } from "@codemirror/state";

import { indent } from "../src/python.js";
import { openAt, reading, wordsOf } from "../src/reading.js";

const program = (doc) => EditorState.create({ doc, extensions: [reading] });

/** Every word with a kind as `kind:text`. */
function coloured(source) {
  const state = program(source);
  const lines = Array.from({ length: state.doc.lines }, (_, index) => state.doc.line(index + 1));
  const words = lines.flatMap((line) => wordsOf(state, line).map(({ from, to, kind }) => `${kind}:${line.text.slice(from, to)}`));
  return words.filter((word) => !word.startsWith("bracket:"));
}

const cases = [
  ["a definition", "def work(n): return n", ["keyword:def", "function:work", "keyword:return"]],
  ["a class", "class Worker(Process): pass", ["keyword:class", "class:Worker", "keyword:pass"]],
  ["numbers", "0x_ff 1_000 1.5e-3j .5", ["number:0x_ff", "number:1_000", "number:1.5e-3j", "number:.5"]],
  ["a method that is called like a keyword's namesake", "queue.match(1)", ["function:match", "number:1"]],
  ["what comes with Python", "print(len(x), None)", ["builtin:print", "builtin:len", "constant:None"]],
  ["self and its call", "self.run()", ["self:self", "function:run"]],
  ["a decorator", "@app.route\n", ["decorator:@app.route"]],
  ["a comment after code", "x = 1  # why", ["number:1", "comment:# why"]],
  ["a text with an escaped quote", String.raw`"a\"b" + 'c'`, [String.raw`string:"a\"b"`, "string:'c'"]],
  ["a text over lines", '"""one\ntwo""" if', ['string:"""one', 'string:two"""', "keyword:if"]],
  ["a text that is not ended ends with its line", "'open\nif", ["string:'open", "keyword:if"]],
  ["what fills an f-string", 'f"{n + 1} of {len({1})}"', ['string:f"{', "number:1", "string:} of {", "builtin:len", "number:1", 'string:}"']],
  ["a doubled brace fills nothing", 'f"{{n}}"', ['string:f"{{n}}"']],
  ["match as a statement", "match command:\n", ["keyword:match"]],
  ["match as a name", "match = 1", ["number:1"]],
];
for (const [what, source, expected] of cases) test(`${what} is coloured`, () => assert.deepEqual(coloured(source), expected));

test("a line is read again when one before it has changed", () => {
  let state = program('"""\none\ntwo');
  assert.deepEqual(wordsOf(state, state.doc.line(3)).map(({ kind }) => kind), ["string"]);
  state = state.update({ changes: { from: 0, to: 3 } }).state;
  assert.deepEqual(wordsOf(state, state.doc.line(3)), []);
});

/** The columns before a line that is begun at the end of this source. */
const indented = (source) => indent(openAt(program(source), source.length), "");

const lines = [
  ["after a colon", "if x:\n", 4],
  ["as the line before", "    x = 1\n", 4],
  ["less after a return", "def f():\n    return 1\n", 0],
  ["within a bracket", "x = f(\n", 4],
  ["as the statement after a bracket over lines", "    x = f(\n        1,\n    )\n", 4],
  ["after a colon and a comment", "for x in y:  # all\n", 4],
  ["past an empty line", "if x:\n    y = 1\n\n", 4],
];
for (const [where, source, columns] of lines) test(`a line is indented ${where}`, () => assert.equal(indented(source), columns));
