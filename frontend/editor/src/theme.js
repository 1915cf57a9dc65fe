// The editor's look. Every colour is a custom property of the page's styles/colours.css.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** Python, in five hues. */
export const colours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.keyword, color: "var(--code-keyword)" },
    { tag: tags.string, color: "var(--code-string)" },
    { tag: [tags.number, tags.bool], color: "var(--code-number)" },
    { tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.className], color: "var(--code-function)" },
    { tag: [tags.standard(tags.variableName), tags.self, tags.meta], color: "var(--code-builtin)" },
    { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  ]),
);

/** Everything else. */
export const look = EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--raised)", fontSize: "var(--size-code)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "var(--line-code)", overflow: "auto" },
  ".cm-content": { padding: "8px 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 16px 0 8px" },
  ".cm-cursor, .cm-dropCursor": { borderLeft: "2px solid var(--accent)" },
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
  "& .cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--code-match)", outline: "none" },
  ".cm-gutterElement.problem-line": { color: "var(--error)", fontWeight: "700" },
  ".problem-message": { padding: "0 24px", fontFamily: "var(--font-sans)", fontSize: "var(--size-small)", userSelect: "none" },
  ".problem-message.is-error": { color: "var(--error)" },
  ".problem-message.is-warning": { color: "var(--warning)" },
  ".problem-error": { textDecoration: "underline wavy var(--error)", textUnderlineOffset: "3px" },
  ".problem-warning": { textDecoration: "underline wavy var(--warning)", textUnderlineOffset: "3px" },
});
