//! `GET /api/lessons` and `GET /api/lessons/{slug}`.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use forkyard_wire::lesson::{Lesson, LessonSummary};
use forkyard_wire::problem::Problem;

use super::Shared;
use super::problem::{Failure, Kind};

/// The lessons in order.
#[utoipa::path(get, path = "/api/lessons", responses((status = OK, body = Vec<LessonSummary>)))]
pub(super) async fn list(State(server): Shared) -> Json<Vec<LessonSummary>> {
    Json(server.lessons.summaries())
}

/// One lesson, its prose made into safe HTML.
#[utoipa::path(
    get,
    path = "/api/lessons/{slug}",
    params(("slug" = String, Path, description = "The lesson's name, `01-why-processes`.")),
    responses(
        (status = OK, body = Lesson),
        (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn lesson(State(server): Shared, slug: Result<Path<String>, PathRejection>) -> Result<Json<Lesson>, Failure> {
    let slug = slug.map(|Path(slug)| slug).unwrap_or_default();
    let lesson = server.lessons.lesson(&slug);
    lesson.map(Json).ok_or_else(|| Failure::new(Kind::UnknownLesson, format!("There is no lesson called `{slug}`.")))
}
