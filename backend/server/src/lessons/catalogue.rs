//! All lessons in the order of their folders' names.

use std::collections::BTreeSet;

use forkyard_wire::lesson::{Block, Lesson, LessonSummary};
use rust_embed::Embed;

use super::parse::{self, LessonError};

#[derive(Embed)]
#[folder = "../../lessons"]
struct Files;

/// The lessons.
#[derive(Debug, Clone, Default)]
pub(crate) struct Catalogue {
    lessons: Vec<Lesson>,
}

impl Catalogue {
    /// Reads all lessons. One that is not right is left out and told beside the others.
    pub(crate) fn read() -> (Self, Vec<LessonError>) {
        let folders: BTreeSet<String> =
            Files::iter().filter_map(|path| Some(path.strip_suffix("/lesson.md")?.to_owned())).collect();
        let mut lessons = Vec::new();
        let mut errors = Vec::new();
        for folder in folders {
            let file = |name: &str| {
                let file = Files::get(&format!("{folder}/{name}"))?;
                Some(String::from_utf8_lossy(&file.data).into_owned())
            };
            match parse::lesson(&folder, &file) {
                Ok(lesson) => lessons.push(lesson),
                Err(error) => errors.push(error),
            }
        }
        (Catalogue { lessons: linked(lessons) }, errors)
    }

    /// One line for each lesson.
    pub(crate) fn summaries(&self) -> Vec<LessonSummary> {
        self.current().iter().map(summary).collect()
    }

    /// The lesson of this name.
    pub(crate) fn lesson(&self, slug: &str) -> Option<Lesson> {
        self.current().into_iter().find(|lesson| lesson.slug == slug)
    }

    /// A build for development reads the lessons anew each time, so that an author sees a change at once.
    fn current(&self) -> Vec<Lesson> {
        if cfg!(debug_assertions) { Self::read().0.lessons } else { self.lessons.clone() }
    }
}

fn summary(lesson: &Lesson) -> LessonSummary {
    let examples = lesson.blocks.iter().filter(|block| matches!(block, Block::Example { .. })).count();
    LessonSummary {
        slug: lesson.slug.clone(),
        title: lesson.title.clone(),
        summary: lesson.summary.clone(),
        minutes: lesson.minutes,
        examples: u32::try_from(examples).unwrap_or(u32::MAX),
    }
}

/// Tells each lesson its neighbours.
fn linked(mut lessons: Vec<Lesson>) -> Vec<Lesson> {
    let slugs: Vec<_> = lessons.iter().map(|lesson| lesson.slug.clone()).collect();
    for (index, lesson) in lessons.iter_mut().enumerate() {
        lesson.previous = index.checked_sub(1).and_then(|before| slugs.get(before)).cloned();
        lesson.next = slugs.get(index + 1).cloned();
    }
    lessons
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lesson_of_the_repository_is_right() {
        let (catalogue, errors) = Catalogue::read();
        let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
        assert!(!catalogue.lessons.is_empty());
        for lesson in &catalogue.lessons {
            assert!(lesson.blocks.iter().any(|block| matches!(block, Block::Example { .. })), "{} has no example", lesson.slug);
        }
    }

    #[test]
    fn neighbours_are_named() {
        let (catalogue, _) = Catalogue::read();
        let lessons = &catalogue.lessons;
        assert_eq!(lessons[0].previous, None);
        assert_eq!(lessons[0].next.as_deref(), lessons.get(1).map(|lesson| lesson.slug.as_str()));
        assert_eq!(lessons[lessons.len() - 1].next, None);
    }
}
