//! Messages: each that was sent and received becomes one arrow.

use std::collections::HashMap;

use forkyard_wire::timeline::Arrow;

/// Messages on their way that are remembered, at most. More than that is not a program whose arrows anybody can look at.
const KEPT: usize = 1 << 20;

/// One end of a message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    pub(crate) lane: u32,
    pub(crate) at: u64,
    pub(crate) bytes: u32,
}

/// Which message: its object, and its number there.
pub(crate) type Number = (u32, u32);

/// The messages of which one end is known.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    sent: HashMap<Number, End>,
    received: HashMap<Number, End>,
    /// What each lane received last: when, and from whom.
    last: HashMap<u32, (u64, u32)>,
}

impl Messages {
    /// A message was sent.
    pub(crate) fn sent(&mut self, number: Number, end: End) -> Option<Arrow> {
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

    /// Who sent what a lane received last, if that was at or after `start`.
    pub(crate) fn sender_since(&self, lane: u32, start: u64) -> Option<u32> {
        self.last.get(&lane).filter(|(at, _)| *at >= start).map(|&(_, from)| from)
    }

    /// A lane ended.
    pub(crate) fn forget_lane(&mut self, lane: u32) {
        self.last.remove(&lane);
    }
}

fn arrow((object, _): Number, sent: End, received: End) -> Arrow {
    Arrow {
        object,
        bytes: sent.bytes.max(received.bytes),
        from: sent.lane,
        sent: sent.at.min(received.at),
        to: received.lane,
        received: received.at,
        pickling: 0,
        unpickling: 0,
    }
}
