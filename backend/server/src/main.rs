//! The forkyard program: the playground server and the commands of the terminal.

fn main() {}
