//! Processes that are started by spawn and by the fork server inside a run are copies there too, and not merely what is done without.

use serde_json::json;

use crate::server::{Server, within_reason};

/// Each process says whether it is its starter's own child.
const SOURCE: &str = r#"
import multiprocessing, os

def tell(starter):
    print(os.getppid() == starter, flush=True)

if __name__ == "__main__":
    for _ in range(3):
        process = multiprocessing.Process(target=tell, args=(os.getpid(),))
        process.start()
        process.join()
        print(process.exitcode, getattr(process._popen, "copied", None), flush=True)
"#;

async fn printed(start_method: &str, timeline: bool) -> String {
    let server = Server::start();
    let mut events = server.run(json!({"source": SOURCE, "start_method": start_method, "timeline": timeline})).await;
    assert_eq!(events.finished().await["exit_code"], 0, "{}", events.printed());
    events.printed()
}

#[tokio::test]
async fn the_first_spawned_process_boots_and_the_others_are_copies() {
    within_reason(async {
        for timeline in [false, true] {
            assert_eq!(printed("spawn", timeline).await, "True\n0 False\nTrue\n0 True\nTrue\n0 True\n");
        }
    })
    .await;
}

#[tokio::test]
async fn processes_of_the_fork_server_are_copies_of_it() {
    within_reason(async {
        for timeline in [false, true] {
            assert_eq!(printed("forkserver", timeline).await, "True\n0 None\n".repeat(3));
        }
    })
    .await;
}
