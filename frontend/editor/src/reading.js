// What the tokenizer says of the program's lines: each is read when somebody asks for it, and kept until something before it changes.

import { StateField } from "@codemirror/state";

import { begin, read } from "./python.js";

/** What is open before each line, as far as they were read; they are filled in while the field's value stays the same. */
export const reading = StateField.define({
  create: () => [begin()],
  update(before, transaction) {
    if (!transaction.docChanged) return before;
    let changed = Infinity;
    transaction.changes.iterChangedRanges((from) => (changed = Math.min(changed, from)));
    return before.slice(0, transaction.startState.doc.lineAt(changed).number);
  },
});

/** The words of a line that have a kind. */
export const wordsOf = (state, line) => read(line.text, beforeLine(state, line.number)).words;

/** What is open at a place. */
export function openAt(state, position) {
  const line = state.doc.lineAt(position);
  return read(line.text.slice(0, position - line.from), beforeLine(state, line.number)).after;
}

function beforeLine(state, number) {
  const before = state.field(reading);
  for (let line = before.length; line < number; line += 1) before.push(read(state.doc.line(line).text, before.at(-1)).after);
  return before[number - 1];
}
