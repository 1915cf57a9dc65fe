// Python as the editor needs to know it: what each word is, how far the next line is indented.
//
// Reads a line at a time and keeps what is open. It does not parse: a program that is wrong in its grammar is told so by CPython.
// A whole grammar would tell a little more and weigh a third of the editor again.

import { StringStream } from "@codemirror/streamparser";

const words = (text) => new Set(text.split(" "));

const KEYWORDS = words(
  "and as assert async await break case class continue def del elif else except finally for from global if import in is lambda " +
    "match nonlocal not or pass raise return try type while with yield",
);
// Names, unless what follows makes them keywords.
const SOFT = words("case match type");
const CONSTANTS = words("True False None Ellipsis NotImplemented");
const BUILTINS = words(
  "abs all any bool breakpoint bytearray bytes callable chr classmethod compile complex delattr dict dir divmod enumerate eval exec " +
    "filter float format frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter len list locals map " +
    "max memoryview min next object oct open ord pow print property range repr reversed round set setattr slice sorted staticmethod " +
    "str sum super tuple type vars zip",
);
const LEAVES = words("break continue pass raise return");

const NUMBER = /^(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?[jJ]?)/;
const STRING = /^([a-zA-Z]{0,2})('''|"""|'|")/;
const PREFIX = /^(?:[rbuft]|[rbft]r|r[bft])?$/i;
const NAME = /^[\p{L}_][\p{L}\p{N}_]*/u;

/** Columns of one step of indentation, and of a tab. */
export const UNIT = 4;

/** What is open before the first line: brackets with the indentation of their lines, and the text that one is in, if any. */
export const begin = () => ({ open: [], texts: [], indentation: 0, first: "", last: "", before: "" });

/**
 * Reads a line, or the beginning of one.
 *
 * @param {string} line
 * @param {ReturnType<typeof begin>} before what is open before it
 * @returns {{words: {from: number, to: number, kind: string}[], after: ReturnType<typeof begin>}} what is in it that has a
 *   kind, in UTF-16 units since its beginning, neighbours of one kind as one; what is open after it
 */
export function read(line, before) {
  const stream = new StringStream(line, UNIT, UNIT);
  const after = copy(before);
  const words = [];
  startLine(stream, after);
  while (!stream.eol()) {
    stream.start = stream.pos;
    const kind = token(stream, after);
    const last = words.at(-1);
    if (last?.kind === kind && last.to === stream.start && kind !== "bracket") last.to = stream.pos;
    else if (kind) words.push({ from: stream.start, to: stream.pos, kind });
  }
  return { words, after };
}

/** Whether what is open is a text, so that a quote ends it and a bracket is a letter. */
export const isText = ({ texts }) => texts.length > 0 && texts.at(-1).open === undefined;

/** Columns before a line that follows and begins with `textAfter`; null: as the line before. */
export function indent(state, textAfter) {
  if (state.texts.length) return null;
  const open = state.open.at(-1);
  if (open !== undefined) return /^\s*[)\]}]/.test(textAfter) ? open : open + UNIT;
  if (state.last === ":") return state.indentation + UNIT;
  return LEAVES.has(state.first) ? Math.max(0, state.indentation - UNIT) : state.indentation;
}

const copy = (state) => ({ ...state, open: [...state.open], texts: state.texts.map((text) => ({ ...text })) });

function token(stream, state) {
  if (isText(state)) return inText(stream, state, state.texts.at(-1));
  if (stream.eatSpace()) return null;
  if (stream.match(/^#.*/)) return "comment";
  const found = significant(stream, state);
  state.last = stream.current().at(-1);
  return found;
}

function startLine(stream, state) {
  // A line's end ends a text in single quotes, unless a backslash takes the end away.
  if (isText(state) && state.texts.at(-1).quote.length === 1 && !state.texts.at(-1).goesOn) state.texts.pop();
  // Lines within brackets or a text belong to the one that they began in; empty ones to none.
  if (state.open.length || state.texts.length || /^\s*(#|$)/.test(stream.string)) return;
  state.indentation = stream.indentation();
  state.first = state.last = state.before = "";
}

function significant(stream, state) {
  const before = state.before;
  state.before = "";
  const quoted = stream.match(STRING, false);
  if (quoted && PREFIX.test(quoted[1])) {
    stream.match(STRING);
    state.texts.push({ quote: quoted[2], filled: /[ft]/i.test(quoted[1]), open: undefined });
    return "string";
  }
  if (stream.match(NUMBER)) return "number";
  const name = stream.match(NAME);
  if (name) return named(stream, state, before, name[0]);
  if (state.last === "" && stream.match(/^@[\w.]+/)) return "decorator";
  return punctuation(stream, state);
}

function named(stream, state, before, name) {
  const first = state.first === "" && state.last === "";
  if (first) state.first = name;
  const soft = SOFT.has(name) && !(first && /^\s+[^\s=.,:)\]]/.test(stream.string.slice(stream.pos)));
  if (before !== "." && KEYWORDS.has(name) && !soft) {
    state.before = name;
    return "keyword";
  }
  if (before === "def") return "function";
  if (before === "class") return "class";
  const called = stream.match(/^\s*\(/, false);
  if (before === ".") return called ? "function" : null;
  if (CONSTANTS.has(name)) return "constant";
  if (name === "self" || name === "cls") return "self";
  if (BUILTINS.has(name)) return "builtin";
  return called ? "function" : null;
}

function punctuation(stream, state) {
  const sign = stream.next();
  const text = state.texts.at(-1);
  if ("([{".includes(sign)) {
    state.open.push(state.indentation);
    if (text) text.open += 1;
  } else if (")]}".includes(sign)) {
    if (text && text.open === 0) {
      // The end of what fills the text in: on with the text.
      text.open = undefined;
      return "string";
    }
    state.open.pop();
    if (text) text.open -= 1;
  }
  if (sign === ".") state.before = sign;
  return "()[]{}".includes(sign) ? "bracket" : null;
}

function inText(stream, state, text) {
  text.goesOn = false;
  while (!stream.eol()) {
    if (stream.match(text.quote)) {
      state.texts.pop();
      state.last = text.quote;
      return "string";
    }
    if (text.filled && stream.peek() === "{" && !stream.match("{{")) {
      stream.next();
      text.open = 0;
      return "string";
    }
    text.goesOn = stream.next() === "\\" && stream.next() === undefined;
  }
  return "string";
}
