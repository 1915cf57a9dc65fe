//! Takes a lesson's text apart: front matter, prose, examples, questions, exercises.
//!
//! Pure: the files come in through a function, errors name the file and the line.

use forkyard_wire::lesson::{Block, Choice, Lesson};
use serde::Deserialize;

use super::directive::Directive;
use super::prose;

/// A lesson's front matter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    title: String,
    summary: String,
    minutes: u32,
    goals: Vec<String>,
    /// Which parts of the subject it carries. Read by the coverage test, required here so that it is never forgotten.
    #[serde(rename = "covers")]
    _covers: Vec<String>,
}

/// Reads the lesson in the folder `slug`; `file` gives the text of a file in it.
pub(super) fn lesson(slug: &str, file: &dyn Fn(&str) -> Option<String>) -> Result<Lesson, LessonError> {
    let error = |line: usize, message: String| LessonError { file: format!("lessons/{slug}/lesson.md"), line, message };
    let text = file("lesson.md").ok_or_else(|| error(1, "the file is missing".into()))?;
    let lines: Vec<&str> = text.lines().collect();
    let end = lines.iter().skip(1).position(|line| line.trim_end() == "+++").map(|index| index + 1);
    let (Some(&"+++"), Some(end)) = (lines.first(), end) else {
        return Err(error(1, "a lesson begins with its front matter between two lines of +++".into()));
    };
    let front = lines[1..end].join("\n");
    let front: FrontMatter = toml::from_str(&front).map_err(|wrong| {
        let line = wrong.span().map_or(0, |span| front[..span.start.min(front.len())].matches('\n').count());
        error(line + 2, wrong.message().to_owned())
    })?;
    let mut reader = Reader { file, blocks: Vec::new(), open: Open::Prose(String::new()), opened: 0, fence: false };
    for (index, line) in lines.iter().enumerate().skip(end + 1) {
        reader.line(line, index + 1).map_err(|message| error(index + 1, message))?;
    }
    let opened = reader.opened;
    let blocks = reader.finish().map_err(|message| error(opened, message))?;
    Ok(Lesson {
        slug: slug.to_owned(),
        title: front.title,
        summary: front.summary,
        minutes: front.minutes,
        goals: front.goals,
        blocks,
        previous: None,
        next: None,
    })
}

/// Goes through the lines after the front matter.
struct Reader<'a> {
    file: &'a dyn Fn(&str) -> Option<String>,
    blocks: Vec<Block>,
    open: Open,
    /// The line on which the open block began.
    opened: usize,
    /// Whether the line is within a code fence, where nothing is special.
    fence: bool,
}

/// The block that lines go to.
enum Open {
    Prose(String),
    Exercise { prose: String, hints: Vec<String> },
    Question { prose: String, choices: Vec<Choice> },
}

impl Reader<'_> {
    fn line(&mut self, line: &str, number: usize) -> Result<(), String> {
        if line.trim_start().starts_with("```") {
            self.fence = !self.fence;
        }
        if !self.fence
            && let Some(directive) = Directive::on(line)
        {
            return self.directive(directive.map_err(|error| error.to_string())?, number);
        }
        let fence = self.fence;
        match &mut self.open {
            Open::Exercise { hints, .. } if !fence && line.starts_with("hint:") => {
                hints.push(line["hint:".len()..].trim().to_owned());
            }
            Open::Question { choices, .. } if !fence && (line.starts_with("[x]") || line.starts_with("[ ]")) => {
                let (text, reply) = line[3..].split_once("::").ok_or("an answer is written `[x] answer :: reply`".to_owned())?;
                choices.push(Choice {
                    text: text.trim().to_owned(),
                    right: line.starts_with("[x]"),
                    reply: reply.trim().to_owned(),
                });
            }
            Open::Prose(prose) | Open::Exercise { prose, .. } | Open::Question { prose, .. } => {
                prose.push_str(line);
                prose.push('\n');
            }
        }
        Ok(())
    }

    fn directive(&mut self, directive: Directive, number: usize) -> Result<(), String> {
        let inside = !matches!(self.open, Open::Prose(_));
        match directive {
            Directive::End if !inside => Err("there is nothing to end here".into()),
            Directive::End => self.close(),
            _ if inside => Err(format!("the block that began on line {} has no end", self.opened)),
            Directive::Example { name, title, options } => {
                self.close()?;
                if self.blocks.iter().any(|block| matches!(block, Block::Example { name: other, .. } if *other == name)) {
                    return Err(format!("the example {name} is in this lesson already"));
                }
                let source = self.source(&name)?;
                self.blocks.push(Block::Example { name, title, source, options });
                Ok(())
            }
            Directive::Exercise => {
                self.close()?;
                self.opened = number;
                self.open = Open::Exercise { prose: String::new(), hints: Vec::new() };
                Ok(())
            }
            Directive::Question => {
                self.close()?;
                self.opened = number;
                self.open = Open::Question { prose: String::new(), choices: Vec::new() };
                Ok(())
            }
        }
    }

    /// Makes the open block into one of the lesson's, and opens prose.
    fn close(&mut self) -> Result<(), String> {
        match std::mem::replace(&mut self.open, Open::Prose(String::new())) {
            Open::Prose(prose) if prose.trim().is_empty() => {}
            Open::Prose(prose) => self.blocks.push(Block::Prose { html: prose::to_html(&prose) }),
            Open::Exercise { prose, hints } => {
                let (source, solution) = (self.source("exercise")?, self.source("solution")?);
                self.blocks.push(Block::Exercise { html: prose::to_html(&prose), source, hints, solution });
            }
            Open::Question { prose, choices } => {
                if choices.len() < 2 || !choices.iter().any(|choice| choice.right) {
                    return Err("a question has two answers or more, and one of them is right".into());
                }
                self.blocks.push(Block::Question { html: prose::to_html(&prose), choices });
            }
        }
        Ok(())
    }

    fn source(&self, name: &str) -> Result<String, String> {
        (self.file)(&format!("{name}.py")).ok_or_else(|| format!("{name}.py is not in the lesson's folder"))
    }

    fn finish(mut self) -> Result<Vec<Block>, String> {
        if !matches!(self.open, Open::Prose(_)) {
            return Err("this block has no end".into());
        }
        self.close()?;
        Ok(self.blocks)
    }
}

