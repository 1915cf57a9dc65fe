import assert from "node:assert/strict";
import { test } from "node:test";

import { Text } from "@codemirror/state";

import { place } from "../src/place.js";

const document = Text.of(["first = (", "", 'naïve = "🐍🐍" + x']);
const at = (line, column, end_line, end_column) => place(document, { line, column, end_line, end_column });

test("a range is where lines and columns say", () => {
  assert.deepEqual(at(1, 9, 1, 10), { from: 8, to: 9 });
});

test("columns count code points, not UTF-16 units", () => {
  const { from, to } = at(3, 16, 3, 17);
  assert.equal(document.sliceString(from, to), "x");
});

test("an empty range takes one character, so that it can be seen", () => {
  assert.deepEqual(at(1, 1, 1, 1), { from: 0, to: 1 });
  assert.deepEqual(at(1, 10, 1, 10), { from: 8, to: 9 });
});

test("an empty line has nothing to underline", () => {
  assert.deepEqual(at(2, 1, 2, 5), { from: 10, to: 10 });
});

test("a place past the end of an edited program is brought into it", () => {
  const { from, to } = at(90, 90, 91, 1);
  assert.ok(from <= to && to <= document.length);
});
