//! A recorded run that comes with the page, so that a picture lives before any server was asked.

use forkyard_wire::timeline::Chunk;

/// One chunk, or several in a list, as the server sent them.
const RECORDED: &str = include_str!("../../app/assets/demo-run.json");

/// The recorded run's chunks, in order. Play them with [`crate::Playback`].
pub fn demo() -> Vec<Chunk> {
    serde_json::from_str(RECORDED).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use forkyard_wire::timeline::LaneKind;

    use super::*;
    use crate::totals::cores_used;
    use crate::trace::Trace;

    #[test]
    fn the_recorded_run_shows_what_the_home_page_promises() {
        let mut trace = Trace::new();
        demo().iter().for_each(|chunk| trace.apply(chunk));
        let processes = trace.lanes().iter().filter(|lane| lane.kind == LaneKind::Process).count();
        assert!(processes >= 3, "a main process and two workers, not {processes}");
        assert!(!trace.arrows().is_empty(), "a message");
        assert!(cores_used(&trace, (0, trace.end_ns())).is_some_and(|cores| cores > 1.2), "two cores at once");
        assert_eq!(trace.lost(), 0);
    }
}