/// A lesson that is not right, and where.
#[derive(Debug, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub(crate) struct LessonError {
    file: String,
    line: usize,
    message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRONT: &str = "+++\ntitle = \"T\"\nsummary = \"S\"\nminutes = 5\ngoals = []\ncovers = []\n+++\n";

    fn parsed(body: &str) -> Result<Lesson, String> {
        let text = format!("{FRONT}{body}");
        let file = |name: &str| match name {
            "lesson.md" => Some(text.clone()),
            "a.py" | "exercise.py" | "solution.py" => Some(format!("# {name}\n")),
            _ => None,
        };
        lesson("01-t", &file).map_err(|error| error.to_string())
    }

    #[test]
    fn blocks_come_in_order() {
        let lesson = parsed(
            "before\n\n{{ example a \"A\" }}\n{{ question }}\nWhy?\n\n[x] yes :: right\n[ ] no :: wrong\n{{ end }}\n\
             {{ exercise }}\nDo it.\n\nhint: slowly\n{{ end }}\nafter\n",
        )
        .unwrap();
        let kinds: Vec<_> = lesson
            .blocks
            .iter()
            .map(|block| match block {
                Block::Prose { html } => format!("prose {html}"),
                Block::Example { name, source, .. } => format!("example {name} {source}"),
                Block::Question { choices, .. } => format!("question {} {}", choices[0].text, choices[1].right),
                Block::Exercise { hints, solution, .. } => format!("exercise {} {solution}", hints[0]),
            })
            .collect();
        assert_eq!(
            kinds,
            [
                "prose <p>before</p>\n",
                "example a # a.py\n",
                "question yes false",
                "exercise slowly # solution.py\n",
                "prose <p>after</p>\n"
            ]
        );
    }

    #[test]
    fn nothing_is_special_within_a_fence() {
        let lesson = parsed("```text\n{{ example nowhere \"N\" }}\n```\n").unwrap();
        assert_eq!(lesson.blocks.len(), 1);
    }

    #[test]
    fn errors_name_file_and_line() {
        for (body, expected) in [
            ("x\n{{ example b \"B\" }}\n", "lesson.md:9: b.py is not"),
            ("{{ exercise }}\nx\n", "lesson.md:8: this block has no end"),
            ("{{ end }}\n", "lesson.md:8: there is nothing to end"),
            ("{{ question }}\n{{ example a \"A\" }}\n", "lesson.md:9: the block that began on line 8"),
            ("{{ question }}\n[x] only\n", "lesson.md:9: an answer is written"),
            ("{{ question }}\n[ ] a :: b\n[ ] c :: d\n{{ end }}\n", "lesson.md:11: a question has two answers"),
            ("{{ example a \"A\" }}\n{{ example a \"A\" }}\n", "lesson.md:9: the example a is in"),
        ] {
            let error = parsed(body).unwrap_err();
            assert!(error.contains(expected), "{body}: {error}");
        }
        let wrong = |_: &str| Some("+++\ntitle = \"T\"\nminutes = \"five\"\n+++\n".to_owned());
        let error = lesson("01-t", &wrong).unwrap_err().to_string();
        assert!(error.starts_with("lessons/01-t/lesson.md:3: "), "{error}");
    }
}
