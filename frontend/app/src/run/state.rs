//! A run's state and the one place that changes it: [`Run::apply`].
//!
//! Pure but for the recording, which is the timeline's own value. It knows no network: who talks to the server tells it here.

use std::rc::Rc;

use forkyard_wire::run::{Finished, Outcome, RunEvent, RunRequest, Started};
use forkyard_wire::timeline::{Chunk, SegmentKind};

use super::console::Console;
use super::traceback::Exception;
use crate::api::{ApiError, ServerEvent, read_event};
use crate::timeline::Recording;

/// How far a run has come.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Phase {
    /// Nothing was run yet.
    #[default]
    Idle,
    /// The server has been asked.
    Asked,
    /// It waits for its turn; 1 is next.
    Queued {
        /// Its place.
        position: u32,
    },
    /// The interpreter starts.
    Starting,
    /// The program runs.
    Running,
    /// The program waits for a line of input.
    WaitingForInput,
    /// It is over.
    Ended(Finished),
    /// The page gave it up before the server said how it ended.
    Stopped,
    /// The server would not run it.
    Refused {
        /// Why, in a sentence.
        detail: String,
    },
    /// There is no server any more.
    ServerGone {
        /// What happened.
        detail: String,
    },
}

impl Phase {
    /// Whether there is something that could be stopped.
    pub fn is_going_on(&self) -> bool {
        matches!(self, Phase::Asked | Phase::Queued { .. } | Phase::Starting | Phase::Running | Phase::WaitingForInput)
    }

    /// Whether the program can be typed to.
    pub fn takes_input(&self) -> bool {
        matches!(self, Phase::Running | Phase::WaitingForInput)
    }
}

/// What can happen to a run.
#[cfg_attr(not(target_arch = "wasm32"), expect(clippy::large_enum_variant, reason = "nearly every action is an event"))]
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// The server is asked for it.
    Ask(Rc<RunRequest>),
    /// The server told something, as it came.
    Told(ServerEvent),
    /// The same, read.
    Event(RunEvent),
    /// The stream of events ended, or broke.
    Closed(Result<(), ApiError>),
    /// Whoever watches gave it up.
    GiveUp,
}

/// What is known of a run.
#[derive(Default)]
pub struct Run {
    /// How far it has come.
    pub phase: Phase,
    /// What was asked for.
    pub request: Option<Rc<RunRequest>>,
    /// What it got.
    pub started: Option<Started>,
    /// What it printed.
    pub console: Console,
    /// What its processes did.
    pub recording: Recording,
    /// Everything before this is known, nanoseconds since its zero.
    pub known_to_ns: u64,
    hues: Rc<Vec<(u32, u8)>>,
}

impl Run {
    /// Nothing was run yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets something happen.
    pub fn apply(&mut self, action: Action) {
        match action {
            Action::Ask(request) => *self = Run { phase: Phase::Asked, request: Some(request), ..Run::default() },
            // Who does not speak our language is not listened to again.
            Action::Told(_) | Action::Event(_) if matches!(self.phase, Phase::ServerGone { .. }) => {}
            Action::Told(event) => match read_event(&event) {
                Ok(event) => event.into_iter().for_each(|event| self.take(event)),
                Err(error) => self.phase = closed(Err(error)),
            },
            Action::Event(event) => self.take(event),
            Action::Closed(result) if self.phase.is_going_on() => self.phase = closed(result),
            Action::GiveUp if self.phase.is_going_on() => self.phase = Phase::Stopped,
            Action::Closed(_) | Action::GiveUp => {}
        }
    }

    /// The run's end, with its figures.
    pub fn finished(&self) -> Option<&Finished> {
        match &self.phase {
            Phase::Ended(finished) => Some(finished),
            _ => None,
        }
    }

    /// The exception that was told last; where it was passed on from a worker to its parent, the worker's.
    pub fn exception(&self) -> Option<&Exception> {
        let told = self.console.exceptions();
        let (lane, last) = told.last()?;
        told.iter().find(|(by, exception)| by == lane && exception.text == last.text).map(|(_, exception)| exception)
    }

    /// The lines of the program where exceptions left it.
    pub fn exception_lines(&self) -> Vec<u32> {
        self.console.exceptions().iter().map(|(_, exception)| exception.line).collect()
    }

    /// Each lane's hue, 1 to 8; a new value whenever one is added.
    pub fn hues(&self) -> Rc<Vec<(u32, u8)>> {
        self.hues.clone()
    }

