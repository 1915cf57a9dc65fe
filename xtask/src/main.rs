//! The commands of the project: `cargo xtask play`, `test`, `conformance`, `libraries`, `soak`, `fuzz`, `build`, `check`, `dev`,
//! `bench`, `scale`.
//!
//! Each command installs what it needs beyond Rust, Python, Node and git, says what it does and how long that usually takes, and
//! does nothing twice. What is installed lies outside the tree ([`place::tools`]), so that a second clone finds it.
//! This program decides what is called in which order; it compiles nothing and tests nothing itself.
#![forbid(unsafe_code)]

mod call;
mod commands;
mod fingerprint;
mod place;
mod prerequisite;
mod programs;
mod site;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use place::Profile;

/// The commands of Forkyard.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything in release, then serve it.
    ///
    /// Builds the site, the programs and the Python package as `build` does, then starts the playground and prints
    /// `listening on http://127.0.0.1:8080` when it is ready. Ctrl-C ends it and every run. Opens nothing by itself.
    Play {
        /// The address to listen on; port 0 picks a free one.
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: String,
    },
    /// Run every test of the project; what CI calls.
    ///
    /// Without names all parts run, in the order in which they are listed. All run even when one fails; a table closes the run.
    Test {
        /// Only these parts.
        #[arg(value_name = "PART", value_parser = commands::test::parts())]
        parts: Vec<String>,
    },
    /// CPython's own tests of multiprocessing, on the engine.
    ///
    /// Runs what the interpreters bring in their `test` package: `_test_multiprocessing`, the process-pool part of
    /// `test_concurrent_futures`, and `test_multiprocessing_main_handling`. A table closes the run: passed, failed, left out with
    /// its reason. Fails on a test that tests/conformance/left_out.toml does not name, and on a name there that is no longer true.
    Conformance(commands::conformance::Arguments),
    /// Programs that use other libraries, on the engine.
    ///
    /// Each prints on the engine what it prints on CPython's own module. The libraries are installed with pip outside the tree, some
    /// 160 MB for an interpreter, once.
    Libraries {
        /// An interpreter: a version such as 3.13, or a path. Without it every one from 3.11 to 3.13 that `forkyard doctor` finds.
        #[arg(long)]
        python: Vec<String>,
    },
    /// Pools, queues and spawned processes in turn for minutes, to see whether memory, descriptors or processes grow.
    Soak {
        /// For how long.
        #[arg(long, default_value_t = 10.0)]
        minutes: f64,
    },
    /// Anything in place of what is read from shared memory, for minutes, to see whether somebody believes it.
    Fuzz {
        /// For how long.
        #[arg(long, default_value_t = 10.0)]
        minutes: f64,
        /// Once, with the numbers that follow from this one.
        #[arg(long)]
        seed: Option<u64>,
    },
    /// The release build alone.
    ///
    /// Leaves `target/release/forkyard`, which finds the site, the lessons, the runner and the Python package without being told.
    Build,
    /// Formatting, lints, docs and house rules: fast, run before each commit.
    Check,
    /// The site and the server with reload on change.
    ///
    /// Serves at 127.0.0.1:8080. An edit under frontend/ builds the page again, in seconds: reload it in the browser. An edit under
    /// backend/ or lessons/ restarts the server.
    Dev,
    /// The engine beside CPython's own `multiprocessing` and other libraries, in one run.
    ///
    /// Prints tables of medians and ratios, the rows that miss their target first, and leaves `results.json` and `benchmarks.md`
    /// in `target/bench`. Ctrl-C ends it early and keeps what was measured.
    Bench(commands::bench::Arguments),
    /// How the page bears a long run: its frames and tasks, measured in a real Chromium.
    Scale {
        /// How long a run: segments and messages.
        #[arg(long, default_value_t = 1_000_000)]
        rows: u64,
    },
    /// Build the programs and lay the Python package beside them, without the site.
    Stage {
        /// The release profile instead of the debug one.
        #[arg(long)]
        release: bool,
    },
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Play { listen } => commands::play::play(&listen).map(|never| match never {}),
        Command::Test { parts } => commands::test::test(&parts),
        Command::Conformance(arguments) => commands::conformance::conformance(&arguments),
        Command::Libraries { python } => commands::libraries::libraries(&python),
        Command::Soak { minutes } => commands::soak::soak(minutes),
        Command::Fuzz { minutes, seed } => commands::fuzz::fuzz(minutes, seed),
        Command::Build => commands::build::build(),
        Command::Check => commands::check::check(),
        Command::Dev => commands::dev::dev(),
        Command::Bench(arguments) => commands::bench::bench(&arguments).map(|never| match never {}),
        Command::Scale { rows } => commands::scale::scale(rows),
        Command::Stage { release } => commands::stage::stage(if release { Profile::Release } else { Profile::Debug }),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
