//! The course: lessons out of the program itself, made ready for the page.
//!
//! [`parse`] takes a lesson's text apart, [`prose`] makes its Markdown into HTML that is safe to insert, [`catalogue`] puts the
//! lessons in order. What an example prints and shows (`facts.toml`) is the tests' business, not the server's.

mod catalogue;
mod directive;
mod parse;
mod prose;

pub(crate) use catalogue::Catalogue;
