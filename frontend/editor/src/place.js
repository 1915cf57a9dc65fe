// Where a diagnostic lies in a document.

/**
 * Lines and columns count from 1, columns in code points, the end is exclusive; a place outside the document is brought into
 * it, for the program may have been edited since it was checked.
 *
 * @param {import("@codemirror/state").Text} document
 * @param {{line: number, column: number, end_line: number, end_column: number}} range
 * @returns {{from: number, to: number}} offsets in UTF-16 units, at least one character apart where the line has one
 */
export function place(document, { line, column, end_line, end_column }) {
  const from = offset(document, line, column);
  const to = Math.max(from, offset(document, end_line, end_column));
  if (to > from) return { from, to };
  const row = document.lineAt(from);
  return from < row.to ? { from, to: from + 1 } : { from: Math.max(row.from, from - 1), to: from };
}

function offset(document, line, column) {
  const row = document.line(Math.min(Math.max(line, 1), document.lines));
  const before = Array.from(row.text).slice(0, Math.max(column, 1) - 1).join("");
  return row.from + before.length;
}
