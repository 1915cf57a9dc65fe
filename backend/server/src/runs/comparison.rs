//! A comparison: the runs of several variants in turn, one after the other, as one stream of events.
//!
//! Each run enters the queue anew, so a long comparison lets others in between. Nothing runs ahead of the reader's wish: the next run
//! starts when the stream is asked for its first event, and dropping the stream ends the run that goes on.

use std::collections::VecDeque;

use forkyard_wire::comparison::{Compared, Turn};
use forkyard_wire::job::Job;
use forkyard_wire::run::{Finished, Outcome, Output, Started, Stream as Side};
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt};
use serde::de::DeserializeOwned;

use super::registry::{Refusal, Runs, new_id};
use super::stream::Numbered;
use super::tally::{Run, Tally};
use crate::runner::Event;

/// A variant that is ready to run.
#[derive(Debug, Clone)]
pub(crate) struct Contender {
    /// What people call it.
    pub(crate) label: String,
    /// Its run; each repeat gets an id of its own.
    pub(crate) job: Job,
}

/// Starts a comparison and gives its events: those of every run, with `variant` and `repeat` in their data, then `compared`.
pub(crate) fn compare(
    runs: Runs,
    contenders: Vec<Contender>,
    repeats: u32,
) -> Result<impl Stream<Item = Numbered> + Send + use<>, Refusal> {
    let turns =
        (0..repeats).flat_map(|repeat| (0_u32..).zip(&contenders).map(move |(variant, _)| Turn { variant, repeat })).collect();
    let tally = Tally::new(contenders.iter().map(|contender| contender.label.clone()));
    let mut comparison = Comparison { runs, contenders, turns, going: None, tally: Some(tally), last: 0 };
    // The first run starts at once: when it is refused, so is the comparison.
    comparison.start_next()?;
    Ok(stream::unfold(comparison, |mut comparison| async move { Some((comparison.next().await?, comparison)) }))
}

struct Comparison {
    runs: Runs,
    contenders: Vec<Contender>,
    turns: VecDeque<Turn>,
    going: Option<Going>,
    /// Taken for the last event.
    tally: Option<Tally>,
    /// The number of the last event.
    last: u64,
}

/// The run that goes on.
struct Going {
    turn: Turn,
    events: BoxStream<'static, Numbered>,
    run: Run,
    outcome: Option<Outcome>,
}

impl Comparison {
    async fn next(&mut self) -> Option<Numbered> {
        loop {
            let Some(going) = &mut self.going else { return self.compared(None) };
            if let Some(Numbered { event, .. }) = going.events.next().await {
                going.learn(&event);
                let event = going.marked(&event);
                return Some(self.numbered(event));
            }
            let stopped = going.outcome == Some(Outcome::Stopped);
            self.count();
            if stopped {
                return self.compared(Some("The comparison was stopped before its last run.".to_owned()));
            }
            if let Err(refusal) = self.start_next() {
                return self.compared(Some(format!("The comparison ended before its last run: {refusal}.")));
            }
        }
    }

    /// Starts the next run, if one is left.
    fn start_next(&mut self) -> Result<(), Refusal> {
        let Some(turn) = self.turns.pop_front() else { return Ok(()) };
        let mut job = self.contenders[turn.variant as usize].job.clone();
        job.run = new_id().map_err(|_| Refusal::NoId)?;
        let events = self.runs.start(job)?.boxed();
        self.going = Some(Going { turn, events, run: Run::default(), outcome: None });
        Ok(())
    }

    fn count(&mut self) {
        if let (Some(tally), Some(going)) = (&mut self.tally, self.going.take()) {
            tally.add(going.turn, going.outcome.unwrap_or(Outcome::InternalError), going.run);
        }
    }

    fn compared(&mut self, message: Option<String>) -> Option<Numbered> {
        let compared = Compared { variants: self.tally.take()?.figures(), message };
        self.turns.clear();
        let data = serde_json::to_string(&compared).unwrap_or_default();
        Some(self.numbered(Event { name: "compared".to_owned(), data }))
    }

    fn numbered(&mut self, event: Event) -> Numbered {
        self.last += 1;
        Numbered { id: self.last, event }
    }
}

impl Going {
    /// Takes from an event what counts.
    fn learn(&mut self, event: &Event) {
        match event.name.as_str() {
            "started" => self.run.id = read(event).map(|started: Started| started.run).unwrap_or_default(),
            "output" => {
                if let Some(Output { stream: Side::Stdout, text, .. }) = read(event) {
                    self.run.printed.push_str(&text);
                }
            }
            "finished" => {
                if let Some(finished) = read::<Finished>(event) {
                    self.outcome = Some(finished.outcome);
                    self.run.wall_ns = finished.wall_ns;
                    self.run.cpu_ns = finished.cpu_ns;
                    self.run.cores_used = finished.cores_used;
                }
            }
            _ => {}
        }
    }

    /// The event with its turn among its data, which is an object.
    fn marked(&self, event: &Event) -> Event {
        let Turn { variant, repeat } = self.turn;
        let fields = event.data.strip_prefix('{').unwrap_or("}");
        let comma = if fields.starts_with('}') { "" } else { "," };
        Event { name: event.name.clone(), data: format!(r#"{{"variant":{variant},"repeat":{repeat}{comma}{fields}"#) }
    }
}

fn read<T: DeserializeOwned>(event: &Event) -> Option<T> {
    serde_json::from_str(&event.data).ok()
}
