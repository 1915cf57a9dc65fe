// What comes in pairs: a bracket or a quote that is typed brings its other half, and typing that one then walks over it.

import { EditorSelection, MapMode, StateEffect, StateField } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

import { isText } from "./python.js";
import { openAt } from "./reading.js";

const CLOSING = { "(": ")", "[": "]", "{": "}", "'": "'", '"': '"' };
/** Before these, and before a blank, a bracket is closed at once. */
const BEFORE = ")]}:;>";
/** A name's end that makes a text of the quote behind it. */
const PREFIX = /(?:^|[^\p{L}\p{N}_])(?:[rbuft]|[rbft]r|r[bft])?$/iu;
const LETTER = /[\p{L}\p{N}_]/u;

const close = StateEffect.define({ map: (at, changes) => changes.mapPos(at, 1) });

/** Where a half lies that nobody typed; forgotten when the cursor leaves the line. */
export const closed = StateField.define({
  create: () => [],
  update(places, transaction) {
    const { changes, state } = transaction;
    let next = places;
    if (transaction.docChanged) next = next.map((at) => changes.mapPos(at, 1, MapMode.TrackAfter)).filter((at) => at !== null);
    for (const effect of transaction.effects) if (effect.is(close)) next = [...next, effect.value];
    const line = state.doc.lineAt(state.selection.main.head);
    return next.every((at) => at >= line.from && at <= line.to) ? next : [];
  },
});

/** Brackets and quotes in pairs. */
export const pairs = [
  closed,
  EditorView.inputHandler.of((view, from, to, text) => {
    // A phone composes each word that is typed, a desktop only what a key alone cannot type.
    const composing = /Android/.test(navigator.userAgent) ? view.composing : view.compositionStarted;
    const { main } = view.state.selection;
    if (composing || view.state.readOnly || from !== main.from || to !== main.to) return false;
    const transaction = typed(view.state, text);
    if (transaction) view.dispatch(transaction);
    return transaction !== null;
  }),
];

/** Deletes both halves of a pair with nothing in it. */
export function deletePair({ state, dispatch }) {
  const { empty, head } = state.selection.main;
  if (state.readOnly || !empty || head === 0) return false;
  const [before, after] = state.sliceDoc(head - 1, head + 1);
  if (after === undefined || CLOSING[before] !== after) return false;
  dispatch(state.update({ changes: { from: head - 1, to: head + 1 }, scrollIntoView: true, userEvent: "delete.backward" }));
  return true;
}

/** What is done when a bracket or a quote is typed; null where it is a letter like any other. */
export function typed(state, sign) {
  const { from, to, empty } = state.selection.main;
  const next = state.sliceDoc(to, to + 1);
  if (empty && sign === next && state.field(closed).includes(from)) return over(state, sign);
  const closing = CLOSING[sign];
  if (closing === undefined) return null;
  if (!empty) return around(state, sign, closing);
  if (sign !== closing) return next === "" || /\s/.test(next) || BEFORE.includes(next) ? put(state, sign, closing) : null;
  return quote(state, from, sign, next);
}

function quote(state, at, sign, next) {
  if (isText(openAt(state, at))) return null;
  const before = state.sliceDoc(Math.max(0, at - 5), at);
  if (before.endsWith(sign + sign) && PREFIX.test(before.slice(0, -2)) && !isText(openAt(state, at - 2))) {
    return put(state, sign, sign.repeat(3));
  }
  // Behind a quote a text has just ended.
  if (/['"]$/.test(before)) return null;
  return !LETTER.test(next) && PREFIX.test(before) ? put(state, sign, sign) : null;
}

function put(state, sign, closing) {
  const at = state.selection.main.head;
  return change(state, { from: at, insert: sign + closing }, EditorSelection.cursor(at + sign.length), at + sign.length);
}

function around(state, sign, closing) {
  const { from, to, anchor, head } = state.selection.main;
  const changes = [{ from, insert: sign }, { from: to, insert: closing }];
  return change(state, changes, EditorSelection.range(anchor + sign.length, head + sign.length), to + sign.length);
}

/** Walks over the half that is there, all three of a text in triple quotes. */
function over(state, sign) {
  const at = state.selection.main.head;
  const triple = sign.repeat(3);
  const insert = CLOSING[sign] === sign && state.sliceDoc(at, at + 3) === triple ? triple : sign;
  return change(state, { from: at, to: at + insert.length, insert }, EditorSelection.cursor(at + insert.length));
}

function change(state, changes, selection, at) {
  const effects = at === undefined ? [] : [close.of(at)];
  return state.update({ changes, selection, effects, scrollIntoView: true, userEvent: "input.type" });
}
