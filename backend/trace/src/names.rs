//! The names that events refer to by number, as records in a slot's names area. Pure: bytes in, values out.
//!
//! A record is a head of 12 bytes (kind, length of the text, two numbers, all little-endian) and its text in UTF-8.

/// No text of a record is longer, in bytes.
pub const TEXT_LIMIT: usize = 4096;

const HEAD: usize = 12;

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// A string of this process's events.
    String {
        /// Its id, from 1, unique within the process.
        id: u32,
        /// The string.
        text: String,
    },
    /// An object was made.
    Object {
        /// Its id, unique within the run.
        id: u32,
        /// `Lock`, `Queue` …
        kind: String,
        /// The variable it was assigned to; empty when unknown.
        name: String,
        /// The line that made it, 0 when unknown.
        line: u32,
    },
    /// `Process.name` of the process that owns the slot.
    Process {
        /// The name.
        name: String,
    },
    /// `Thread.name`.
    Thread {
        /// Whose.
        tid: u32,
        /// The name.
        name: String,
    },
}

impl Name {
    /// The record's bytes. Texts beyond [`TEXT_LIMIT`] are cut.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Name::String { id, text } => record(1, [*id, 0], text),
            Name::Object { id, kind, name, line } => record(2, [*id, *line], &format!("{}\0{name}", kind.replace('\0', ""))),
            Name::Process { name } => record(3, [0, 0], name),
            Name::Thread { tid, name } => record(4, [*tid, 0], name),
        }
    }

    /// The whole records at the start of `bytes`, and how many bytes they take. Bytes that are no record end it for good.
    pub fn decode_all(bytes: &[u8]) -> (Vec<Name>, usize) {
        let mut names = Vec::new();
        let mut at = 0;
        while let Some((name, length)) = decode(&bytes[at..]) {
            names.extend(name);
            at += length;
        }
        (names, at)
    }
}

/// The beginning of a text that fits, whole characters only.
fn cut(text: &str) -> &str {
    let mut end = text.len().min(TEXT_LIMIT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn record(kind: u16, numbers: [u32; 2], text: &str) -> Vec<u8> {
    let text = cut(text);
    let mut bytes = Vec::with_capacity(HEAD + text.len());
    bytes.extend(kind.to_le_bytes());
    bytes.extend((text.len() as u16).to_le_bytes());
    bytes.extend(numbers[0].to_le_bytes());
    bytes.extend(numbers[1].to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes
}

/// The first record and its length; the record is `None` when its kind is unknown.
fn decode(bytes: &[u8]) -> Option<(Option<Name>, usize)> {
    let (head, rest) = bytes.split_at_checked(HEAD)?;
    let number = |at: usize| head[at..].first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes));
    let kind = u16::from_le_bytes([head[0], head[1]]);
    let length = usize::from(u16::from_le_bytes([head[2], head[3]]));
    let (first, second) = (number(4)?, number(8)?);
    let text = String::from_utf8_lossy(rest.get(..length)?).into_owned();
    let name = match kind {
        1 => Some(Name::String { id: first, text }),
        2 => {
            let (kind, name) = text.split_once('\0').unwrap_or((&text, ""));
            Some(Name::Object { id: first, kind: kind.to_owned(), name: name.to_owned(), line: second })
        }
        3 => Some(Name::Process { name: text }),
        4 => Some(Name::Thread { tid: first, name: text }),
        _ => None,
    };
    Some((name, HEAD + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_survive_their_bytes() {
        let names = vec![
            Name::String { id: 1, text: "größe".into() },
            Name::Object { id: 70_000, kind: "Lock".into(), name: "counter_lock".into(), line: 14 },
            Name::Object { id: 2, kind: "Queue".into(), name: String::new(), line: 0 },
            Name::Process { name: "Process-2".into() },
            Name::Thread { tid: 9, name: "Thread-1".into() },
        ];
        let bytes: Vec<u8> = names.iter().flat_map(Name::encode).collect();
        assert_eq!(Name::decode_all(&bytes), (names, bytes.len()));
    }

    #[test]
    fn a_cut_record_waits_for_its_rest() {
        let bytes = Name::Process { name: "MainProcess".into() }.encode();
        for end in 0..bytes.len() {
            assert_eq!(Name::decode_all(&bytes[..end]), (vec![], 0));
        }
    }

    #[test]
    fn an_unknown_record_is_passed_over() {
        let mut bytes = record(99, [1, 2], "later versions");
        bytes.extend(Name::Process { name: "a".into() }.encode());
        assert_eq!(Name::decode_all(&bytes).0, [Name::Process { name: "a".into() }]);
    }

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        let Name::String { text, .. } = Name::decode_all(&Name::String { id: 1, text: "ä".repeat(4000) }.encode()).0.remove(0)
        else {
            panic!("another record");
        };
        assert_eq!(text, "ä".repeat(2048));
    }
}
