//! Imports go down only, and every version stands in one table.

use std::collections::BTreeSet;

use cargo_metadata::{Metadata, MetadataCommand};
use forkyard_tidy::rule::{Breach, settle};
use forkyard_tidy::tree::{files, root};

/// Which of our crates each of our crates may import. A new crate must be given its place here.
const LAYERS: &[(&str, &[&str])] = &[
    ("forkyard-wire", &[]),
    ("forkyard-gil", &[]),
    ("forkyard-oncpu", &["forkyard-wire"]),
    ("forkyard-sandbox", &["forkyard-wire"]),
    ("forkyard-pixels", &["forkyard-wire"]),
    ("forkyard-timeline", &["forkyard-pixels", "forkyard-wire"]),
    ("forkyard-trace", &["forkyard-wire"]),
    ("forkyard-app", &["forkyard-timeline", "forkyard-wire"]),
    ("forkyard-engine", &["forkyard-trace", "forkyard-wire"]),
    ("forkyard-python", &["forkyard-engine", "forkyard-trace", "forkyard-wire"]),
    ("forkyard-runner", &["forkyard-oncpu", "forkyard-sandbox", "forkyard-trace", "forkyard-wire"]),
    ("forkyard-server", &["forkyard-trace", "forkyard-wire"]),
    ("forkyard-models", &["forkyard-trace", "forkyard-wire"]),
    ("forkyard-tidy", &[]),
    ("xtask", &[]),
];

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .expect("cargo describes the workspace")
}

#[test]
fn imports_go_down_only() {
    let metadata = metadata();
    let ours: BTreeSet<String> = metadata.packages.iter().map(|package| package.name.to_string()).collect();
    let mut breaches = Vec::new();
    for package in &metadata.packages {
        let Some((_, below)) = LAYERS.iter().find(|(name, _)| package.name == *name) else {
            breaches.push(Breach::of(&package.name, "has no place among the layers in tests/tidy/tests/imports.rs"));
            continue;
        };
        for dependency in package.dependencies.iter().filter(|dependency| ours.contains(&dependency.name)) {
            // A crate may name itself to test its own features.
            if dependency.name != *package.name && !below.contains(&dependency.name.as_str()) {
                breaches.push(Breach::of(&package.name, format!("imports {}, which is not below it", dependency.name)));
            }
        }
    }
    settle("imports", breaches);
}

#[test]
fn the_layers_name_only_what_exists() {
    let metadata = metadata();
    for (name, _) in LAYERS {
        assert!(metadata.packages.iter().any(|package| package.name == *name), "there is no crate {name} any more");
    }
}

#[test]
fn every_crate_takes_its_versions_and_lints_from_the_workspace() {
    let mut breaches = Vec::new();
    for file in files().iter().filter(|file| file.path.ends_with("/Cargo.toml")) {
        let mut table = "";
        for (number, line) in file.lines() {
            if line.starts_with('[') {
                table = line;
                continue;
            }
            // `[dependencies]` has a line for each crate, `[dependencies.name]` one for each of its properties.
            let versioned = if table.ends_with("dependencies]") {
                line.contains('=') && !line.contains("workspace = true")
            } else {
                table.contains("dependencies.") && ["version", "path", "git"].iter().any(|key| line.starts_with(key))
            };
            if versioned {
                breaches.push(Breach::at(&file.path, number, "names a version of its own: put it into the workspace's table"));
            }
        }
        if !file.text.contains("[lints]\nworkspace = true") {
            breaches.push(Breach::of(&file.path, "does not take the workspace's lints"));
        }
    }
    settle("versions", breaches);
}

#[test]
fn the_table_of_versions_is_sorted() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let table = manifest.lines().skip_while(|line| *line != "[workspace.dependencies]").skip(1);
    let names: Vec<&str> = table.take_while(|line| !line.starts_with('[')).filter_map(|line| line.split(" = ").next()).collect();
    let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty() && !name.starts_with('#')).collect();
    assert!(names.len() > 10, "the table was not found");
    for pair in names.windows(2) {
        assert!(pair[0] < pair[1], "{} comes after {}", pair[0], pair[1]);
    }
}
