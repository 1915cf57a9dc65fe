//! Python's tracebacks, read line by line off standard error: which line of the learner's program an exception left from.
//!
//! It reads what CPython prints and nothing else; a program that prints a traceback by itself is believed.

/// The file that the learner's program is run from.
const MAIN: &str = "main.py";

/// An exception that was printed with its traceback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The last line of the learner's program in the traceback, from 1.
    pub line: u32,
    /// `ValueError: not a number`.
    pub text: String,
}

/// What a line of standard error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// Anything: also the head of a traceback and its last line.
    Plain,
    /// A frame of the learner's program, and the code below it.
    OwnFrame,
    /// A frame inside Python, and the code below it: folded at first.
    ForeignFrame,
}

/// Reads one process's standard error.
#[derive(Debug, Default)]
pub struct Reader {
    state: State,
    line: Option<u32>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Outside,
    /// Between the head and the last line.
    Inside,
    InOwnFrame,
    InForeignFrame,
}

impl Reader {
    /// Takes a whole line without its ending.
    pub fn read(&mut self, text: &str) -> (LineKind, Option<Exception>) {
        // A group of exceptions has its own traceback behind a line at the margin.
        let text = text.strip_prefix("  | ").or(text.strip_prefix("  + Exception Group ")).unwrap_or(text);
        if text.starts_with("Traceback (most recent call last):") {
            self.state = State::Inside;
            self.line = None;
            return (LineKind::Plain, None);
        }
        // A syntax error has a frame and no head.
        if let Some((file, line)) = frame(text) {
            let own = file == MAIN || file.ends_with("/main.py");
            if own {
                self.line = Some(line);
            }
            self.state = if own { State::InOwnFrame } else { State::InForeignFrame };
            return (self.kind(), None);
        }
        if self.state == State::Outside {
            return (LineKind::Plain, None);
        }
        if text.starts_with("    ") || text.starts_with("  [Previous line repeated") {
            return (self.kind(), None);
        }
        self.state = State::Outside;
        let line = self.line.take();
        (LineKind::Plain, line.filter(|_| !text.is_empty()).map(|line| Exception { line, text: text.to_owned() }))
    }

    fn kind(&self) -> LineKind {
        match self.state {
            State::InOwnFrame => LineKind::OwnFrame,
            State::InForeignFrame => LineKind::ForeignFrame,
            State::Outside | State::Inside => LineKind::Plain,
        }
    }
}

/// `  File "/home/main.py", line 14, in work`.
fn frame(text: &str) -> Option<(&str, u32)> {
    let (file, rest) = text.strip_prefix("  File \"")?.split_once("\", line ")?;
    let digits = rest.split(|character: char| !character.is_ascii_digit()).next()?;
    Some((file, digits.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<LineKind>, Vec<Exception>) {
        let mut reader = Reader::default();
        let (kinds, exceptions): (Vec<_>, Vec<_>) = text.lines().map(|line| reader.read(line)).unzip();
        (kinds, exceptions.into_iter().flatten().collect())
    }

    #[test]
    fn the_last_line_of_the_program_is_where_it_left_from() {
        let (kinds, exceptions) = read(
            "Process Process-1:\nTraceback (most recent call last):\n  File \"/usr/lib/multiprocessing/process.py\", line 314, in \
             _bootstrap\n    self.run()\n    ~~~~~~~~^^\n  File \"/run/main.py\", line 4, in work\n    helper()\n  File \
             \"/run/main.py\", line 9, in helper\n    raise ValueError(\"no\")\nValueError: no\n",
        );
        assert_eq!(exceptions, [Exception { line: 9, text: "ValueError: no".to_owned() }]);
        use LineKind::{ForeignFrame, OwnFrame, Plain};
        let expected = [Plain, Plain, ForeignFrame, ForeignFrame, ForeignFrame, OwnFrame, OwnFrame, OwnFrame, OwnFrame, Plain];
        assert_eq!(kinds, expected);
    }

    #[test]
    fn the_line_is_the_callers_where_the_exception_came_from_inside_python() {
        let (_, exceptions) = read(
            "Traceback (most recent call last):\n  File \"/run/main.py\", line 3, in <module>\n    json.loads(\"\")\n  File \
             \"/usr/lib/json/decoder.py\", line 355, in raw_decode\n    raise\njson.decoder.JSONDecodeError: Expecting value\n",
        );
        assert_eq!(exceptions[0].line, 3);
    }

    #[test]
    fn a_syntax_error_has_a_line_and_no_head() {
        let (_, exceptions) = read("  File \"/run/main.py\", line 2\n    x = (\n        ^\nSyntaxError: '(' was never closed\n");
        assert_eq!(exceptions, [Exception { line: 2, text: "SyntaxError: '(' was never closed".to_owned() }]);
    }

    #[test]
    fn of_a_chain_each_exception_is_told() {
        let (_, exceptions) = read(
            "Traceback (most recent call last):\n  File \"main.py\", line 2, in f\n    1 / 0\nZeroDivisionError: division by \
             zero\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call \
             last):\n  File \"main.py\", line 4, in f\n    raise KeyError(1)\nKeyError: 1\n",
        );
        assert_eq!(exceptions.iter().map(|one| one.line).collect::<Vec<_>>(), [2, 4]);
    }

    #[test]
    fn a_group_of_exceptions_left_from_its_own_line() {
        let text = "  + Exception Group Traceback (most recent call last):\n  |   File \"/home/learner/main.py\", line 4, in <module>\n  \
                    |     raise ExceptionGroup(\"two\", both)\n  | ExceptionGroup: two (2 sub-exceptions)\n  +-+---------------- 1 \
                    ----------------\n    | ValueError: 1\n    +---------------- 2 ----------------\n    | TypeError: 2";
        let (_, exceptions) = read(text);
        assert_eq!(exceptions, [Exception { line: 4, text: "ExceptionGroup: two (2 sub-exceptions)".to_owned() }]);
    }

    #[test]
    fn other_text_is_left_alone() {
        let (kinds, exceptions) = read("a warning\n    indented\nValueError: only printed\n");
        assert_eq!(kinds, [LineKind::Plain; 3]);
        assert!(exceptions.is_empty());
    }
}
