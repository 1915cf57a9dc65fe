//! Lessons as the page gets them.

use serde::{Deserialize, Serialize};

use crate::run::{StartMethod, Workers};

/// A line of `GET /api/lessons`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LessonSummary {
    /// The folder's name, `01-why-processes`.
    pub slug: String,
    /// A few words.
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// How long it takes to work through.
    pub minutes: u32,
    /// How many examples it has.
    pub examples: u32,
}

/// The answer of `GET /api/lessons/{slug}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lesson {
    /// The folder's name.
    pub slug: String,
    /// A few words.
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// How long it takes to work through.
    pub minutes: u32,
    /// What one can do afterwards.
    pub goals: Vec<String>,
    /// What it is made of, in order.
    pub blocks: Vec<Block>,
    /// The lesson before, if there is one.
    pub previous: Option<String>,
    /// The lesson after, if there is one.
    pub next: Option<String>,
}

/// A part of a lesson.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case", from = "AnyBlock")]
pub enum Block {
    /// Text.
    Prose {
        /// Made on the server, safe to insert.
        html: String,
    },
    /// A program to run and edit.
    Example {
        /// The file's name without its ending, unique in the lesson.
        name: String,
        /// What it shows, a few words.
        title: String,
        /// The program.
        source: String,
        /// How it is run unless the learner chooses otherwise.
        options: ExampleOptions,
    },
    /// Predict, then run.
    Question {
        /// What is asked.
        html: String,
        /// What can be answered.
        choices: Vec<Choice>,
    },
    /// Something to write.
    Exercise {
        /// What is asked.
        html: String,
        /// Where one starts.
        source: String,
        /// From gentle to plain.
        hints: Vec<String>,
        /// One way to do it, revealed last.
        solution: String,
    },
}

/// How an example is run unless the learner chooses otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ExampleOptions {
    /// Processes or threads.
    pub workers: Workers,
    /// The start method, `None` for the interpreter's own.
    pub start_method: Option<StartMethod>,
}

/// One answer to a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Choice {
    /// The answer.
    pub text: String,
    /// Whether it is right.
    pub right: bool,
    /// Why, or why not.
    pub reply: String,
}

/// A block as it is read: the fields of every kind, empty where the kind has none. A reader that had to find the kind first would
/// keep everything in between, and the code for that would be some of what the page downloads.
#[derive(Deserialize)]
struct AnyBlock {
    kind: BlockKind,
    #[serde(default)]
    html: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    options: ExampleOptions,
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    hints: Vec<String>,
    #[serde(default)]
    solution: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum BlockKind {
    Prose,
    Example,
    Question,
    Exercise,
}

impl From<AnyBlock> for Block {
    fn from(any: AnyBlock) -> Self {
        let AnyBlock { kind, html, name, title, source, options, choices, hints, solution } = any;
        match kind {
            BlockKind::Prose => Block::Prose { html },
            BlockKind::Example => Block::Example { name, title, source, options },
            BlockKind::Question => Block::Question { html, choices },
            BlockKind::Exercise => Block::Exercise { html, source, hints, solution },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_of_each_kind_survives_the_wire() {
        let blocks = vec![
            Block::Prose { html: "a".to_owned() },
            Block::Example {
                name: "b".to_owned(),
                title: "c".to_owned(),
                source: "d".to_owned(),
                options: ExampleOptions { workers: Workers::Threads, start_method: Some(StartMethod::Spawn) },
            },
            Block::Question {
                html: "e".to_owned(),
                choices: vec![Choice { text: "f".to_owned(), right: true, reply: "g".to_owned() }],
            },
            Block::Exercise {
                html: "h".to_owned(),
                source: "i".to_owned(),
                hints: vec!["j".to_owned()],
                solution: "k".to_owned(),
            },
        ];
        let text = serde_json::to_string(&blocks).unwrap();
        assert!(text.starts_with(r#"[{"kind":"prose","html":"a"}"#), "{text}");
        assert_eq!(serde_json::from_str::<Vec<Block>>(&text).unwrap(), blocks);
    }
}
