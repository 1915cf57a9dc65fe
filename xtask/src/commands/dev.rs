//! `cargo xtask dev`: the site and the server with reload on change.
//!
//! trunk watches the page and rebuilds it where the server reads it from; this program watches what the server is made from.
//! trunk's own server is left out: it passes requests on under another host's name, which ours refuses as another site's.
//! Ctrl-C reaches all of them, for they are of one process group.

use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};

use crate::fingerprint;
use crate::place::{self, Profile};
use crate::{call, prerequisite, programs, site};

/// What the server is made from, and the page's index, which it reads when it starts.
const SOURCES: [&str; 4] = ["backend", "lessons", "Cargo.lock", "frontend/app/dist/index.html"];
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// Where the server listens.
const ADDRESS: &str = "127.0.0.1:8080";

/// Runs until Ctrl-C.
pub(crate) fn dev() -> Result<()> {
    prerequisite::python()?;
    prerequisite::node()?;
    site::editor()?;
    programs::stage(Profile::Debug)?;
    let mut trunk = site::watch()?;
    let mut server = serve()?;
    let mut trunk = trunk.stdin(Stdio::null()).spawn().context("trunk did not start")?;

    let mut built = newest()?;
    let outcome = loop {
        thread::sleep(LOOK);
        if let Some(status) = trunk.try_wait().context("trunk cannot be waited for")? {
            break status;
        }
        let now = newest()?;
        if now > built {
            built = now;
            match programs::stage(Profile::Debug) {
                Ok(()) => {
                    end(&mut server)?;
                    server = serve()?;
                }
                Err(error) => eprintln!("{error:#}; the server before stays"),
            }
        }
    };
    end(&mut server)?;
    bail!("trunk ended: {outcome}")
}

fn serve() -> Result<Child> {
    let mut server = call::program(place::forkyard(Profile::Debug));
    server.args(["serve", "--listen", ADDRESS]).stdin(Stdio::null()).spawn().context("the server did not start")
}

fn end(server: &mut Child) -> Result<()> {
    // It may have ended by itself: then there is nothing to end.
    server.kill().ok();
    server.wait().context("the server cannot be waited for")?;
    Ok(())
}

/// When a source was last written.
fn newest() -> Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for file in fingerprint::files(&SOURCES)? {
        // A file may be gone again by now, as editors' temporary ones are.
        if let Ok(written) = file.metadata().and_then(|metadata| metadata.modified()) {
            newest = newest.max(written);
        }
    }
    Ok(newest)
}
