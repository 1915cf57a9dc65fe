import assert from "node:assert/strict";
import { test } from "node:test";

import { getIndentation, indentUnit } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { highlightTree, tagHighlighter, tags } from "@lezer/highlight";

import { language, python } from "../src/python.js";

const kinds = tagHighlighter([
  { tag: tags.keyword, class: "keyword" },
  { tag: tags.string, class: "string" },
  { tag: tags.number, class: "number" },
  { tag: tags.bool, class: "bool" },
  { tag: tags.comment, class: "comment" },
  { tag: tags.meta, class: "meta" },
  { tag: tags.self, class: "self" },
  { tag: tags.className, class: "class" },
  { tag: tags.standard(tags.variableName), class: "builtin" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], class: "function" },
]);

/** Every coloured piece as `kind:text`. */
function coloured(source) {
  const pieces = [];
  highlightTree(language.parser.parse(source), kinds, (from, to, kind) => pieces.push(`${kind}:${source.slice(from, to)}`));
  return pieces;
}

const cases = [
  ["a definition", "def work(n): return n", ["keyword:def", "function:work", "keyword:return"]],
  ["a class", "class Worker(Process): pass", ["keyword:class", "class:Worker", "keyword:pass"]],
  ["numbers", "0x_ff 1_000 1.5e-3j .5", ["number:0x_ff", "number:1_000", "number:1.5e-3j", "number:.5"]],
  ["a method that is called like a keyword's namesake", "queue.match(1)", ["function:match", "number:1"]],
  ["what comes with Python", "print(len(x), None)", ["builtin:print", "builtin:len", "bool:None"]],
  ["self and its call", "self.run()", ["self:self", "function:run"]],
  ["a decorator", "@app.route\n", ["meta:@app.route"]],
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

/** The columns before a line that is begun at the end of this source. */
function indented(source) {
  const state = EditorState.create({ doc: source, extensions: [python(), indentUnit.of("    ")] });
  return getIndentation(state, source.length);
}

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
