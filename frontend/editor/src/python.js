// Python as the editor needs to know it: what each word is, how far the next line is indented.
//
// Reads a line at a time and keeps what is open. It does not parse: a program that is wrong in its grammar is told so by CPython.
// A whole grammar would tell a little more and weigh a third of the editor again.

import { LanguageSupport, StreamLanguage } from "@codemirror/language";

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

/** What is open at a place: brackets with the indentation of their lines, and the text that one is in, if any. */
const begin = () => ({ open: [], texts: [], indentation: 0, first: "", last: "", before: "" });

const copy = (state) => ({ ...state, open: [...state.open], texts: state.texts.map((text) => ({ ...text })) });

function token(stream, state) {
  if (stream.sol()) startLine(stream, state);
  const text = state.texts.at(-1);
  if (text && text.open === undefined) return inText(stream, state, text);
  if (stream.eatSpace()) return null;
  if (stream.match(/^#.*/)) return "comment";
  const found = significant(stream, state);
  state.last = stream.current().at(-1);
  return found;
}

function startLine(stream, state) {
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
    state.texts.push({ quote: quoted[2], filled: /[ft]/i.test(quoted[1]), raw: /r/i.test(quoted[1]), open: undefined });
    return "string";
  }
  if (stream.match(NUMBER)) return "number";
  const name = stream.match(NAME);
  if (name) return named(stream, state, before, name[0]);
  if (state.last === "" && stream.match(/^@[\w.]+/)) return "meta";
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
  if (before === "def") return "variableName.function";
  if (before === "class") return "className";
  const called = stream.match(/^\s*\(/, false);
  if (before === ".") return called ? "propertyName.function" : "propertyName";
  if (CONSTANTS.has(name)) return "bool";
  if (name === "self" || name === "cls") return "self";
  if (BUILTINS.has(name)) return "variableName.standard";
  return called ? "variableName.function" : "variableName";
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
    if (stream.next() === "\\" && stream.next() === undefined) return "string";
  }
  // A line's end ends a text in single quotes, and whatever it lies in.
  if (text.quote.length === 1) state.texts.pop();
  return "string";
}

/** Columns before a line that follows `state` and begins with `textAfter`; null: as the line before. */
export function indent(state, textAfter, { unit }) {
  if (state.texts.length) return null;
  const open = state.open.at(-1);
  if (open !== undefined) return /^\s*[)\]}]/.test(textAfter) ? open : open + unit;
  if (state.last === ":") return state.indentation + unit;
  return LEAVES.has(state.first) ? Math.max(0, state.indentation - unit) : state.indentation;
}

/** The language, for the editor and for its tests. */
export const language = StreamLanguage.define({
  name: "python",
  startState: begin,
  copyState: copy,
  token,
  indent,
  languageData: {
    commentTokens: { line: "#" },
    closeBrackets: {
      brackets: ["(", "[", "{", "'", '"', "'''", '"""'],
      stringPrefixes: ["f", "r", "b", "u", "fr", "rf", "br", "rb"],
    },
  },
});

/** Python. */
export const python = () => new LanguageSupport(language);
