//! From bytes to text: decoding, joining neighbours, and the limit on output. Pure.
//!
//! Text is decoded for each process and stream by itself, so that a character whose bytes come in two writes is put together
//! even when others write in between. What is not UTF-8 becomes U+FFFD. Neighbouring pieces of one writer become one text.

use std::collections::HashMap;

use forkyard_wire::run::Stream;

use crate::console::Piece;

/// The longest text that is told at once, in bytes.
const LONGEST: usize = 64 * 1024;

/// Text of one process on one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    /// Who wrote.
    pub(crate) pid: u32,
    /// Where.
    pub(crate) stream: Stream,
    /// When its first piece was written: CLOCK_MONOTONIC, nanoseconds.
    pub(crate) t_ns: u64,
    /// What.
    pub(crate) text: String,
}

/// Whether more may be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// Yes.
    Left,
    /// No: something was left out.
    Exceeded,
}

/// Everything printed so far, as far as it still matters.
#[derive(Debug)]
pub(crate) struct Transcript {
    left: u64,
    exceeded: bool,
    unfinished: HashMap<(u32, Stream), Vec<u8>>,
    last_ns: u64,
}

impl Transcript {
    /// Nothing printed yet; at most `limit` bytes may be.
    pub(crate) fn new(limit: u64) -> Self {
        Transcript { left: limit, exceeded: false, unfinished: HashMap::new(), last_ns: 0 }
    }

    /// Takes pieces in the order in which they were written and gives texts in the same order.
    pub(crate) fn take(&mut self, pieces: Vec<Piece>) -> Vec<Text> {
        let mut texts: Vec<Text> = Vec::new();
        for piece in pieces {
            if let Some(text) = self.decode(piece) {
                join(&mut texts, text);
            }
        }
        texts
    }

    /// Whether the limit was reached.
    pub(crate) fn room(&self) -> Room {
        if self.exceeded { Room::Exceeded } else { Room::Left }
    }

    /// The beginnings of characters whose rest never came.
    pub(crate) fn finish(&mut self) -> Vec<Text> {
        let t_ns = self.last_ns;
        let mut rests: Vec<_> = self.unfinished.drain().collect();
        rests.sort_by_key(|((pid, stream), _)| (*pid, *stream == Stream::Stderr));
        let text = char::REPLACEMENT_CHARACTER.to_string();
        rests.into_iter().map(|((pid, stream), _)| Text { pid, stream, t_ns, text: text.clone() }).collect()
    }

    fn decode(&mut self, piece: Piece) -> Option<Text> {
        let Piece { pid, stream, t_ns, mut bytes } = piece;
        if bytes.len() as u64 > self.left {
            self.exceeded = true;
            bytes.truncate(self.left as usize);
        }
        self.left -= bytes.len() as u64;
        // The kernel stamps a piece before it queues it: two writers may overtake each other by a moment.
        self.last_ns = self.last_ns.max(t_ns);
        let bytes = match self.unfinished.remove(&(pid, stream)) {
            Some(mut begun) => {
                begun.extend_from_slice(&bytes);
                begun
            }
            None => bytes,
        };
        let (text, rest) = text_of(&bytes);
        // A character cut by the limit is not the program's mistake.
        if !rest.is_empty() && !self.exceeded {
            self.unfinished.insert((pid, stream), rest.to_vec());
        }
        (!text.is_empty()).then_some(Text { pid, stream, t_ns: self.last_ns, text })
    }
}

fn join(texts: &mut Vec<Text>, text: Text) {
    match texts.last_mut() {
        Some(last) if (last.pid, last.stream) == (text.pid, text.stream) && last.text.len() + text.text.len() <= LONGEST => {
            last.text.push_str(&text.text);
        }
        _ => texts.push(text),
    }
}

/// The text of the bytes, and the beginning of a character at their end.
fn text_of(bytes: &[u8]) -> (String, &[u8]) {
    let mut text = String::with_capacity(bytes.len());
    let mut left = bytes;
    loop {
        match std::str::from_utf8(left) {
            Ok(rest) => {
                text.push_str(rest);
                return (text, &[]);
            }
            Err(error) => {
                let (good, bad) = left.split_at(error.valid_up_to());
                text.push_str(&String::from_utf8_lossy(good));
                let Some(length) = error.error_len() else {
                    return (text, bad);
                };
                text.push(char::REPLACEMENT_CHARACTER);
                left = &bad[length..];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(pid: u32, stream: Stream, bytes: &[u8]) -> Piece {
        Piece { pid, stream, t_ns: 1, bytes: bytes.to_vec() }
    }

    fn told(texts: &[Text]) -> Vec<(u32, &str)> {
        texts.iter().map(|text| (text.pid, text.text.as_str())).collect()
    }

    #[test]
    fn a_character_split_over_writes_is_put_together_even_across_others() {
        let mut transcript = Transcript::new(100);
        let bytes = "ü".as_bytes();
        let texts = transcript.take(vec![
            piece(2, Stream::Stdout, &bytes[..1]),
            piece(3, Stream::Stdout, b"x"),
            piece(2, Stream::Stdout, &bytes[1..]),
        ]);
        assert_eq!(told(&texts), [(3, "x"), (2, "ü")]);
        assert!(transcript.finish().is_empty());
    }

    #[test]
    fn what_is_not_utf_8_is_replaced_and_nul_is_kept() {
        let mut transcript = Transcript::new(100);
        let texts = transcript.take(vec![piece(2, Stream::Stdout, b"a\xff\0b\xe2\x82")]);
        assert_eq!(told(&texts), [(2, "a\u{fffd}\0b")]);
        assert_eq!(told(&transcript.finish()), [(2, "\u{fffd}")]);
    }

    #[test]
    fn neighbours_of_one_writer_become_one_text() {
        let mut transcript = Transcript::new(100);
        let texts = transcript.take(vec![
            piece(2, Stream::Stdout, b"a"),
            piece(2, Stream::Stdout, b"b"),
            piece(2, Stream::Stderr, b"c"),
            piece(2, Stream::Stdout, b"d"),
        ]);
        assert_eq!(told(&texts), [(2, "ab"), (2, "c"), (2, "d")]);
    }

    #[test]
    fn the_first_part_is_kept_when_there_is_too_much() {
        let mut transcript = Transcript::new(3);
        assert_eq!(told(&transcript.take(vec![piece(2, Stream::Stdout, b"ab")])), [(2, "ab")]);
        assert_eq!(transcript.room(), Room::Left);
        let bytes = "cü".as_bytes();
        assert_eq!(told(&transcript.take(vec![piece(2, Stream::Stderr, bytes)])), [(2, "c")]);
        assert_eq!(transcript.room(), Room::Exceeded);
        assert!(transcript.take(vec![piece(2, Stream::Stdout, b"x")]).is_empty());
    }
}
