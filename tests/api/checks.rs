//! The syntax check says what CPython says, where CPython says it.

use serde_json::{Value, json};

use crate::server::{Server, problem, within_reason};

async fn checked(server: &Server, source: &str) -> Vec<(u64, u64, String, String)> {
    let report: Value = server.post("/api/check", &json!({ "source": source })).await.json().await.expect("JSON");
    let number = |value: &Value| value.as_u64().expect("a number");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let all = report["diagnostics"].as_array().expect("a list").iter();
    all.map(|one| (number(&one["line"]), number(&one["column"]), text(&one["severity"]), text(&one["message"]))).collect()
}

#[tokio::test]
async fn what_is_wrong_is_said_with_its_place() {
    within_reason(async {
        let server = Server::start();
        assert!(checked(&server, "print(1)\n").await.is_empty());
        assert!(checked(&server, "").await.is_empty());
        for (source, line, column, words) in [
            ("x = (1,\nprint(2\n", 2, 6, "'(' was never closed"),
            ("ä = 'é' b\n", 1, 9, "invalid syntax"),
            ("if x:\n    y\n  z\n", 3, 4, "unindent does not match"),
            ("if x:\n", 1, 6, "expected an indented block"),
            ("a\0b", 1, 2, "source code string cannot contain null bytes"),
            ("ok = 1\r\nx y\r\n", 2, 3, "invalid syntax"),
        ] {
            let found = checked(&server, source).await;
            assert_eq!(found.len(), 1, "{source:?}: {found:?}");
            let (at_line, at_column, severity, message) = &found[0];
            assert!(message.contains(words), "{source:?}: {message}");
            assert_eq!((*at_line, severity.as_str()), (line, "error"), "{source:?}");
            // Versions differ by a column where an indentation is wrong.
            assert!(at_column.abs_diff(column) <= 1, "{source:?}: column {at_column}");
        }
    })
    .await;
}

#[tokio::test]
async fn warnings_are_no_errors() {
    within_reason(async {
        let server = Server::start();
        let found = checked(&server, "x = 1\nif x is 1:\n    pass\n").await;
        assert_eq!((found.len(), found[0].0, found[0].2.as_str()), (1, 2, "warning"), "{found:?}");
    })
    .await;
}

#[tokio::test]
async fn the_program_is_not_run() {
    within_reason(async {
        let server = Server::start();
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("written");
        assert!(checked(&server, &format!("open({:?}, 'w')\nimport sys; sys.exit(1)", file)).await.is_empty());
        assert!(!file.exists());
    })
    .await;
}

#[tokio::test]
async fn a_hostile_program_gets_one_sentence() {
    within_reason(async {
        let server = Server::start();
        for source in ["(".repeat(60_000), "-".repeat(60_000) + "1", format!("x{}", "[0]".repeat(20_000)), "if 1:\n ".repeat(101)]
        {
            let found = checked(&server, &source).await;
            assert_eq!((found.len(), found[0].2.as_str()), (1, "error"), "{found:?}");
        }
        problem(server.post("/api/check", &json!({ "source": "x".repeat(65_537) })).await, 413, "source-too-long").await;
        problem(server.post("/api/check", &json!({ "source": "", "python": "4" })).await, 422, "unknown-interpreter").await;
    })
    .await;
}
