//! Looks for the processes of a run from outside: by a word that only they have among their arguments.

use std::time::Duration;

/// A word that no other process has on its command line.
pub(crate) fn marker(test: &str) -> String {
    format!("marker-{test}-{}", std::process::id())
}

/// How many processes have this word on their command line.
pub(crate) fn count(marker: &str) -> usize {
    let processes = std::fs::read_dir("/proc").expect("/proc").flatten();
    let lines = processes.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(marker)).count()
}

/// Waits until none is left. The test's watchdog ends a wait that does not end.
pub(crate) async fn gone(marker: &str) {
    while count(marker) > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
