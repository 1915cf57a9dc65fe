// Lines marked from outside: those of the timeline's selection, and the one where an exception left the program.

import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";

const setMarks = StateEffect.define();

/** The marked lines, kind by kind; they move with the text. */
export const lineMarks = StateField.define({
  create: () => ({}),
  update(marks, transaction) {
    let next = marks;
    if (transaction.docChanged) {
      next = Object.fromEntries(Object.entries(marks).map(([kind, set]) => [kind, set.map(transaction.changes)]));
    }
    for (const effect of transaction.effects) {
      if (effect.is(setMarks)) next = { ...next, [effect.value.kind]: effect.value.set };
    }
    return next;
  },
  provide: (field) => EditorView.decorations.computeN([field], (state) => Object.values(state.field(field))),
});

/** Marks these lines, and no others, with this kind, and brings the first into sight. Lines that the document lacks are left out. */
export function markLines(view, lines, kind) {
  const { doc } = view.state;
  const known = [...new Set(lines)].filter((line) => line >= 1 && line <= doc.lines).sort((a, b) => a - b);
  const decoration = Decoration.line({ class: `marked-${kind}` });
  const set = Decoration.set(known.map((line) => decoration.range(doc.line(line).from)));
  const effects = [setMarks.of({ kind, set })];
  if (known.length > 0) effects.push(EditorView.scrollIntoView(doc.line(known[0]).from, { y: "nearest", yMargin: 24 }));
  view.dispatch({ effects });
}
