//! The addresses of the page.

use yew_router::Routable;

/// What an address shows.
#[derive(Debug, Clone, PartialEq, Eq, Routable)]
pub enum Route {
    /// What this is, and a way in.
    #[at("/")]
    Home,
    /// Every lesson.
    #[at("/lessons")]
    Lessons,
    /// One lesson.
    #[at("/lessons/:slug")]
    Lesson {
        /// The lesson's folder, `01-why-processes`.
        slug: String,
    },
    /// The workbench alone.
    #[at("/scratch")]
    Scratch,
    /// Anything else.
    #[not_found]
    #[at("/404")]
    NotFound,
}
