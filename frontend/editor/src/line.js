// Which line the reader looks at: the one under the pointer, else the cursor's while the editor has the focus.

import { EditorView } from "@codemirror/view";

/** @param {(line: number | null) => void} onLine called when the line changes */
export function followLine(onLine) {
  let pointed = null;
  let cursor = null;
  let told = null;
  const tell = () => {
    const line = pointed ?? cursor;
    if (line !== told) onLine((told = line));
  };
  return [
    EditorView.domEventHandlers({
      mousemove(event, view) {
        const position = view.posAtCoords({ x: event.clientX, y: event.clientY });
        pointed = position === null ? null : view.state.doc.lineAt(position).number;
        tell();
      },
      mouseleave() {
        pointed = null;
        tell();
      },
      blur() {
        cursor = null;
        tell();
      },
    }),
    EditorView.updateListener.of((update) => {
      // While the reader types, nothing lights up: lines of the last run no longer are the lines of the program.
      if (update.docChanged) cursor = null;
      else if (update.selectionSet && update.view.hasFocus) {
        cursor = update.state.doc.lineAt(update.state.selection.main.head).number;
      } else return;
      tell();
    }),
  ];
}
