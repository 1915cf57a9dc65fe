//! One run: starts the program, watches it, tells what it did, ends it.

fn main() {}
