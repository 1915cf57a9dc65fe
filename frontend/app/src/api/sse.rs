//! Server-sent events out of bytes, as the HTML standard has them.
//!
//! Pure: pieces of any size go in, whole events come out. A piece may end in the middle of a line, of a line ending or of a
//! character. It does not reconnect and keeps no last event id: a run cannot be taken up again.

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerEvent {
    /// The `event:` field; `message` where there was none.
    pub name: String,
    /// The `data:` fields, joined by line feeds.
    pub data: String,
}

/// Takes pieces, gives events.
#[derive(Debug, Default)]
pub struct Parser {
    /// What has arrived of the line that is not finished.
    line: Vec<u8>,
    /// The last byte was a carriage return: a line feed that follows belongs to it.
    after_return: bool,
    /// Nothing has been taken yet: a byte order mark may come.
    begun: bool,
    name: String,
    data: Option<String>,
}

impl Parser {
    /// Before the first byte.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes and gives the events that they complete.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<ServerEvent> {
        let mut events = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            if std::mem::take(&mut self.after_return) && rest[0] == b'\n' {
                rest = &rest[1..];
                continue;
            }
            let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                self.line.extend_from_slice(rest);
                break;
            };
            self.line.extend_from_slice(&rest[..end]);
            self.after_return = rest[end] == b'\r';
            events.extend(self.end_line());
            rest = &rest[end + 1..];
        }
        events
    }

    fn end_line(&mut self) -> Option<ServerEvent> {
        let bytes = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&bytes);
        let mut line = text.as_ref();
        if !std::mem::replace(&mut self.begun, true) {
            line = line.strip_prefix('\u{feff}').unwrap_or(line);
        }
        if line.is_empty() {
            let name = std::mem::take(&mut self.name);
            let data = self.data.take()?;
            return Some(ServerEvent { name: if name.is_empty() { "message".to_owned() } else { name }, data });
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            // A comment, an id, a time to reconnect after, or a field of the future.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, data: &str) -> ServerEvent {
        ServerEvent { name: name.to_owned(), data: data.to_owned() }
    }

    /// Whole, and cut at every place.
    #[track_caller]
    fn check(stream: &str, expected: &[ServerEvent]) {
        let bytes = stream.as_bytes();
        for cut in 0..=bytes.len() {
            let mut parser = Parser::new();
            let mut events = parser.feed(&bytes[..cut]);
            events.extend(parser.feed(&bytes[cut..]));
            assert_eq!(events, expected, "cut at byte {cut}");
        }
        let mut parser = Parser::new();
        let events: Vec<_> = bytes.iter().flat_map(|byte| parser.feed(&[*byte])).collect();
        assert_eq!(events, expected, "byte by byte");
    }

    #[test]
    fn an_event_is_its_name_and_its_data() {
        check("event: output\ndata: {\"a\":1}\nid: 7\n\n", &[event("output", "{\"a\":1}")]);
    }

    #[test]
    fn a_character_may_be_cut() {
        check("event: output\ndata: 🐍 è\n\n", &[event("output", "🐍 è")]);
    }

    #[test]
    fn lines_end_as_they_like() {
        check(
            "event: a\r\ndata: 1\r\n\r\nevent: b\rdata: 2\r\revent: c\ndata: 3\n\n",
            &[event("a", "1"), event("b", "2"), event("c", "3")],
        );
    }

    #[test]
    fn data_of_several_lines_is_joined() {
        check("data: one\ndata:\ndata:  two\n\n", &[event("message", "one\n\n two")]);
    }

    #[test]
    fn comments_and_unknown_fields_are_passed_over() {
        check(": keep alive\n\nretry: 10\nwhat\nevent: a\n:\ndata: 1\n\n", &[event("a", "1")]);
    }

    #[test]
    fn a_name_without_data_is_no_event_and_names_no_other() {
        check("event: a\n\ndata: 1\n\n", &[event("message", "1")]);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_field() {
        check("\u{feff}data: 1\n\n", &[event("message", "1")]);
    }

    #[test]
    fn what_is_cut_off_at_the_end_is_no_event() {
        check("data: 1\n\ndata: 2\n", &[event("message", "1")]);
    }
}
