//! The owner of one run: waits for its turn, starts the runner, passes events on, ends and reaps it.
//!
//! Whatever happens (the client leaves, somebody stops the run, the runner dies or hangs) the owner goes on until the runner's
//! process is gone, and the client's stream always ends with `finished`.

use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use forkyard_wire::job::Job;
use forkyard_wire::run::{Finished, Outcome, Queued, RunEvent};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::conversation::{Conversation, Last};
use super::queue::{Ticket, Turn};
use super::registry::{Control, Entry};
use super::store::Gathered;
use super::stream;
use crate::limits;
use crate::runner::{Group, Runner};

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
        let deadline = begun + Duration::from_millis(self.job.limits.wall_ms) + limits::RUNNER_GRACE;
        let mut conversation = Conversation::new(&mut runner, &mut self.events, &mut self.orders, deadline);
        let last = conversation.hold().await;
        let timeline = conversation.timeline;

        let patience = match last {
            // It has said its last word: nothing of the run is alive, only the runner itself is still to end.
            Last::Finished(_) | Last::Silent => limits::RUNNER_EXIT,
            Last::Stopped | Last::Left | Last::HeldBack | Last::Overdue | Last::Nonsense(_) => Duration::ZERO,
        };
        if let Last::Finished(event) = last {
            // The client need not wait for the runner. The order matters: who has seen `finished` may ask for the trace.
            self.entry.finish(timeline.finish());
            self.events.insist_on(event);
            if let Err(error) = runner.end(patience).await {
                tracing::error!(run = self.job.run, %error, "the runner cannot be reaped");
            }
            return;
        }
        let status = runner.end(patience).await;
        match last {
            Last::Finished(_) | Last::Left => self.entry.finish(timeline.finish()),
            Last::Stopped => self.finish(timeline, finished_without_runner(Outcome::Stopped, begun.elapsed())),
            Last::HeldBack => {
                let mut finished = finished_without_runner(Outcome::TimedOut, begun.elapsed());
                finished.message = Some("The run was ended because its events were not read.".to_owned());
                self.finish(timeline, finished);
            }
            Last::Overdue => self.fail(timeline, begun, "the runner did not end the run in time"),
            Last::Silent => self.fail(timeline, begun, &described(status)),
            Last::Nonsense(error) => self.fail(timeline, begun, &error.to_string()),
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
