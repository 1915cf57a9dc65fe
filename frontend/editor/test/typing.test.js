import assert from "node:assert/strict";
import { test } from "node:test";

import { EditorState } from "@codemirror/state";

import { brackets } from "../src/brackets.js";
import { newLine } from "../src/keys.js";
import { closed, deletePair, typed } from "../src/pairs.js";
import { reading } from "../src/reading.js";

/** A program with the cursor at `|`; what lies between two of them is selected. */
function program(marked) {
  const [before, within, after] = marked.split("|");
  const selection = { anchor: before.length, head: before.length + (after === undefined ? 0 : within.length) };
  const doc = after === undefined ? before + within : before + within + after;
  return EditorState.create({ doc, selection, extensions: [reading, brackets, closed] });
}

function shown({ doc, selection: { main } }) {
  const text = doc.toString();
  const parts = main.empty ? [text.slice(0, main.head), text.slice(main.head)] : [text.slice(0, main.from), text.slice(main.from, main.to), text.slice(main.to)];
  return parts.join("|");
}

/** Types as a browser would: what the pairs leave alone is put in as it is; `<` is Backspace. */
function type(state, signs) {
  for (const sign of signs) {
    if (sign === "<") {
      const done = deletePair({ state, dispatch: (transaction) => (state = transaction.state) });
      if (!done) state = state.update({ changes: { from: state.selection.main.head - 1, to: state.selection.main.head } }).state;
    } else {
      state = (typed(state, sign) ?? state.update(state.replaceSelection(sign))).state;
    }
  }
  return state;
}

const typing = [
  ["a bracket brings the other", "|", "(", "(|)"],
  ["the other is walked over", "|", "f(x)", "f(x)|"],
  ["brackets within brackets are walked over one by one", "|", "f(g(h()", "f(g(h()|))"],
  ["one that was there before is not walked over", "|)", ")", ")|)"],
  ["no bracket is closed before a word", "|x", "(", "(|x"],
  ["a quote brings the other", "x = |", "'", "x = '|'"],
  ["a quote ends a text that was begun by hand", "x = 'a|", "'", "x = 'a'|"],
  ["a quote in a name is a letter", "x|", "'", "x'|"],
  ["a prefix makes a text", "print(f|)", '"', 'print(f"|")'],
  ["an apostrophe in a text is a letter", '"it|"', "'", '"it\'|"'],
  ["three quotes bring three", "|", '"""', '"""|"""'],
  ["three quotes are walked over at once", "|", '"""a"', '"""a"""|'],
  ["behind a text no other begins", '"a"|', '"', '"a""|'],
  ["what is selected is put between", "f|x, y|", "(", "f(|x, y|)"],
  ["Backspace takes both halves", "|", "([<", "(|)"],
  ["Backspace takes one where there is something between", "|", "(x<", "(|)"],
];
for (const [what, before, signs, after] of typing) test(what, () => assert.equal(shown(type(program(before), signs)), after));

const lines = [
  ["after a colon", "if x:|", "if x:\n    |"],
  ["between brackets", "x = [|]", "x = [\n    |\n]"],
  ["in the middle of a statement", "    a = f(1,| 2)", "    a = f(1,\n        |2)"],
  ["after nothing but blanks", "if x:\n    |", "if x:\n\n    |"],
  ["in place of what is selected", "a |b| c", "a \n|c"],
];
for (const [where, before, after] of lines) {
  test(`a line is begun ${where}`, () => {
    let state = program(before);
    newLine({ state, dispatch: (transaction) => (state = transaction.state) });
    assert.equal(shown(state), after);
  });
}

/** The marked places as `kind@offset`. */
function marked(source) {
  const state = program(source);
  const moved = state.update({ selection: state.selection }).state;
  const found = [];
  moved.field(brackets).between(0, moved.doc.length, (from, _to, { spec }) => void found.push(`${spec.class}@${from}`));
  return found;
}

const pairs = [
  ["before the cursor", "f(x)|", ["bracket-matching@1", "bracket-matching@3"]],
  ["behind the cursor", "f|(x)", ["bracket-matching@1", "bracket-matching@3"]],
  ["over lines, past others and past one in a text", 'f|(\n(1), ")"\n)', ["bracket-matching@1", "bracket-matching@12"]],
  ["that has no other", "f|(x", ["bracket-alone@1"]],
  ["that has a wrong one", "f|(x]", ["bracket-alone@1"]],
  ["in a comment", "# |(", []],
];
for (const [which, source, expected] of pairs) test(`a bracket ${which} is marked so`, () => assert.deepEqual(marked(source), expected));
