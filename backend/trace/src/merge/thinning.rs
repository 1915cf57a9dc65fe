//! What is told of a run that does more than anybody can look at: the first rows all, then only what lasts.
//!
//! Two workers at a lock make 700 000 rows a second. A page holds some millions of rows, and a run may last a minute.

use forkyard_wire::timeline::{Category, Chunk};

/// So many segments and arrows are told, however short.
const WHOLE: u64 = 2_000_000;

/// Of those after them the ones that last so long, in nanoseconds. Of a lane there are a thousand in a second.
const LASTING_NS: u64 = 1_000_000;

/// How much was told.
#[derive(Debug, Default)]
pub(crate) struct Thinning {
    told: u64,
    short: u64,
}

impl Thinning {
    /// Takes out of a chunk what is not told. Lives are told whole.
    pub(crate) fn thin(&mut self, chunk: &mut Chunk) {
        if self.told >= WHOLE {
            let all = rows(chunk);
            let segments = chunk.segments.iter();
            let lasts = |start: u64, end: u64| end.saturating_sub(start) >= LASTING_NS;
            chunk.segments =
                segments.filter(|row| row.kind.category() == Category::Lifecycle || lasts(row.start, row.end)).collect();
            chunk.arrows = chunk.arrows.iter().filter(|arrow| lasts(arrow.sent, arrow.received)).collect();
            self.short += all - rows(chunk);
        }
        self.told += rows(chunk);
    }

    /// How many were not told so far.
    pub(crate) fn short(&self) -> u64 {
        self.short
    }
}

fn rows(chunk: &Chunk) -> u64 {
    (chunk.segments.len() + chunk.arrows.len()) as u64
}

#[cfg(test)]
mod tests {
    use forkyard_wire::timeline::SegmentKind;

    use super::*;
    use crate::merge::segment;

    fn chunk(kind: SegmentKind, length: u64, count: usize) -> Chunk {
        Chunk { segments: std::iter::repeat_n(segment(1, kind, 0, length), count).collect(), ..Chunk::default() }
    }

    #[test]
    fn the_first_rows_are_told_all_and_then_those_that_last() {
        let mut thinning = Thinning::default();
        let mut left = |mut chunk: Chunk| {
            thinning.thin(&mut chunk);
            (chunk.segments.len(), thinning.short())
        };
        assert_eq!(left(chunk(SegmentKind::Hold, 5, WHOLE as usize)), (WHOLE as usize, 0));
        assert_eq!(left(chunk(SegmentKind::Hold, 5, 7)), (0, 7));
        assert_eq!(left(chunk(SegmentKind::Hold, LASTING_NS, 7)), (7, 7));
        assert_eq!(left(chunk(SegmentKind::Exit, 5, 3)), (3, 7));
    }
}
