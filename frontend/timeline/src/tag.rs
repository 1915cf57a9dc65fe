//! What is written into a piece when there is room: a name, or only a letter. Colour alone says nothing to some eyes.

use forkyard_wire::timeline::{Segment, SegmentKind};

use crate::band::BandKind;
use crate::state::State;
use crate::trace::{SegmentId, Trace};
use forkyard_pixels::Piece;

/// What is written into a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Where there is room: `counter_lock`, `boot`, `square 7`.
    pub text: String,
    /// Where there is little: a capital letter for a wait, a small one for a phase of life. Empty where none is needed.
    pub letter: &'static str,
}

/// The tag of a piece on a band; none where the colour is the only thing to say.
pub fn tag(trace: &Trace, band: BandKind, piece: &Piece) -> Option<Tag> {
    let row = trace.segment(SegmentId(piece.row))?;
    let object = || trace.object(row.object).map(|object| object.name.clone());
    let tag = |text: String, letter| Some(Tag { text, letter });
    match (band, piece.class.state()) {
        (BandKind::Hold | BandKind::Gil | BandKind::Level(_) | BandKind::Used, _) => None,
        (BandKind::Core, _) => trace.lane(row.holder).and_then(|lane| tag(lane.name.clone(), "")),
        (BandKind::Holder, _) => trace.lane(row.lane).and_then(|lane| tag(lane.name.clone(), "")),
        (BandKind::Task, _) => {
            let function = trace.string(row.detail).unwrap_or("task");
            tag(format!("{function} {}", row.index), "")
        }
        (BandKind::Main, Some(State::Wait)) => tag(object().unwrap_or_else(|| unnamed(trace, row)), letter(row.kind)),
        (BandKind::Main, Some(State::Start | State::Ended)) => tag(row.kind.name().to_owned(), letter(row.kind)),
        (BandKind::Main, Some(State::Runnable)) => tag("ready".to_owned(), ""),
        (BandKind::Main, _) => None,
    }
}

/// A wait for something that has no name of its own.
fn unnamed(trace: &Trace, row: &Segment) -> String {
    let joined = trace.lane(row.released_by).map(|lane| format!(" {}", lane.name)).unwrap_or_default();
    match row.kind {
        SegmentKind::ProcessJoin | SegmentKind::ThreadJoin => format!("join{joined}"),
        SegmentKind::Gil => "GIL".to_owned(),
        kind => kind.name().to_owned(),
    }
}

/// The letter of a kind.
pub fn letter(kind: SegmentKind) -> &'static str {
    use SegmentKind::*;
    match kind {
        Fork => "f",
        Exec => "x",
        Boot => "b",
        Import => "i",
        Unpickle => "u",
        Exit => "e",
        Zombie => "z",
        LockAcquire => "L",
        QueueGet | QueuePut => "Q",
        ConnectionRecv | ConnectionSend => "P",
        ProcessJoin | ThreadJoin => "J",
        EventWait => "E",
        ConditionWait => "C",
        BarrierWait => "B",
        SemaphoreAcquire => "S",
        AsyncResultGet => "R",
        Sleep => "Z",
        Gil => "G",
        Input => "I",
        Run | Runnable | Hold | Task | OnCore | GilHold => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::*;

    fn text(lane: u32, band: BandKind, ms: u64) -> Option<String> {
        let trace = trace();
        let piece = trace.pieces(lane, band)?.at(ms * MS)?;
        tag(&trace, band, &piece).map(|tag| tag.text)
    }

    #[test]
    fn a_piece_is_tagged_with_the_programs_own_names() {
        assert_eq!(text(SECOND, BandKind::Main, 45).as_deref(), Some("counter_lock"));
        assert_eq!(text(FIRST, BandKind::Task, 45).as_deref(), Some("square 7"));
        assert_eq!(text(CORE_1, BandKind::Core, 45).as_deref(), Some("Process-1"));
        assert_eq!(text(SECOND, BandKind::Main, 20), None);
    }
}
