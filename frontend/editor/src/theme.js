// The editor's look. Every colour is a custom property of the page's styles/colours.css.

import { EditorView } from "@codemirror/view";

/** The look. */
export const look = EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--raised)", fontSize: "var(--size-code)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "var(--line-code)", overflow: "auto" },
  ".cm-content": { padding: "8px 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 16px 0 8px" },
  ".cm-cursor": { borderLeft: "2px solid var(--accent)" },
  "& .cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    backgroundColor: "var(--code-selection)",
  },
  ".cm-activeLine": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine": { backgroundColor: "var(--code-line)" },
  ".cm-gutters": { backgroundColor: "var(--raised)", color: "var(--quiet)", border: "none", paddingLeft: "4px" },
  ".cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--ink)" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "28px", fontVariantNumeric: "tabular-nums" },
  ".marked-timeline": { backgroundColor: "var(--code-mark)", boxShadow: "inset 3px 0 var(--accent)" },
  ".marked-exception": { backgroundColor: "var(--code-mark-error)", boxShadow: "inset 3px 0 var(--error)" },
  ".word-keyword": { color: "var(--code-keyword)" },
  ".word-string": { color: "var(--code-string)" },
  ".word-number, .word-constant": { color: "var(--code-number)" },
  ".word-function, .word-class": { color: "var(--code-function)" },
  ".word-builtin, .word-self, .word-decorator": { color: "var(--code-builtin)" },
  ".word-comment": { color: "var(--code-comment)", fontStyle: "italic" },
  "&.cm-focused .bracket-matching": { backgroundColor: "var(--code-match)" },
  "&.cm-focused .bracket-alone": { backgroundColor: "var(--code-mark-error)" },
  ".cm-gutterElement.problem-line": { color: "var(--error)", fontWeight: "700" },
  ".problem-message": { padding: "0 24px", fontFamily: "var(--font-sans)", fontSize: "var(--size-small)", userSelect: "none" },
  ".problem-message.is-error": { color: "var(--error)" },
  ".problem-message.is-warning": { color: "var(--warning)" },
  ".problem-error": { textDecoration: "underline wavy var(--error)", textUnderlineOffset: "3px" },
  ".problem-warning": { textDecoration: "underline wavy var(--warning)", textUnderlineOffset: "3px" },
});
