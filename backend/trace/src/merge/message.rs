//! Messages: each that was sent and received becomes one arrow.

use forkyard_wire::timeline::Arrow;

use super::table::Table;

/// Messages on their way that are remembered, at most. More than that is not a program whose arrows anybody can look at.
const KEPT: usize = 1 << 20;

/// Unpickling is told at its end: that is waited for as long as it takes to pickle the message so many times.
const SLOWER: u64 = 20;

/// In the number of a message of a pipe: it goes the other way.
const SIDE: u32 = 1 << 31;

/// The engine's own share of a message, bytes: what kind of object follows. What is told is what the program sent.
const TAG: u32 = 1;

/// One end of a message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    pub(crate) lane: u32,
    pub(crate) at: u64,
    pub(crate) bytes: u32,
    /// How long it was pickled, in nanoseconds.
    pub(crate) pickling: u32,
}

/// Which message: its object, and its number there.
pub(crate) type Number = (u32, u32);

/// Whether every event was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    All,
    Some,
}

/// What passed in one direction.
#[derive(Debug, Clone, Copy, Default)]
struct Passed {
    /// The highest number sent.
    sent: u32,
    /// How many were received.
    received: u32,
    /// The highest number received.
    last: u32,
}

/// The messages of which one end is known.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    sent: Table<Number, End>,
    received: Table<Number, End>,
    /// How long those were pickled that have not been sent.
    pickled: Table<Number, u32>,
    /// What each lane received last: when, and from whom.
    last: Table<u32, (u64, u32)>,
    /// What each lane received last, while it may still be told how long that was unpickled.
    unpickling: Table<u32, (Number, Arrow)>,
    /// What passed in each object and direction.
    passed: Table<Number, Passed>,
}

impl Messages {
    /// A message was sent.
    pub(crate) fn sent(&mut self, number: Number, mut end: End) -> Option<Arrow> {
        if !self.pickled.is_empty() {
            end.pickling = self.pickled.remove(&number).unwrap_or(end.pickling);
        }
        let (way, count) = split(number);
        let passed = self.passed.entry(way).or_default();
        passed.sent = passed.sent.max(count);
        if let Some(received) = self.received.remove(&number) {
            return Some(arrow(number, end, received));
        }
        if self.sent.len() < KEPT {
            self.sent.insert(number, end);
        }
        None
    }

    /// A message was received.
    pub(crate) fn received(&mut self, number: Number, end: End) -> Option<Arrow> {
        let (way, count) = split(number);
        let passed = self.passed.entry(way).or_default();
        passed.received = passed.received.saturating_add(1);
        passed.last = passed.last.max(count);
        let sent = self.sent.remove(&number);
        self.last.insert(end.lane, (end.at, sent.map_or(0, |sent| sent.lane)));
        match sent {
            Some(sent) => Some(arrow(number, sent, end)),
            None => {
                if self.received.len() < KEPT {
                    self.received.insert(number, end);
                }
                None
            }
        }
    }

    /// How many messages lie in an object, both ways together. Where events were lost, as if the oldest had been taken each time.
    pub(crate) fn depth(&self, object: u32, seen: Seen) -> u32 {
        let received = |passed: &Passed| if seen == Seen::All { passed.received } else { passed.last };
        let way = |side: u32| self.passed.get(&(object, side)).map_or(0, |passed| passed.sent.saturating_sub(received(passed)));
        way(0).saturating_add(way(SIDE))
    }

    /// It is told how long a message was pickled, as a rule before it is sent.
    pub(crate) fn pickled(&mut self, number: Number, nanoseconds: u32) {
        if let Some(end) = self.sent.get_mut(&number) {
            end.pickling = nanoseconds;
        } else if self.pickled.len() < KEPT {
            self.pickled.insert(number, nanoseconds);
        }
    }

    /// Keeps an arrow until its receiver has told how long it unpickled the message; gives the one kept before.
    pub(crate) fn keep(&mut self, number: Number, arrow: Arrow) -> Option<Arrow> {
        self.unpickling.insert(arrow.to, (number, arrow)).map(|(_, before)| before)
    }

    /// A lane tells how long it unpickled a message.
    pub(crate) fn unpickled(&mut self, lane: u32, number: Number, nanoseconds: u32) -> Option<Arrow> {
        let (_, arrow) = self.unpickling.remove(&lane).filter(|(kept, _)| *kept == number)?;
        Some(Arrow { unpickling: nanoseconds, ..arrow })
    }

    /// The arrows kept whose message was received at or before `t`, and whose unpickling would have been told by then.
    pub(crate) fn take_kept_until(&mut self, t: u64) -> Vec<Arrow> {
        let mut taken: Vec<Arrow> =
            self.unpickling.extract_if(|_, (_, arrow)| overdue(arrow) <= t).map(|(_, (_, arrow))| arrow).collect();
        taken.sort_by_key(|arrow| arrow.received);
        taken
    }

    /// Who sent what a lane received last, if that was at or after `start`.
    pub(crate) fn sender_since(&self, lane: u32, start: u64) -> Option<u32> {
        self.last.get(&lane).filter(|(at, _)| *at >= start).map(|&(_, from)| from)
    }

    /// A lane ended: the arrow kept for it.
    pub(crate) fn forget_lane(&mut self, lane: u32) -> Option<Arrow> {
        self.last.remove(&lane);
        self.unpickling.remove(&lane).map(|(_, arrow)| arrow)
    }
}

/// From when on nobody waits for a message's unpickling any more.
fn overdue(arrow: &Arrow) -> u64 {
    arrow.received + SLOWER * u64::from(arrow.pickling)
}

/// The way of a message, and its number there: a pipe has two ways, told apart by the highest bit.
fn split((object, number): Number) -> (Number, u32) {
    ((object, number & SIDE), number & !SIDE)
}

fn arrow((object, _): Number, sent: End, received: End) -> Arrow {
    Arrow {
        object,
        bytes: sent.bytes.max(received.bytes).saturating_sub(TAG),
        from: sent.lane,
        sent: sent.at.min(received.at),
        to: received.lane,
        received: received.at,
        pickling: sent.pickling,
        unpickling: 0,
    }
}
