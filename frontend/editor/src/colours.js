// Python's words in colour, those in sight.

import { RangeSetBuilder } from "@codemirror/state";
import { Decoration, ViewPlugin } from "@codemirror/view";

import { reading, wordsOf } from "./reading.js";

const marks = {};

/** The words in colour, by the class `word-KIND`. */
export const colours = [
  reading,
  ViewPlugin.define((view) => ({ words: inSight(view), update }), { decorations: ({ words }) => words }),
];

function update({ docChanged, viewportChanged, view }) {
  if (docChanged || viewportChanged) this.words = inSight(view);
}

function inSight({ state, visibleRanges }) {
  const words = new RangeSetBuilder();
  for (const { from, to } of visibleRanges) {
    for (let line = state.doc.lineAt(from); ; line = state.doc.line(line.number + 1)) {
      for (const word of wordsOf(state, line)) {
        if (word.kind === "bracket") continue;
        const mark = (marks[word.kind] ??= Decoration.mark({ class: `word-${word.kind}` }));
        words.add(line.from + word.from, line.from + word.to, mark);
      }
      if (line.to >= to) break;
    }
  }
  return words.finish();
}