    fn take(&mut self, event: RunEvent) {
        match event {
            RunEvent::Queued(queued) => self.phase = Phase::Queued { position: queued.position },
            RunEvent::Started(started) => {
                // The timeline says it where there are threads to see.
                let gil = Some(started.gil.clone());
                self.recording = self.recording.apply(&Chunk { gil, ..Chunk::default() });
                self.started = Some(started);
                self.phase = Phase::Starting;
            }
            RunEvent::Output(output) => {
                self.console.print(&output);
                self.begin();
            }
            RunEvent::Timeline(chunk) => {
                let shown = |kind| chunk.segments.iter().chain(chunk.open.iter()).any(|segment| segment.kind == kind);
                if self.phase == Phase::Starting && shown(SegmentKind::Run) {
                    self.begin();
                }
                let waits = chunk.open.iter().any(|segment| segment.kind == SegmentKind::Input);
                self.phase = match std::mem::take(&mut self.phase) {
                    Phase::Running if waits => Phase::WaitingForInput,
                    Phase::WaitingForInput if !waits => Phase::Running,
                    phase => phase,
                };
                self.known_to_ns = chunk.to_ns;
                self.recording = self.recording.apply(&chunk);
                if !chunk.lanes.is_empty() {
                    let trace = self.recording.trace();
                    self.hues = Rc::new(trace.lanes().iter().map(|lane| (lane.id, trace.hue(lane.id).0)).collect());
                }
            }
            RunEvent::Finished(finished) => self.phase = Phase::Ended(finished),
        }
    }

    /// The program was seen to do something.
    fn begin(&mut self) {
        if self.phase == Phase::Starting {
            self.phase = Phase::Running;
        }
    }
}

fn closed(result: Result<(), ApiError>) -> Phase {
    match result {
        Err(ApiError::Refused(problem)) => Phase::Refused { detail: problem.detail },
        Err(error) => Phase::ServerGone { detail: error.to_string() },
        Ok(()) => Phase::ServerGone { detail: "the connection ended before the run did".to_owned() },
    }
}

/// What a finished run's end is called, in a word or two.
pub fn outcome_name(finished: &Finished) -> &'static str {
    match finished.outcome {
        Outcome::Completed if finished.signal.is_some() => "Killed",
        Outcome::Completed if finished.exit_code.unwrap_or(0) != 0 => "Failed",
        Outcome::Completed => "Finished",
        Outcome::Stopped => "Stopped",
        Outcome::TimedOut => "Out of time",
        Outcome::OutOfMemory => "Out of memory",
        Outcome::TooMuchOutput => "Too much output",
        Outcome::TooManyProcesses => "Too many processes",
        Outcome::InternalError => "Forkyard failed",
    }
}

#[cfg(test)]
mod tests {
    use forkyard_wire::problem::Problem;
    use forkyard_wire::run::{Engine, Isolation, OnCore, Output, Queued, StartMethod, Stream, Workers};
    use forkyard_wire::timeline::{GilWatch, Lane, LaneKind, Segment};

    use super::*;

    fn asked() -> Run {
        let mut run = Run::new();
        run.apply(Action::Ask(Rc::new(RunRequest::new("print(1)"))));
        run
    }

    fn started() -> RunEvent {
        RunEvent::Started(Started {
            run: "r1".to_owned(),
            python: "3.13.0".to_owned(),
            start_method: StartMethod::Fork,
            engine: Engine::Forkyard,
            workers: Workers::Processes,
            cores: 2,
            isolation: Isolation::Full,
            on_core: OnCore::Exact,
            on_core_detail: None,
            gil: GilWatch { watched: true, reason: None },
        })
    }

    fn printed(stream: Stream, text: &str) -> RunEvent {
        RunEvent::Output(Output { stream, process: "MainProcess".to_owned(), lane: 1, at_ns: 1, text: text.to_owned() })
    }

    fn open(kind: SegmentKind) -> RunEvent {
        let segment =
            Segment { lane: 1, kind, start: 0, end: 9, object: 0, line: 1, holder: 0, released_by: 0, detail: 0, index: 0 };
        RunEvent::Timeline(Chunk { to_ns: 9, open: [segment].into_iter().collect(), ..Chunk::default() })
    }

    fn finished(outcome: Outcome) -> Finished {
        Finished {
            outcome,
            exit_code: Some(0),
            signal: None,
            wall_ns: 1,
            cpu_ns: 1,
            peak_memory_bytes: 1,
            processes: 1,
            cores_used: 1.0,
            output_truncated: false,
            message: None,
        }
    }

