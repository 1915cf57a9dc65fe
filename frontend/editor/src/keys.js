// The editor's keys: those that every editor has, and what Python wants of Enter and Backspace.
//
// The commands' own keymaps are not used: they bring a parser's tree with them, which is a sixth of the editor and not there.

import {
  cursorCharBackward,
  cursorCharForward,
  cursorCharLeft,
  cursorCharRight,
  cursorDocEnd,
  cursorDocStart,
  cursorGroupLeft,
  cursorGroupRight,
  cursorLineBoundaryBackward,
  cursorLineBoundaryForward,
  cursorLineBoundaryLeft,
  cursorLineBoundaryRight,
  cursorLineDown,
  cursorLineUp,
  cursorPageDown,
  cursorPageUp,
  deleteCharBackward,
  deleteCharForward,
  deleteGroupBackward,
  deleteGroupForward,
  deleteLineBoundaryBackward,
  deleteLineBoundaryForward,
  emacsStyleKeymap,
  historyKeymap,
  indentWithTab,
  selectAll,
  selectCharLeft,
  selectCharRight,
  selectDocEnd,
  selectDocStart,
  selectGroupLeft,
  selectGroupRight,
  selectLineBoundaryBackward,
  selectLineBoundaryForward,
  selectLineBoundaryLeft,
  selectLineBoundaryRight,
  selectLineDown,
  selectLineUp,
  selectPageDown,
  selectPageUp,
  toggleComment,
} from "@codemirror/commands";
import { EditorSelection, EditorState, Text, countColumn } from "@codemirror/state";
import { keymap } from "@codemirror/view";

import { deletePair } from "./pairs.js";
import { UNIT, indent } from "./python.js";
import { openAt } from "./reading.js";

const go = (keys, run, shift) => ({ ...keys, run, shift, preventDefault: true });
const onMac = emacsStyleKeymap.map(({ key, run, shift }) => ({ mac: key, run, shift }));

/** The keys, and what `Mod-/` puts before a line. */
export const keys = [
  EditorState.languageData.of(() => [{ commentTokens: { line: "#" } }]),
  keymap.of([
    go({ key: "ArrowLeft" }, cursorCharLeft, selectCharLeft),
    go({ key: "ArrowRight" }, cursorCharRight, selectCharRight),
    go({ key: "ArrowUp" }, cursorLineUp, selectLineUp),
    go({ key: "ArrowDown" }, cursorLineDown, selectLineDown),
    go({ key: "Mod-ArrowLeft", mac: "Alt-ArrowLeft" }, cursorGroupLeft, selectGroupLeft),
    go({ key: "Mod-ArrowRight", mac: "Alt-ArrowRight" }, cursorGroupRight, selectGroupRight),
    go({ key: "Home" }, cursorLineBoundaryBackward, selectLineBoundaryBackward),
    go({ key: "End" }, cursorLineBoundaryForward, selectLineBoundaryForward),
    go({ mac: "Cmd-ArrowLeft" }, cursorLineBoundaryLeft, selectLineBoundaryLeft),
    go({ mac: "Cmd-ArrowRight" }, cursorLineBoundaryRight, selectLineBoundaryRight),
    go({ key: "PageUp", mac: "Ctrl-ArrowUp" }, cursorPageUp, selectPageUp),
    go({ key: "PageDown", mac: "Ctrl-ArrowDown" }, cursorPageDown, selectPageDown),
    go({ mac: "PageUp" }, cursorPageUp, selectPageUp),
    go({ mac: "PageDown" }, cursorPageDown, selectPageDown),
    go({ key: "Mod-Home", mac: "Cmd-ArrowUp" }, cursorDocStart, selectDocStart),
    go({ key: "Mod-End", mac: "Cmd-ArrowDown" }, cursorDocEnd, selectDocEnd),
    go({ mac: "Mod-Home" }, cursorDocStart, selectDocStart),
    go({ mac: "Mod-End" }, cursorDocEnd, selectDocEnd),
    { key: "Backspace", run: deletePair },
    go({ key: "Backspace" }, deleteCharBackward, deleteCharBackward),
    go({ key: "Delete" }, deleteCharForward),
    go({ key: "Mod-Backspace", mac: "Alt-Backspace" }, deleteGroupBackward),
    go({ key: "Mod-Delete", mac: "Alt-Delete" }, deleteGroupForward),
    go({ mac: "Mod-Backspace" }, deleteLineBoundaryBackward),
    go({ mac: "Mod-Delete" }, deleteLineBoundaryForward),
    ...onMac,
    ...historyKeymap,
    indentWithTab,
    { key: "Mod-a", run: selectAll },
    { key: "Mod-/", run: toggleComment },
    { key: "Enter", run: newLine, shift: newLine },
  ]),
];

/** Begins a line, as far indented as what is open asks for; between two brackets, the second gets a line of its own. */
export function newLine({ state, dispatch }) {
  if (state.readOnly) return false;
  const { from, to } = state.selection.main;
  const [first, last] = [state.doc.lineAt(from), state.doc.lineAt(to)];
  const [before, after] = [first.text.slice(0, from - first.from), last.text.slice(to - last.from)];
  const rest = after.trimStart();
  const own = countColumn(/^\s*/.exec(before)[0], UNIT);
  const between = /\(\)|\[\]|\{\}/.test(before.slice(-1) + after.slice(0, 1));
  const columns = indent(openAt(state, from), between ? "" : rest) ?? own;
  const insert = ["", " ".repeat(columns)];
  if (between) insert.push(" ".repeat(own));
  // Of a line with nothing in it nothing stays, and the blanks behind the cursor go.
  const start = before.trim() === "" ? first.from : from;
  const changes = { from: start, to: to + after.length - rest.length, insert: Text.of(insert) };
  const selection = EditorSelection.cursor(start + 1 + columns);
  dispatch(state.update({ changes, selection, scrollIntoView: true, userEvent: "input" }));
  return true;
}
