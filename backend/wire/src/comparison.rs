//! A comparison: several variants of a program, run in turn, several times, and what came of it.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::run::{Outcome, RunRequest};

/// The body of `POST /api/comparisons`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ComparisonRequest {
    /// What is compared, 2 to 6; the others are held against the first.
    pub variants: Vec<Variant>,
    /// How often each runs, 1 to 20. The runs take turns: first, second, first, second.
    pub repeats: u32,
}

/// One of the compared: the fields of a run, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Variant {
    /// What people call it, unlike every other's.
    pub label: String,
    /// What runs.
    #[serde(flatten)]
    pub run: RunRequest,
}

/// Which of a comparison's runs an event belongs to; stands in the data of every event but `compared`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Turn {
    /// The place of the variant in the request, from 0.
    pub variant: u32,
    /// Which of its repeats, from 0.
    pub repeat: u32,
}

/// The data of `compared`, the last event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Compared {
    /// One entry a variant, in the order of the request.
    pub variants: Vec<Figures>,
    /// One sentence when the comparison ended before its last run.
    pub message: Option<String>,
}

/// What came of a variant. Runs that did not complete count in `outcomes` alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Figures {
    /// As in the request.
    pub label: String,
    /// How each of its runs ended, in their order.
    pub outcomes: Vec<Outcome>,
    /// Wall-clock time, in nanoseconds; `None` when no run completed.
    pub wall_ns: Option<Times>,
    /// Processor time of all processes, in nanoseconds.
    pub cpu_ns: Option<Times>,
    /// Mean number of cores busy; the median of the runs.
    pub cores_used: Option<f64>,
    /// The id of the run whose wall time is the median, the smaller of the middle two; its trace can be asked for.
    pub median_run: Option<String>,
    /// Whether every completed run printed the lines that the comparison's first completed run printed, in any order, on
    /// standard output.
    pub outputs_equal: bool,
    /// Its median wall time divided by the first variant's.
    pub ratio: Option<Ratio>,
}

/// Times of repeated runs, in nanoseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Times {
    /// Every one, in the order of the runs.
    pub all: Vec<u64>,
    /// The middle one; with an even number the mean of the middle two.
    pub median: u64,
    /// The smallest.
    pub min: u64,
    /// The largest.
    pub max: u64,
}

/// A ratio of medians, with the spread over the repeats: each run beside the first variant's run of the same repeat.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ratio {
    /// Of the medians.
    pub median: f64,
    /// The smallest of one repeat.
    pub min: f64,
    /// The largest of one repeat.
    pub max: f64,
}

/// By hand, because serde's `flatten` would let unknown fields pass.
impl<'de> Deserialize<'de> for Variant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Variant;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a `label` and the fields of a run")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Variant, A::Error> {
                let mut label = None;
                let run = RunRequest::deserialize(MapAccessDeserializer::new(WithoutLabel { map, label: &mut label }))?;
                let label = label.ok_or_else(|| A::Error::missing_field("label"))?;
                Ok(Variant { label, run })
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

/// The fields of a variant but its label, which is put aside.
struct WithoutLabel<'a, A> {
    map: A,
    label: &'a mut Option<String>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for WithoutLabel<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(key) = self.map.next_key::<String>()? {
            if key != "label" {
                return seed.deserialize(StrDeserializer::new(&key)).map(Some);
            }
            if self.label.replace(self.map.next_value()?).is_some() {
                return Err(A::Error::duplicate_field("label"));
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variant(json: &str) -> serde_json::Result<Variant> {
        serde_json::from_str(json)
    }

    #[test]
    fn a_variant_is_a_run_with_a_label() {
        let parsed = variant(r#"{"source":"pass","label":"threads","workers":"threads"}"#).unwrap();
        assert_eq!((parsed.label.as_str(), parsed.run.workers), ("threads", crate::run::Workers::Threads));
        assert_eq!(variant(&serde_json::to_string(&parsed).unwrap()).unwrap(), parsed);
    }

    #[test]
    fn a_variant_refuses_what_a_run_refuses() {
        for (json, words) in [
            (r#"{"source":"pass"}"#, "missing field `label`"),
            (r#"{"label":"a"}"#, "missing field `source`"),
            (r#"{"label":"a","source":"pass","sauce":1}"#, "unknown field `sauce`"),
            (r#"{"label":"a","label":"b","source":"pass"}"#, "duplicate field `label`"),
            (r#"["a"]"#, "a `label` and the fields of a run"),
        ] {
            let error = variant(json).unwrap_err().to_string();
            assert!(error.contains(words), "{json}: {error}");
        }
    }
}
