// The page's code editor, as one module that the page loads when it first shows code.
//
// create(parent, options) puts an editor into `parent` and gives a handle. It lives in a shadow root, so that its styles come
// as adopted sheets (a strict Content-Security-Policy refuses injected <style> elements); its colours are the page's custom
// properties, which reach through. It knows nothing of runs or of the server: what it shows is set from outside.

import { history } from "@codemirror/commands";
import { EditorState, Prec } from "@codemirror/state";
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";

import { brackets } from "./brackets.js";
import { colours } from "./colours.js";
import { keys } from "./keys.js";
import { followLine } from "./line.js";
import { lineMarks, markLines } from "./marks.js";
import { pairs } from "./pairs.js";
import { problems, showProblems } from "./problems.js";
import { UNIT } from "./python.js";
import { look } from "./theme.js";

const HOW_TO_LEAVE = "Once something is typed, Tab indents; to leave, press Escape, then Tab. Control and Enter run the program.";

/** For so many milliseconds; it ends with the first other key. */
const UNTIL_A_KEY = 1e9;

let editors = 0;

/**
 * @param {HTMLElement} parent an empty element
 * @param {{
 *   source: string,
 *   label: string,
 *   onChange?: (source: string) => void,
 *   onRun?: () => void,
 *   onLine?: (line: number | null) => void,
 * }} options `onLine` gets the line under the pointer, else the cursor's, from 1
 */
export function create(parent, options) {
  const { source, label } = options;
  // What is told to nobody once the editor is destroyed: its owner's callbacks are gone then, and the view still loses the focus.
  let { onChange, onRun, onLine } = options;
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: "open" });
  const description = describe(root);

  const run = () => {
    onRun?.();
    return true;
  };
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: source,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        EditorState.tabSize.of(UNIT),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        colours,
        brackets,
        pairs,
        look,
        lineMarks,
        problems,
        followLine((line) => onLine?.(line)),
        EditorView.contentAttributes.of({ "aria-label": label, "aria-describedby": description.id, spellcheck: "false", tabindex: "0" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange?.(update.state.doc.toString());
        }),
        EditorView.domEventHandlers({
          // Who comes from elsewhere on the page may be on the way through, and would change the program without a sign.
          focus: (event, view) => {
            if (event.relatedTarget) view.setTabFocusMode(UNTIL_A_KEY);
          },
          mouseup: (_, view) => view.setTabFocusMode(false),
        }),
        Prec.highest(keymap.of([{ key: "Mod-Enter", run }, { key: "Ctrl-Enter", run }])),
        keys,
      ],
    }),
  });

  return {
    setSource(text) {
      if (text === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    /** Marks what is wrong with the program, and nothing else. */
    setDiagnostics: (found) => showProblems(view, found),
    /** @param {number[]} lines from 1 @param {"timeline" | "exception"} kind replaces the marks of this kind */
    markLines: (lines, kind) => markLines(view, lines, kind),
    destroy() {
      onChange = onRun = onLine = undefined;
      view.destroy();
      description.remove();
    },
  };
}

function describe(root) {
  const description = document.createElement("p");
  description.id = `editor-keys-${(editors += 1)}`;
  description.hidden = true;
  description.textContent = HOW_TO_LEAVE;
  root.append(description);
  return description;
}
