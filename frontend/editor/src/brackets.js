// The bracket at the cursor and its other half, marked; one that has none, marked otherwise. Those in texts and comments are letters.

import { StateField } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";

import { wordsOf } from "./reading.js";

/** The other half is looked for in so many lines, and no further. */
const FAR = 1000;
const OTHER = { "(": ")", "[": "]", "{": "}", ")": "(", "]": "[", "}": "{" };
const opens = (sign) => "([{".includes(sign);

const matching = Decoration.mark({ class: "bracket-matching" });
const alone = Decoration.mark({ class: "bracket-alone" });

/** Marks the brackets. */
export const brackets = StateField.define({
  create: () => Decoration.none,
  update(marks, { state, docChanged, selection }) {
    if (!docChanged && !selection) return marks;
    const { head, empty } = state.selection.main;
    const found = empty ? [head - 1, head].flatMap((at) => pair(state, at)) : [];
    return Decoration.set(found, true);
  },
  provide: (marks) => EditorView.decorations.from(marks),
});

/** The marks of the bracket at a place and of its other half; none where no bracket is. */
function pair(state, at) {
  if (at < 0 || !OTHER[state.sliceDoc(at, at + 1)]) return [];
  const line = state.doc.lineAt(at);
  const first = inLine(state, line).find((bracket) => bracket.at === at);
  if (!first) return [];
  const step = opens(first.sign) ? 1 : -1;
  const open = [];
  for (let number = line.number; number >= 1 && number <= state.doc.lines && Math.abs(number - line.number) < FAR; number += step) {
    const row = inLine(state, state.doc.line(number));
    for (const bracket of step > 0 ? row : row.reverse()) {
      if (step * (bracket.at - at) < 0) continue;
      if (opens(bracket.sign) === opens(first.sign)) open.push(bracket.sign);
      else if (OTHER[open.pop()] !== bracket.sign) return [alone.range(at, at + 1)];
      if (open.length === 0) return [at, bracket.at].map((place) => matching.range(place, place + 1));
    }
  }
  return [alone.range(at, at + 1)];
}

function inLine(state, line) {
  const words = wordsOf(state, line).filter(({ kind }) => kind === "bracket");
  return words.map(({ from }) => ({ at: line.from + from, sign: line.text[from] }));
}
