//! Lets the crate compile before the page was built, and compile again when the page or the lessons change.

use std::path::Path;

fn main() {
    for folder in ["../../frontend/app/dist", "../../lessons"] {
        if let Err(error) = std::fs::create_dir_all(Path::new(folder)) {
            println!("cargo::error=cannot make {folder}: {error}");
        }
        println!("cargo::rerun-if-changed={folder}");
    }
}
