//! The run's table of strings: each text once, in the order of first use.

use std::collections::HashMap;
use std::sync::Arc;

/// The table, and what of it has not been sent.
#[derive(Debug, Default)]
pub(crate) struct Strings {
    ids: HashMap<Arc<str>, u32>,
    new: Vec<String>,
}

impl Strings {
    /// The id of a text, from 1.
    pub(crate) fn id(&mut self, text: &Arc<str>) -> u32 {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = self.ids.len() as u32 + 1;
        self.ids.insert(Arc::clone(text), id);
        self.new.push(text.to_string());
        id
    }

    /// The texts since the last call.
    pub(crate) fn take_new(&mut self) -> Vec<String> {
        std::mem::take(&mut self.new)
    }
}
