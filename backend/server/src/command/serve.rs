//! `forkyard serve`: the playground.

use std::io::{ErrorKind, IsTerminal};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use axum::serve::ListenerExt;
use forkyard_wire::run::Isolation;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::socket::{setsockopt, sockopt};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::check::Checker;
use crate::http::{self, Server, Site};
use crate::installation::{Installation, InstallationError};
use crate::lessons::Catalogue;
use crate::limits;
use crate::probe::Offer;
use crate::python::{Interpreters, environment};
use crate::runs::Runs;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Where to listen; port 0 picks a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    listen: String,
}

/// Serves until it is told to end.
pub(crate) fn main(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")?;
    runtime.block_on(serve(&arguments))
}

async fn serve(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    take_descriptors();
    // Before anything else, so that a signal that comes early is not lost.
    let told = told_to_end()?;
    let installation = Installation::of_this_program()?;
    let (offer, interpreters) = tokio::join!(offer(&installation), Interpreters::find());
    let interpreters = interpreters.map_err(|error| error.to_string());
    report(&installation, &interpreters, &offer);

    let address = resolve(&arguments.listen).await?;
    refuse_strangers(address, &offer)?;
    let listener = TcpListener::bind(address).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow!("another program listens on {address} already; `--listen 127.0.0.1:0` picks a free port"),
        _ => anyhow!("cannot listen on {address}: {error}"),
    })?;
    let address = listener.local_addr().context("cannot tell the address")?;

    let (lessons, wrong) = Catalogue::read();
    for error in wrong {
        eprintln!("forkyard: a lesson is left out: {error}");
    }
    let cores = usize::try_from(offer.cores).unwrap_or(1);
    let runner = installation.runner().unwrap_or_default();
    let runs = Runs::new(runner, cores);
    let server = Server {
        installation,
        interpreters,
        offer,
        runs: runs.clone(),
        checker: Checker::new(cores),
        lessons,
        site: Site::open(),
    };
    let router = http::router(Arc::new(server));

    println!("listening on http://{address}");
    let ending = async move {
        told.await;
        runs.end_all().await;
    };
    let (ended, end) = tokio::sync::oneshot::channel();
    let listener = listener.tap_io(|connection| {
        // Events are small and must not wait for each other.
        let _ = connection.set_nodelay(true);
        // The system itself cuts a client that is gone without a word, or that reads nothing: then its run ends.
        let stalled = u32::try_from(limits::STALLED.as_millis()).unwrap_or(u32::MAX);
        let _ = setsockopt(connection, sockopt::TcpUserTimeout, &stalled);
    });
    let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
        ending.await;
        let _ = ended.send(());
    });
    tokio::select! {
        served = serving => served.context("the server failed")?,
        // A client that reads nothing does not keep a server alive whose runs are gone.
        () = async { let _ = end.await; tokio::time::sleep(limits::SHUTDOWN).await } => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// Takes as many descriptors as it may have: every idle connection holds one, and the usual 1024 are few.
fn take_descriptors() {
    if let Ok((_, most)) = getrlimit(Resource::RLIMIT_NOFILE) {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, most, most);
    }
}

/// Asks the runner; when that is not possible, says why in its place.
async fn offer(installation: &Installation) -> Offer {
    match installation.runner() {
        Ok(runner) => Offer::ask(&runner).await.unwrap_or_else(Offer::unknown),
        Err(error) => Offer::unknown(error),
    }
}

/// Says at the start what is missing, and makes the environments so that the first run need not.
fn report(installation: &Installation, interpreters: &Result<Interpreters, String>, offer: &Offer) {
    let missing: Vec<InstallationError> =
        [installation.runner().err(), installation.package().err()].into_iter().flatten().collect();
    for error in missing {
        eprintln!("forkyard: {error}");
    }
    match (interpreters, installation.package()) {
        (Err(error), _) => eprintln!("forkyard: {error}"),
        (Ok(interpreters), Ok(package)) => {
            for error in interpreters.all().iter().filter_map(|found| environment::prepare(found, &package).err()) {
                eprintln!("forkyard: {error}");
            }
        }
        (Ok(_), Err(_)) => {}
    }
    if offer.isolation != Isolation::Full
        && let Some(detail) = &offer.isolation_detail
    {
        eprintln!("forkyard: runs are not fully isolated: {detail}");
    }
}

async fn resolve(listen: &str) -> anyhow::Result<SocketAddr> {
    let mut addresses = tokio::net::lookup_host(listen)
        .await
        .with_context(|| format!("`{listen}` is no address: write one such as 127.0.0.1:8080"))?;
    addresses.next().with_context(|| format!("`{listen}` has no address"))
}

/// Programs of strangers run here only when they are shut in.
fn refuse_strangers(address: SocketAddr, offer: &Offer) -> anyhow::Result<()> {
    if address.ip().is_loopback() || offer.isolation == Isolation::Full {
        return Ok(());
    }
    let detail = offer.isolation_detail.as_deref().unwrap_or("the runner does not say why");
    bail!(
        "it does not listen on {address}: others could run programs on this machine, and these are not fully isolated \
         ({detail}). Listen on 127.0.0.1, or see `forkyard doctor`"
    );
}

/// Completes at the first SIGINT, SIGTERM or SIGHUP.
fn told_to_end() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for signals")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for signals")?;
    let mut hang_up = signal(SignalKind::hangup()).context("cannot wait for signals")?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
    })
}

#[cfg(test)]
mod tests {
    use forkyard_wire::run::OnCore;

    use super::*;

    #[test]
    fn strangers_are_served_only_with_full_isolation() {
        let offer = |isolation| Offer {
            isolation,
            isolation_detail: Some("no cgroup can be written".into()),
            on_core: OnCore::Exact,
            on_core_detail: None,
            cores: 2,
        };
        let everywhere: SocketAddr = "0.0.0.0:80".parse().unwrap();
        let here: SocketAddr = "[::1]:80".parse().unwrap();
        let refused = refuse_strangers(everywhere, &offer(Isolation::Namespaces)).unwrap_err().to_string();
        assert!(refused.contains("no cgroup can be written"), "{refused}");
        assert!(refuse_strangers(everywhere, &offer(Isolation::Full)).is_ok());
        assert!(refuse_strangers(here, &offer(Isolation::None)).is_ok());
    }
}
