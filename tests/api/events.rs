//! A run's events as they come over HTTP.

use reqwest::Response;
use serde_json::Value;

/// One event.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) data: Value,
}

/// The events of a run; dropping it closes the connection.
pub(crate) struct Events {
    response: Response,
    read: Vec<u8>,
    seen: Vec<Event>,
}

impl Events {
    pub(crate) fn of(response: Response) -> Self {
        Events { response, read: Vec::new(), seen: Vec::new() }
    }

    /// The next event; `None` when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(end) = self.read.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.read.drain(..end + 2).collect();
                if let Some(event) = parse(std::str::from_utf8(&block).expect("UTF-8")) {
                    self.seen.push(event.clone());
                    return Some(event);
                }
                continue;
            }
            let part = self.response.chunk().await.expect("the stream goes on")?;
            self.read.extend_from_slice(&part);
        }
    }

    /// Reads until an event of this name.
    pub(crate) async fn until(&mut self, name: &str) -> Value {
        loop {
            let event = self.next().await.unwrap_or_else(|| panic!("the stream ended before {name}: {:?}", self.seen));
            if event.name == name {
                return event.data;
            }
        }
    }

    /// Reads until this text was printed.
    pub(crate) async fn until_printed(&mut self, text: &str) {
        while !self.printed().contains(text) {
            assert!(self.next().await.is_some(), "the stream ended before {text:?} was printed: {:?}", self.seen);
        }
    }

    /// Reads to the end, gives the last event's data, and asserts what holds for every run.
    pub(crate) async fn finished(&mut self) -> Value {
        while self.next().await.is_some() {}
        let last = self.seen.last().expect("an event").clone();
        assert_eq!(last.name, "finished", "{:?}", self.seen);
        assert!(self.seen.windows(2).all(|pair| pair[0].id < pair[1].id), "ids grow");
        last.data
    }

    /// What was read so far.
    pub(crate) fn seen(&self) -> &[Event] {
        &self.seen
    }

    /// What was printed so far, on both streams.
    pub(crate) fn printed(&self) -> String {
        self.seen.iter().filter(|event| event.name == "output").filter_map(|event| event.data["text"].as_str()).collect()
    }
}

fn parse(block: &str) -> Option<Event> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    Some(Event {
        name: field("event")?.to_owned(),
        id: field("id")?.parse().expect("a number"),
        data: serde_json::from_str(field("data")?).expect("JSON"),
    })
}
