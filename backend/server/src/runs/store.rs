//! The timelines of the last finished runs, bounded in number and in bytes; the oldest go first.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::limits;

/// The most that one run's timeline may take, in bytes: a quarter of the whole.
pub(crate) const RUN_BYTES: usize = limits::STORED_BYTES / 4;

/// The timeline of a run, as the runner sent it.
#[derive(Debug, Clone, Default)]
pub(crate) enum Timeline {
    /// Its chunks, each a JSON text.
    Chunks(Arc<Vec<String>>),
    /// The run was made without one.
    #[default]
    None,
    /// It grew past [`RUN_BYTES`].
    TooLarge,
}

impl Timeline {
    fn bytes(&self) -> usize {
        match self {
            Timeline::Chunks(chunks) => chunks.iter().map(String::len).sum(),
            Timeline::None | Timeline::TooLarge => 0,
        }
    }
}

/// Gathers a timeline while its run goes on.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    chunks: Vec<String>,
    bytes: usize,
}

impl Gathered {
    /// Adds a chunk, as long as there is room.
    pub(crate) fn add(&mut self, chunk: &str) {
        self.bytes = self.bytes.saturating_add(chunk.len());
        if self.bytes <= RUN_BYTES {
            self.chunks.push(chunk.to_owned());
        } else {
            self.chunks = Vec::new();
        }
    }

    /// What was gathered.
    pub(crate) fn finish(self) -> Timeline {
        match self.bytes {
            0 => Timeline::None,
            bytes if bytes > RUN_BYTES => Timeline::TooLarge,
            _ => Timeline::Chunks(Arc::new(self.chunks)),
        }
    }
}

/// The last finished runs.
#[derive(Debug, Default)]
pub(crate) struct Store {
    runs: VecDeque<(String, Timeline)>,
    bytes: usize,
}

impl Store {
    /// Keeps a finished run, and lets the oldest go when there are too many or they are too large.
    pub(crate) fn keep(&mut self, id: String, timeline: Timeline) {
        self.bytes += timeline.bytes();
        self.runs.push_back((id, timeline));
        while self.runs.len() > limits::STORED_RUNS || self.bytes > limits::STORED_BYTES {
            let Some((_, oldest)) = self.runs.pop_front() else { break };
            self.bytes -= oldest.bytes();
        }
    }

    /// The timeline of a run that is still kept.
    pub(crate) fn get(&self, id: &str) -> Option<Timeline> {
        self.runs.iter().find(|(kept, _)| kept == id).map(|(_, timeline)| timeline.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline(bytes: usize) -> Timeline {
        let mut gathered = Gathered::default();
        gathered.add(&"x".repeat(bytes));
        gathered.finish()
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let mut store = Store::default();
        for number in 0..=limits::STORED_RUNS {
            store.keep(number.to_string(), timeline(10));
        }
        assert!(store.get("0").is_none());
        assert!(matches!(store.get("1"), Some(Timeline::Chunks(_))));
    }

    #[test]
    fn the_oldest_go_when_they_are_too_large() {
        let mut store = Store::default();
        for number in 0..5 {
            store.keep(number.to_string(), timeline(RUN_BYTES));
        }
        assert!(store.get("0").is_none() && store.get("1").is_some());
        assert!(store.bytes <= limits::STORED_BYTES);
    }

    #[test]
    fn a_timeline_past_the_bound_is_not_kept_in_part() {
        assert!(matches!(timeline(RUN_BYTES + 1), Timeline::TooLarge));
        assert!(matches!(Gathered::default().finish(), Timeline::None));
    }
}
