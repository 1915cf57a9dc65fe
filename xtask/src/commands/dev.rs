//! `cargo xtask dev`: the site and the server with reload on change.
//!
//! trunk watches the page and rebuilds it where the server reads it from; this program watches what the server and the editor are
//! made from.
//! trunk's own server is left out: it passes requests on under another host's name, which ours refuses as another site's.
//! Ctrl-C reaches all of them, for they are of one process group.

use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};

use crate::fingerprint;
use crate::place::{self, Profile};
use crate::{call, prerequisite, programs, site};

/// What the server is made from, and the page's index, which it reads when it starts.
const SOURCES: [&str; 4] = ["backend", "lessons", "Cargo.lock", "frontend/app/dist/index.html"];
/// What the editor's bundle is made from; trunk takes the bundle over.
const EDITOR: [&str; 2] = ["frontend/editor/src", "frontend/editor/package.json"];
/// How often they are looked at.
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

    let (mut built, mut bundled) = (newest(&SOURCES)?, newest(&EDITOR)?);
    let outcome = loop {
        thread::sleep(LOOK);
        if let Some(status) = trunk.try_wait().context("trunk cannot be waited for")? {
            break status;
        }
        let now = newest(&EDITOR)?;
        if now > bundled {
            bundled = now;
            if let Err(error) = site::editor() {
                eprintln!("{error:#}; the editor before stays");
            }
        }
        let now = newest(&SOURCES)?;
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
    // On Ctrl-C it ends of its own accord.
    ensure!(outcome.success(), "trunk ended: {outcome}");
    Ok(())
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

/// When one of these was last written.
fn newest(sources: &[&str]) -> Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for file in fingerprint::files(sources)? {
        // A file may be gone again by now, as editors' temporary ones are.
        if let Ok(written) = file.metadata().and_then(|metadata| metadata.modified()) {
            newest = newest.max(written);
        }
    }
    Ok(newest)
}
