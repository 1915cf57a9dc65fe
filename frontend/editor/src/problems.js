// What is wrong with the program: underlined where it is, said at the end of its line.

import { RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, GutterMarker, WidgetType, gutterLineClass } from "@codemirror/view";

import { place } from "./place.js";

class Message extends WidgetType {
  constructor(text, severity) {
    super();
    this.text = text;
    this.severity = severity;
  }

  eq(other) {
    return other.text === this.text && other.severity === this.severity;
  }

  toDOM() {
    const element = document.createElement("span");
    element.className = `problem-message is-${this.severity}`;
    element.textContent = this.text;
    return element;
  }
}

class InGutter extends GutterMarker {
  elementClass = "problem-line";
}

const inGutter = new InGutter();
const setProblems = StateEffect.define();

/** The problems; they move with the text. */
export const problems = StateField.define({
  create: () => ({ marks: Decoration.none, lines: RangeSet.empty }),
  update(found, transaction) {
    for (const effect of transaction.effects) if (effect.is(setProblems)) return effect.value;
    if (!transaction.docChanged) return found;
    return { marks: found.marks.map(transaction.changes), lines: found.lines.map(transaction.changes) };
  },
  provide: (field) => [
    EditorView.decorations.from(field, ({ marks }) => marks),
    gutterLineClass.from(field, ({ lines }) => lines),
  ],
});

/**
 * Shows these and no others.
 *
 * @param {EditorView} view
 * @param {{line: number, column: number, end_line: number, end_column: number, message: string, severity: string}[]} found
 */
export function showProblems(view, found) {
  const { doc } = view.state;
  const marks = [];
  const lines = [];
  for (const one of found) {
    const { from, to } = place(doc, one);
    const line = doc.lineAt(from);
    if (to > from) marks.push(Decoration.mark({ class: `problem-${one.severity}` }).range(from, to));
    marks.push(Decoration.widget({ widget: new Message(one.message, one.severity), side: 1 }).range(line.to));
    lines.push(inGutter.range(line.from));
  }
  view.dispatch({ effects: setProblems.of({ marks: Decoration.set(marks, true), lines: RangeSet.of(lines, true) }) });
}
