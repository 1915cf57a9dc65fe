//! The special lines of a lesson: `{{ example … }}`, `{{ exercise }}`, `{{ question }}`, `{{ end }}`.

use forkyard_wire::lesson::ExampleOptions;
use serde_json::{Map, Value};

/// A special line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Directive {
    /// A program, shown as a card.
    Example {
        /// Its file without the ending.
        name: String,
        /// What it shows.
        title: String,
        /// How it is run.
        options: ExampleOptions,
    },
    /// A task begins.
    Exercise,
    /// A question begins.
    Question,
    /// Either ends.
    End,
}

impl Directive {
    /// The directive on this line: `None` when the line is none, an error when it is one that is not right.
    pub(super) fn on(line: &str) -> Option<Result<Self, DirectiveError>> {
        let inside = line.trim().strip_prefix("{{")?.strip_suffix("}}")?;
        Some(read(inside))
    }
}

fn read(inside: &str) -> Result<Directive, DirectiveError> {
    let words = words(inside)?;
    let (kind, rest) = words.split_first().ok_or(DirectiveError::Empty)?;
    match (kind.as_str(), rest) {
        ("exercise", []) => Ok(Directive::Exercise),
        ("question", []) => Ok(Directive::Question),
        ("end", []) => Ok(Directive::End),
        ("example", [name, title, options @ ..]) => {
            if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                return Err(DirectiveError::Name(name.clone()));
            }
            Ok(Directive::Example { name: name.clone(), title: title.clone(), options: read_options(options)? })
        }
        ("example", _) => Err(DirectiveError::Example),
        _ => Err(DirectiveError::Unknown(kind.clone())),
    }
}

fn read_options(words: &[String]) -> Result<ExampleOptions, DirectiveError> {
    let mut options = Map::new();
    for word in words {
        let (key, value) = word.split_once('=').ok_or_else(|| DirectiveError::Option(word.clone()))?;
        options.insert(key.to_owned(), Value::from(value));
    }
    serde_json::from_value(Value::Object(options)).map_err(DirectiveError::Options)
}

/// Splits at blanks; what stands between quotation marks is one word.
fn words(text: &str) -> Result<Vec<String>, DirectiveError> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (word, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or(DirectiveError::Quote)?,
            None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    Ok(words)
}

/// What is not right about a special line.
#[derive(Debug, thiserror::Error)]
pub(super) enum DirectiveError {
    /// Nothing between the braces.
    #[error("there is nothing between the braces")]
    Empty,
    /// A word that is none of the four.
    #[error("`{0}` is not example, exercise, question or end (which stand alone)")]
    Unknown(String),
    /// An example without name or title.
    #[error("an example is written {{{{ example file_name \"Title\" }}}}")]
    Example,
    /// A name that is no file's.
    #[error("`{0}` is no name of an example: letters, digits and underscores")]
    Name(String),
    /// An option without a value.
    #[error("`{0}` is no option: they are written workers=threads")]
    Option(String),
    /// An option that does not exist, or not with this value.
    #[error("the options are not right: {0}")]
    Options(serde_json::Error),
    /// A quotation mark without its other one.
    #[error("a quotation mark is not closed")]
    Quote,
}

#[cfg(test)]
mod tests {
    use forkyard_wire::run::{StartMethod, Workers};

    use super::*;

    #[test]
    fn an_example_has_a_name_a_title_and_options() {
        let line = r#"{{ example first_one "The first, of two" workers=threads start_method=spawn }}"#;
        let expected = Directive::Example {
            name: "first_one".into(),
            title: "The first, of two".into(),
            options: ExampleOptions { workers: Workers::Threads, start_method: Some(StartMethod::Spawn) },
        };
        assert_eq!(Directive::on(line).unwrap().unwrap(), expected);
    }

    #[test]
    fn what_is_not_right_is_said() {
        for (line, words) in [
            ("{{ }}", "nothing"),
            ("{{ exmaple a \"b\" }}", "exmaple"),
            ("{{ end now }}", "end"),
            ("{{ example a }}", "Title"),
            ("{{ example a/b \"c\" }}", "a/b"),
            ("{{ example a \"b }}", "quotation"),
            ("{{ example a \"b\" fast }}", "fast"),
            ("{{ example a \"b\" workers=fibres }}", "fibres"),
            ("{{ example a \"b\" cores=2 }}", "cores"),
        ] {
            let error = Directive::on(line).unwrap().unwrap_err().to_string();
            assert!(error.contains(words), "{line}: {error}");
        }
        assert!(Directive::on("a {{ example }}").is_none());
    }
}
