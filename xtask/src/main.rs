//! The commands of the project: play, test, build, check, dev, bench.

fn main() {}
