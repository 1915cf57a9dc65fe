//! What a run printed, as rows: one for each line of each process and stream, in the order in which they were begun.
//!
//! Pure. Rows lie in blocks that are shared and seldom change, so that a view redraws the last one alone while a program prints.
//! Every character is kept; how many rows are drawn is the view's affair.

use std::rc::Rc;

use forkyard_wire::run::{Output, Stream};

use super::traceback::{Exception, LineKind, Reader};

/// How many rows a block has.
pub const BLOCK: usize = 100;

/// A line of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The writer's name.
    pub process: Rc<str>,
    /// The writer's lane, 0 when it has none.
    pub lane: u32,
    /// Where it was written.
    pub stream: Stream,
    /// When it was begun, nanoseconds since the run's zero.
    pub at_ns: u64,
    /// The text, without its line ending.
    pub text: String,
    /// Whether it belongs to a traceback, and to which part.
    pub kind: LineKind,
    /// Whether its line ending has come.
    ended: bool,
}

/// What a run printed.
#[derive(Debug, Default)]
pub struct Console {
    blocks: Vec<Rc<Vec<Row>>>,
    rows: usize,
    foreign: usize,
    plain: String,
    readers: Vec<(u32, Reader)>,
    exceptions: Vec<(u32, Exception)>,
    stderr: bool,
}

impl Console {
    /// Nothing printed.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what was printed.
    pub fn print(&mut self, output: &Output) {
        self.plain.push_str(&output.text);
        self.stderr |= output.stream == Stream::Stderr;
        for piece in output.text.split_inclusive('\n') {
            let ended = piece.ends_with('\n');
            let text = piece.strip_suffix('\n').unwrap_or(piece);
            let text = text.strip_suffix('\r').unwrap_or(text);
            self.add(output, text, ended);
        }
    }

    /// The rows, in blocks of [`BLOCK`], the last one shorter.
    pub fn blocks(&self) -> &[Rc<Vec<Row>>] {
        &self.blocks
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many of them are tracebacks' frames inside Python.
    pub fn foreign_frames(&self) -> usize {
        self.foreign
    }

    /// Whether any of them was written to standard error.
    pub fn has_stderr(&self) -> bool {
        self.stderr
    }

    /// Everything as a terminal would have it.
    pub fn plain(&self) -> &str {
        &self.plain
    }

    /// Whether nothing was printed.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The exceptions that were printed, with the lanes of those that printed them.
    pub fn exceptions(&self) -> &[(u32, Exception)] {
        &self.exceptions
    }

    fn add(&mut self, output: &Output, text: &str, ended: bool) {
        let continues = self.blocks.last().and_then(|block| block.last()).is_some_and(|row| {
            !row.ended && row.lane == output.lane && row.stream == output.stream && *row.process == *output.process
        });
        if continues {
            if let Some(row) = self.blocks.last_mut().and_then(|block| Rc::make_mut(block).last_mut()) {
                row.text.push_str(text);
                row.ended = ended;
            }
        } else {
            let process = self.name(&output.process);
            let (lane, stream, at_ns) = (output.lane, output.stream, output.at_ns);
            let row = Row { process, lane, stream, at_ns, text: text.to_owned(), kind: LineKind::Plain, ended };
            match self.blocks.last_mut().filter(|block| block.len() < BLOCK) {
                Some(block) => Rc::make_mut(block).push(row),
                None => {
                    let mut block = Vec::with_capacity(BLOCK);
                    block.push(row);
                    self.blocks.push(Rc::new(block));
                }
            }
            self.rows += 1;
        }
        if ended && output.stream == Stream::Stderr {
            self.read_traceback(output.lane);
        }
    }

    fn read_traceback(&mut self, lane: u32) {
        let Some(row) = self.blocks.last_mut().and_then(|block| Rc::make_mut(block).last_mut()) else { return };
        let place = self.readers.iter().position(|(known, _)| *known == lane).unwrap_or_else(|| {
            self.readers.push((lane, Reader::default()));
            self.readers.len() - 1
        });
        let (kind, exception) = self.readers[place].1.read(&row.text);
        row.kind = kind;
        self.foreign += usize::from(kind == LineKind::ForeignFrame && row.text.starts_with("  File"));
        self.exceptions.extend(exception.map(|exception| (lane, exception)));
    }

    /// One allocation for a name that comes again and again.
    fn name(&self, name: &str) -> Rc<str> {
        let last = self.blocks.last().into_iter().flat_map(|block| block.iter().rev());
        last.map(|row| &row.process).find(|known| known.as_ref() == name).cloned().unwrap_or_else(|| name.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(process: &str, stream: Stream, text: &str) -> Output {
        let lane = process.bytes().last().map_or(0, u32::from);
        Output { stream, process: process.to_owned(), lane, at_ns: 5, text: text.to_owned() }
    }

    fn rows(console: &Console) -> Vec<(&str, &str)> {
        console.blocks().iter().flat_map(|block| block.iter()).map(|row| (&*row.process, &*row.text)).collect()
    }

    #[test]
    fn a_line_in_pieces_is_one_row() {
        let mut console = Console::new();
        for piece in ["one ", "line", "\nand", " the next\n"] {
            console.print(&output("A", Stream::Stdout, piece));
        }
        assert_eq!(rows(&console), [("A", "one line"), ("A", "and the next")]);
    }

    #[test]
    fn a_piece_of_another_process_or_stream_is_a_row_of_its_own() {
        let mut console = Console::new();
        console.print(&output("A", Stream::Stdout, "half"));
        console.print(&output("B", Stream::Stdout, "whole\n"));
        console.print(&output("A", Stream::Stderr, "error\n"));
        console.print(&output("A", Stream::Stdout, " a line\n"));
        assert_eq!(rows(&console), [("A", "half"), ("B", "whole"), ("A", "error"), ("A", " a line")]);
    }

    #[test]
    fn nothing_is_lost_for_copying() {
        let mut console = Console::new();
        let mut expected = String::new();
        for number in 0..10 * BLOCK {
            let text = format!("{number}\r\n");
            expected.push_str(&text);
            console.print(&output("A", Stream::Stdout, &text));
        }
        assert_eq!(console.plain(), expected);
        assert_eq!(console.rows(), 10 * BLOCK);
        assert_eq!(console.blocks().len(), 10);
    }

    #[test]
    fn a_full_block_is_not_touched_again() {
        let mut console = Console::new();
        (0..BLOCK).for_each(|_| console.print(&output("A", Stream::Stdout, "x\n")));
        let full = console.blocks()[0].clone();
        console.print(&output("A", Stream::Stdout, "y\n"));
        assert!(Rc::ptr_eq(&full, &console.blocks()[0]));
    }

    #[test]
    fn tracebacks_of_two_processes_at_once_are_kept_apart() {
        let mut console = Console::new();
        for text in [
            "Traceback (most recent call last):\n",
            "  File \"/usr/lib/pool.py\", line 1, in worker\n",
            "    run()\n",
            "  File \"main.py\", line 3, in work\n",
            "ValueError: no\n",
        ] {
            console.print(&output("A", Stream::Stderr, text));
            console.print(&output("B", Stream::Stderr, &text.replace("line 3", "line 8")));
        }
        let lines: Vec<_> = console.exceptions().iter().map(|(_, exception)| exception.line).collect();
        assert_eq!(lines, [3, 8]);
        assert_eq!(console.foreign_frames(), 2);
    }
}