    #[test]
    fn a_run_goes_from_asked_to_ended() {
        let mut run = asked();
        assert_eq!(run.phase, Phase::Asked);
        let steps = [
            (RunEvent::Queued(Queued { position: 2 }), Phase::Queued { position: 2 }),
            (started(), Phase::Starting),
            (open(SegmentKind::Boot), Phase::Starting),
            (open(SegmentKind::Run), Phase::Running),
            (open(SegmentKind::Input), Phase::WaitingForInput),
            (open(SegmentKind::Run), Phase::Running),
            (RunEvent::Finished(finished(Outcome::Completed)), Phase::Ended(finished(Outcome::Completed))),
        ];
        for (event, expected) in steps {
            run.apply(Action::Event(event));
            assert_eq!(run.phase, expected);
        }
        run.apply(Action::Closed(Ok(())));
        assert!(run.finished().is_some(), "the end of the stream is no news after the end of the run");
    }

    #[test]
    fn output_alone_shows_that_the_program_runs() {
        let mut run = asked();
        run.apply(Action::Event(started()));
        run.apply(Action::Event(printed(Stream::Stdout, "1\n")));
        assert_eq!(run.phase, Phase::Running);
    }

    #[test]
    fn a_refusal_keeps_its_sentence() {
        let mut run = asked();
        let problem =
            Problem { kind: "/problems/x".to_owned(), title: "x".to_owned(), status: 429, detail: "Too many runs.".to_owned() };
        run.apply(Action::Closed(Err(ApiError::Refused(problem))));
        assert_eq!(run.phase, Phase::Refused { detail: "Too many runs.".to_owned() });
    }

    #[test]
    fn a_stream_that_ends_before_the_run_means_the_server_is_gone() {
        let mut run = asked();
        run.apply(Action::Event(started()));
        run.apply(Action::Event(printed(Stream::Stdout, "kept\n")));
        run.apply(Action::Closed(Ok(())));
        assert!(matches!(run.phase, Phase::ServerGone { .. }));
        assert_eq!(run.console.plain(), "kept\n");
    }

    #[test]
    fn giving_up_stops_only_what_goes_on() {
        let mut run = asked();
        run.apply(Action::GiveUp);
        assert_eq!(run.phase, Phase::Stopped);
        let mut run = asked();
        run.apply(Action::Event(RunEvent::Finished(finished(Outcome::TimedOut))));
        run.apply(Action::GiveUp);
        assert!(run.finished().is_some());
    }

    #[test]
    fn asking_again_forgets_the_run_before() {
        let mut run = asked();
        run.apply(Action::Event(started()));
        run.apply(Action::Event(printed(Stream::Stderr, "  File \"main.py\", line 2\nSyntaxError: no\n")));
        assert_eq!(run.exception_lines(), [2]);
        run.apply(Action::Ask(Rc::new(RunRequest::new("pass"))));
        assert!(run.exception_lines().is_empty());
        assert!(run.console.is_empty());
    }

    #[test]
    fn an_exception_that_came_from_a_worker_is_told_where_it_arose() {
        let mut run = asked();
        for text in [
            "\"\"\"\nTraceback (most recent call last):\n  File \"/usr/lib/pool.py\", line 125, in worker\n    result\n",
            "  File \"main.py\", line 5, in work\n    raise\nValueError: three\n\"\"\"\n\n",
            "The above exception was the direct cause of the following exception:\n\n",
            "Traceback (most recent call last):\n  File \"main.py\", line 10, in <module>\n    map\nValueError: three\n",
        ] {
            run.apply(Action::Event(printed(Stream::Stderr, text)));
        }
        assert_eq!(run.exception().map(|exception| exception.line), Some(5));
        assert_eq!(run.exception_lines(), [5, 10]);
    }

    #[test]
    fn a_process_has_the_hue_of_the_timeline() {
        let mut run = asked();
        let lane = |id| Lane {
            id,
            kind: LaneKind::Process,
            name: format!("Process-{id}"),
            parent: id - 1,
            pid: id,
            tid: id,
            start_ns: u64::from(id),
            end_ns: None,
            exit_code: None,
            signal: None,
            cpu_ns: None,
        };
        run.apply(Action::Event(RunEvent::Timeline(Chunk { lanes: vec![lane(1), lane(2)], ..Chunk::default() })));
        let hues = run.hues();
        assert_eq!(*hues, [(1, 1), (2, 2)]);
    }
}
