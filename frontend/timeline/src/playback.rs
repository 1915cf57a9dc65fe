//! A recorded run, played again: at each moment the chunk that would have come by then.

use forkyard_wire::timeline::{Chunk, Lane, Segment};

use crate::findings::Findings;
use crate::order::by_key;

/// A recorded run and how far it has been played.
#[derive(Debug, Clone)]
pub struct Playback {
    whole: Chunk,
    segments: Vec<Segment>,
    findings: Findings,
    played_ns: u64,
    /// Whether strings and objects were given out.
    begun: bool,
}

impl Playback {
    /// A run from its chunks, at its beginning.
    pub fn of<'a>(chunks: impl IntoIterator<Item = &'a Chunk>) -> Self {
        let mut whole = Chunk::default();
        let (mut segments, mut findings) = (Vec::new(), Findings::default());
        let mut open = Vec::new();
        for chunk in chunks {
            whole.to_ns = whole.to_ns.max(chunk.to_ns);
            whole.lost = whole.lost.max(chunk.lost);
            for lane in &chunk.lanes {
                whole.lanes.retain(|other| other.id != lane.id);
                whole.lanes.push(lane.clone());
            }
            for object in &chunk.objects {
                whole.objects.retain(|other| other.id != object.id);
                whole.objects.push(object.clone());
            }
            whole.strings.extend(chunk.strings.iter().cloned());
            whole.marks.extend(chunk.marks.iter().cloned());
            whole.arrows.extend(chunk.arrows.iter());
            findings.apply(chunk);
            segments.extend(chunk.segments.iter());
            open = chunk.open.iter().collect();
        }
        segments.extend(open);
        by_key(&mut whole.lanes, |lane| (lane.id.into(), 0));
        Self { whole, segments, findings, played_ns: 0, begun: false }
    }

    /// The length of the run in nanoseconds.
    pub fn length_ns(&self) -> u64 {
        self.whole.to_ns
    }

    /// What came between the last call and this moment of the run.
    pub fn until(&mut self, t_ns: u64) -> Chunk {
        let (from, to) = (self.played_ns, t_ns.min(self.whole.to_ns));
        let first = !self.begun;
        let over = to == self.whole.to_ns;
        // What ended at the run's very last moment is final then, and at no earlier moment of the same value.
        let is_new = |end: u64| (end > from || first) && end <= to;
        let mut chunk = Chunk { to_ns: to, ..Chunk::default() };
        if first {
            chunk.strings = self.whole.strings.clone();
            chunk.objects = self.whole.objects.clone();
        }
        chunk.lanes = self.whole.lanes.iter().filter(|lane| lane.start_ns <= to).map(|lane| known(lane, to)).collect();
        chunk.segments = self.segments.iter().filter(|row| is_new(row.end)).copied().collect();
        let open = self.segments.iter().filter(|row| row.start <= to && row.end > to);
        chunk.open = open.map(|row| Segment { end: to, ..unfinished(row) }).collect();
        chunk.arrows = self.whole.arrows.iter().filter(|arrow| is_new(arrow.received)).collect();
        self.findings.tell(&mut chunk, is_new);
        chunk.marks = self.whole.marks.iter().filter(|mark| is_new(mark.at_ns)).cloned().collect();
        chunk.lost = if over { self.whole.lost } else { 0 };
        (self.played_ns, self.begun) = (to, true);
        chunk
    }

    /// Whether everything was played.
    pub fn is_over(&self) -> bool {
        self.begun && self.played_ns >= self.whole.to_ns
    }
}

/// A lane as it was known at a moment.
fn known(lane: &Lane, t_ns: u64) -> Lane {
    let ended = lane.end_ns.is_some_and(|end| end <= t_ns);
    if ended { lane.clone() } else { Lane { end_ns: None, exit_code: None, signal: None, cpu_ns: None, ..lane.clone() } }
}

/// A row as it was known before its end: nobody has ended it yet.
fn unfinished(row: &Segment) -> Segment {
    Segment { released_by: 0, ..*row }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{MS, chunk};

    #[test]
    fn a_chunk_holds_what_ended_since_the_last_and_what_goes_on() {
        let mut playback = Playback::of(&[chunk()]);
        playback.until(35 * MS);
        let next = playback.until(52 * MS);
        let ends: Vec<u64> = next.segments.iter().map(|row| row.end / MS).collect();
        assert!(ends.iter().all(|end| (36..=52).contains(end)) && !ends.is_empty(), "{ends:?}");
        assert!(next.open.iter().all(|row| row.end == 52 * MS && row.released_by == 0));
        assert!(!playback.is_over());
    }

    #[test]
    fn at_the_end_nothing_is_open() {
        let mut playback = Playback::of(&[chunk()]);
        let last = playback.until(u64::MAX);
        assert_eq!((last.segments.len(), last.open.len()), (chunk().segments.len(), 0));
        assert!(playback.is_over());
    }
}
