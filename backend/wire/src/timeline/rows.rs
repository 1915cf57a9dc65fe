//! Rows of a table: a list of plain values, which on the wire is columns.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What can be a row: it says as which columns many of it are written.
pub trait Row: Copy {
    /// Many of it on the wire.
    type Columns: From<Rows<Self>> + Serialize + DeserializeOwned;
}

/// Rows in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "T::Columns", into = "T::Columns", bound(serialize = "T: Row", deserialize = "T: Row, Rows<T>: From<T::Columns>"))]
pub struct Rows<T: Row>(pub(super) Vec<T>);

impl<T: Row> Rows<T> {
    /// Adds a row.
    pub fn push(&mut self, row: T) {
        self.0.push(row);
    }

    /// The rows in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = T> + '_ {
        self.0.iter().copied()
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Row> Default for Rows<T> {
    fn default() -> Self {
        Rows(Vec::new())
    }
}

impl<T: Row> FromIterator<T> for Rows<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        Rows(rows.into_iter().collect())
    }
}

impl<T: Row> Extend<T> for Rows<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, rows: I) {
        self.0.extend(rows);
    }
}
