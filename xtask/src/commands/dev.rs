//! `cargo xtask dev`: the site and the server with reload on change.
//!
//! trunk watches the page, rebuilds it and tells the browser; this program watches what the server is made from. Ctrl-C reaches
//! all of them, for they are of one process group.

use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};

use crate::fingerprint;
use crate::place::{self, Profile};
use crate::{call, prerequisite, programs, site};

/// What the server is made from.
const SOURCES: [&str; 3] = ["backend", "lessons", "Cargo.lock"];
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// Where the server listens; people open trunk's address.
const SERVER: &str = "127.0.0.1:8081";

/// Runs until Ctrl-C.
pub(crate) fn dev() -> Result<()> {
    prerequisite::python()?;
    prerequisite::node()?;
    site::editor()?;
    programs::stage(Profile::Debug)?;
    let mut server = serve()?;
    let mut trunk = site::trunk("serve")?;
    trunk.args(["--address", "127.0.0.1", "--port", "8080", "--proxy-backend", &format!("http://{SERVER}/api")]);
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
    server.args(["serve", "--listen", SERVER]).stdin(Stdio::null()).spawn().context("the server did not start")
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
