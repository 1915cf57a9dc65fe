//! `unsafe` lies in few places, and each says why it is sound.

use cargo_metadata::{MetadataCommand, TargetKind};
use forkyard_tidy::rule::{Breach, settle};
use forkyard_tidy::tree::{File, root, sources};

/// How far above a block its reason may stand, in lines: the reason itself and the beginning of the statement.
const REACH: usize = 10;

/// Whether a line opens an unsafe block or makes an unsafe promise, in code: not in a comment and not in a text.
fn is_unsafe(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or("");
    // What stands between quotes is every second piece.
    code.replace("\\\"", "").split('"').step_by(2).any(|piece| {
        ["unsafe {", "unsafe impl", "unsafe fn", "unsafe extern"].iter().any(|word| {
            let before = piece.find(word).map(|place| piece[..place].chars().last());
            before.is_some_and(|letter| !letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_'))
        })
    })
}

/// Whether the lines above say why.
fn has_reason(file: &File, number: usize) -> bool {
    let above = file.lines().rev().skip_while(|(at, _)| *at >= number).take(REACH);
    let mut nearer = above.take_while(|(_, line)| line.trim() != "}" && !is_unsafe(line));
    nearer.any(|(_, line)| line.contains("SAFETY:"))
}

#[test]
fn unsafe_lies_where_it_is_permitted() {
    let mut breaches = Vec::new();
    for file in sources(&["rs"]) {
        for (number, line) in file.lines().filter(|(_, line)| is_unsafe(line)) {
            breaches.push(Breach::at(&file.path, number, format!("`{}` lies outside the places for it", line.trim())));
        }
    }
    settle("unsafe", breaches);
}

#[test]
fn every_unsafe_block_says_why_it_is_sound() {
    let mut breaches = Vec::new();
    for file in sources(&["rs"]) {
        for (number, line) in file.lines() {
            let asks = is_unsafe(line) && (line.contains("unsafe {") || line.contains("unsafe impl"));
            if asks && !line.contains("SAFETY:") && !has_reason(&file, number) {
                breaches.push(Breach::at(&file.path, number, "has no `// SAFETY:` above it"));
            }
        }
    }
    settle("safety", breaches);
}

#[test]
fn every_other_crate_forbids_unsafe_code() {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .expect("cargo describes the workspace");
    let repository = root().canonicalize().unwrap();
    let mut breaches = Vec::new();
    for target in metadata.packages.iter().flat_map(|package| &package.targets) {
        let root_of_crate = [TargetKind::Lib, TargetKind::Bin, TargetKind::CDyLib, TargetKind::RLib];
        if target.kind.iter().any(|kind| root_of_crate.contains(kind)) {
            let text = std::fs::read_to_string(&target.src_path).unwrap();
            let path = target.src_path.strip_prefix(&repository).unwrap();
            if !text.lines().any(|line| line == "#![forbid(unsafe_code)]") {
                breaches.push(Breach::of(path.as_str(), "does not say `#![forbid(unsafe_code)]`"));
            }
        }
    }
    settle("forbid", breaches);
}

#[test]
fn the_rule_sees_code_and_not_words() {
    assert!(is_unsafe("    let page = unsafe { map(length) };"));
    assert!(is_unsafe("unsafe impl Send for Ring {}"));
    assert!(!is_unsafe("    // no unsafe { here"));
    assert!(!is_unsafe("    text.contains(\"unsafe {\")"));
    let file = |text: &str| File { path: String::new(), text: text.to_owned() };
    assert!(has_reason(&file("// SAFETY: mapped above\n// and never unmapped\nlet x = f(\n  unsafe { y },\n);"), 4));
    assert!(!has_reason(&file("// SAFETY: mapped above\nunsafe { a() };\nunsafe { b() };"), 3));
}
