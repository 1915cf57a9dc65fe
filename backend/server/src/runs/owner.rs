//! The owner of one run: waits for its turn, starts the runner, passes events on, ends and reaps it.
//!
//! Whatever happens (the client leaves, somebody stops the run, the runner dies or hangs) the owner goes on until the runner's
//! process is gone, and the client's stream always ends with `finished`.

use std::future::pending;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use forkyard_wire::job::{Command, Job};
use forkyard_wire::run::{Finished, Outcome, Queued, RunEvent};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::queue::{Ticket, Turn};
use super::registry::{Control, Entry};
use super::store::Gathered;
use super::stream;
use crate::limits;
use crate::runner::{Event, Group, Runner, RunnerError};

/// A run and everything that belongs to it.
pub(super) struct Owner {
    /// The runner's program.
    pub(super) runner: PathBuf,
    pub(super) job: Job,
    /// Taken once its turn has come.
    pub(super) ticket: Option<Ticket>,
    pub(super) orders: mpsc::Receiver<Control>,
    pub(super) events: stream::Sender,
    pub(super) entry: Entry,
}

/// Why a run is being ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// It is not.
    Not,
    /// Somebody asked.
    Stopped,
    /// Nobody listens any more.
    Left,
    /// Its client reads so slowly that it could not go on.
    HeldBack,
}

impl Owner {
    /// Owns the run to its end.
    pub(super) async fn own(mut self) {
        if let Some(turn) = self.turn().await {
            self.run().await;
            drop(turn);
        }
    }

    /// Waits for the turn, saying the place; `None` when the run was stopped or left before.
    async fn turn(&mut self) -> Option<Turn> {
        let mut ticket = self.ticket.take()?;
        while let Some(position) = ticket.position() {
            self.events.insist(&RunEvent::Queued(Queued { position }));
            tokio::select! {
                () = ticket.changed() => {}
                () = self.events.left() => return None,
                order = self.orders.recv() => if !matches!(order, Some(Control::Input(_))) {
                    let finished = finished_without_runner(Outcome::Stopped, Duration::ZERO);
                    self.finish(Gathered::default(), finished);
                    return None;
                },
            }
        }
        ticket.redeem().ok()
    }

    async fn run(&mut self) {
        let begun = Instant::now();
        let mut runner = match Runner::start(&self.runner, &self.job, Group::Own) {
            Ok(runner) => runner,
            Err(error) => return self.fail(Gathered::default(), begun, &error.to_string()),
        };
        let mut timeline = Gathered::default();
        let mut ending = Ending::Not;
        let mut held: Option<Event> = None;
        let mut trouble: Option<String> = None;
        let mut deadline = begun + Duration::from_millis(self.job.limits.wall_ms) + limits::RUNNER_GRACE;
        let last = loop {
            tokio::select! {
                next = runner.next(), if held.is_none() => match next {
                    Ok(Some(event)) if event.name == "finished" => break Some(event),
                    Ok(Some(event)) => {
                        if event.name == "timeline" {
                            timeline.add(&event.data);
                        }
                        held = Some(event);
                    }
                    Ok(None) => break None,
                    Err(error) => {
                        trouble = Some(error.to_string());
                        break None;
                    }
                },
                room = room(&self.events, held.as_ref()) => if let (Some(room), Some(event)) = (room, held.take()) {
                    self.events.send(event, room);
                },
                Some(order) = self.orders.recv() => match order {
                    Control::Input(command) => self.pass_on(&mut runner, &command),
                    Control::Stop if ending == Ending::Not => {
                        ending = Ending::Stopped;
                        deadline = deadline.min(Instant::now() + limits::STOP);
                        if runner.send(&Command::Stop).is_err() {
                            runner.leave();
                        }
                    }
                    Control::Stop => {}
                },
                () = self.events.left(), if ending != Ending::Left => {
                    ending = Ending::Left;
                    deadline = deadline.min(Instant::now() + limits::STOP);
                    runner.leave();
                },
                () = sleep_until(deadline) => {
                    if ending == Ending::Not {
                        trouble = Some("the runner did not end the run in time".to_owned());
                        if held.is_some() {
                            ending = Ending::HeldBack;
                        }
                    }
                    break None;
                }
            }
            // A run that is ending waits for no reader: what fits is sent, the rest is let go.
            if ending != Ending::Not
                && let Some(event) = held.take()
            {
                self.events.try_send(event);
            }
        };
        match last {
            Some(event) => {
                self.entry.finish(timeline.finish());
                self.events.insist_on(event);
                // It has said its last word: nothing of the run is alive, only the runner itself is still to end.
                if let Err(error) = runner.end(limits::RUNNER_EXIT).await {
                    tracing::error!(run = self.job.run, %error, "the runner cannot be reaped");
                }
            }
            None => {
                runner.kill();
                let status = runner.end(limits::RUNNER_EXIT).await;
                match ending {
                    Ending::Stopped => {
                        let finished = finished_without_runner(Outcome::Stopped, begun.elapsed());
                        self.finish(timeline, finished);
                    }
                    Ending::HeldBack => {
                        let mut finished = finished_without_runner(Outcome::TimedOut, begun.elapsed());
                        finished.message = Some("The run was ended because its events were not read.".to_owned());
                        self.finish(timeline, finished);
                    }
                    Ending::Left => self.entry.finish(timeline.finish()),
                    Ending::Not => {
                        let reason = trouble.unwrap_or_else(|| described(status));
                        self.fail(timeline, begun, &reason);
                    }
                }
            }
        }
    }

    fn pass_on(&self, runner: &mut Runner, command: &Command) {
        match runner.send(command) {
            // A program that ends takes no more input, as in a terminal.
            Ok(()) | Err(RunnerError::Closed) => {}
            Err(error) => tracing::warn!(run = self.job.run, %error, "input is lost"),
        }
    }

    fn fail(&mut self, timeline: Gathered, begun: Instant, reason: &str) {
        tracing::error!(run = self.job.run, reason, "a run failed");
        let mut finished = finished_without_runner(Outcome::InternalError, begun.elapsed());
        finished.message = Some(format!("Forkyard itself failed, not your program: {reason}."));
        self.finish(timeline, finished);
    }

    /// The order matters: who has seen `finished` may ask for the trace.
    fn finish(&mut self, timeline: Gathered, finished: Finished) {
        self.entry.finish(timeline.finish());
        self.events.insist(&RunEvent::Finished(finished));
    }
}

/// Waits for room for the event that is held; for ever when none is.
async fn room(events: &stream::Sender, held: Option<&Event>) -> Option<stream::Room> {
    match held {
        Some(event) => events.room(event).await,
        None => pending().await,
    }
}

/// The end of a run whose runner could not tell it.
fn finished_without_runner(outcome: Outcome, wall: Duration) -> Finished {
    Finished {
        outcome,
        exit_code: None,
        signal: None,
        wall_ns: u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX),
        cpu_ns: 0,
        peak_memory_bytes: 0,
        processes: 0,
        cores_used: 0.0,
        output_truncated: false,
        message: None,
    }
}

/// How a runner that said nothing ended.
fn described(status: std::io::Result<ExitStatus>) -> String {
    use std::os::unix::process::ExitStatusExt;
    match status.map(|status| (status.signal(), status.code())) {
        Ok((Some(signal), _)) => {
            let name = nix::sys::signal::Signal::try_from(signal).map_or("a signal", |signal| signal.as_str());
            format!("the runner was ended by {name}")
        }
        Ok((None, code)) => format!("the runner ended early with code {}", code.unwrap_or_default()),
        Err(error) => format!("the runner is lost: {error}"),
    }
}
