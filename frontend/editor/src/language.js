// In the place of @codemirror/language and @lezer/common, of which the commands that we call want the step of indentation alone;
// package.json tells esbuild so. They would bring a parser and its trees, a sixth of the editor; our Python is read a line at a time.

import { Facet } from "@codemirror/state";

import { UNIT } from "./python.js";

/** What one step of indentation puts before a line. */
export const indentUnit = Facet.define({ combine: () => " ".repeat(UNIT) });

/** Columns of a step. */
export const getIndentUnit = () => UNIT;

/** Blanks for so many columns. */
export const indentString = (_state, columns) => " ".repeat(columns);

// Asked for by commands that nobody calls; esbuild leaves those out, and does so only if it finds the names.
export const [IndentContext, getIndentation, matchBrackets, syntaxTree, NodeProp] = [];
