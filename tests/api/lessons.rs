//! Lessons, health and the description of the API.

use forkyard_wire::health::Health;
use forkyard_wire::lesson::{Lesson, LessonSummary};
use serde_json::Value;

use crate::server::{Server, problem, within_reason};

#[tokio::test]
async fn every_lesson_in_the_list_can_be_read() {
    within_reason(async {
        let server = Server::start();
        let list: Vec<LessonSummary> = server.get("/api/lessons").await.json().await.expect("JSON");
        assert!(list.len() >= 7 && list.is_sorted_by_key(|lesson| lesson.slug.clone()));
        for summary in list {
            let lesson: Lesson = server.get(&format!("/api/lessons/{}", summary.slug)).await.json().await.expect("JSON");
            assert_eq!(lesson.title, summary.title);
            assert!(summary.examples > 0);
        }
        let detail = problem(server.get("/api/lessons/99-nothing").await, 404, "unknown-lesson").await;
        assert!(detail.contains("99-nothing"), "{detail}");
    })
    .await;
}

#[tokio::test]
async fn health_says_what_there_is() {
    within_reason(async {
        let server = Server::start();
        let health: Health = server.get("/api/health").await.json().await.expect("JSON");
        assert!(health.interpreters.contains(&health.default_interpreter));
        assert!(health.cores >= 1);
        assert_eq!((health.running, health.queued), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn the_api_describes_itself() {
    within_reason(async {
        let server = Server::start();
        let document: Value = server.get("/api/openapi.json").await.json().await.expect("JSON");
        assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.")));
        let paths = document["paths"].as_object().expect("paths");
        for path in [
            "/api/health",
            "/api/lessons",
            "/api/lessons/{slug}",
            "/api/runs",
            "/api/runs/{id}",
            "/api/runs/{id}/stdin",
            "/api/runs/{id}/trace",
            "/api/check",
        ] {
            assert!(paths.contains_key(path), "{path}");
        }
        let started = &document["components"]["schemas"]["Started"]["properties"];
        assert!(started["gil"]["$ref"].as_str().is_some_and(|name| name.ends_with("/GilWatch")), "{started}");
        let mut references = Vec::new();
        collect(&document, &mut references);
        assert!(!references.is_empty());
        for reference in references {
            let pointer = reference.strip_prefix('#').expect("within the document");
            assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
        }
    })
    .await;
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            references.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
            object.values().for_each(|value| collect(value, references));
        }
        Value::Array(array) => array.iter().for_each(|value| collect(value, references)),
        _ => {}
    }
}
