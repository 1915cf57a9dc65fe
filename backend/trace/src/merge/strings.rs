//! The run's table of strings: each text once, in the order of first use.

use std::collections::HashMap;

/// The table, and what of it has not been sent.
#[derive(Debug, Default)]
pub(crate) struct Strings {
    ids: HashMap<String, u32>,
    new: Vec<String>,
}

impl Strings {
    /// The id of a text, from 1.
    pub(crate) fn id(&mut self, text: &str) -> u32 {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = self.ids.len() as u32 + 1;
        self.ids.insert(text.to_owned(), id);
        self.new.push(text.to_owned());
        id
    }

    /// The texts since the last call.
    pub(crate) fn take_new(&mut self) -> Vec<String> {
        std::mem::take(&mut self.new)
    }
}
