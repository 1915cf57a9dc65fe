//! JSON into the wire's types.
//!
//! Written for a page that is downloaded: what reads is compiled once, and only the filling in of fields for each type. It takes
//! what the wire has: structs, lists, texts, numbers, options, enums of plain names. Anything else is an error that says where.

mod reader;

use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::{Deserializer, de};

use reader::{Number, Reader, no};

/// Reads a whole text as one value.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, JsonError> {
    let mut reader = Reader::new(text);
    let value =
        T::deserialize(&mut reader).and_then(|value| if reader.peek().is_none() { Ok(value) } else { no("the text's end") });
    value.map_err(|error| JsonError { at: reader.at, ..error })
}

/// Why a text is not the value that was wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    /// How many bytes of the text were understood.
    pub at: usize,
    /// What was wanted there.
    pub wanted: &'static str,
}

impl fmt::Display for JsonError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "byte {}: {} is missing", self.at, self.wanted)
    }
}

impl std::error::Error for JsonError {}

/// What types say of a value is left out: the place tells more, and the words of every type would have to be downloaded.
impl de::Error for JsonError {
    fn custom<T: fmt::Display>(_: T) -> Self {
        JsonError { at: 0, wanted: "a value of another kind" }
    }

    fn invalid_type(_: de::Unexpected, _: &dyn de::Expected) -> Self {
        JsonError { at: 0, wanted: "a value of another kind" }
    }

    fn invalid_value(_: de::Unexpected, _: &dyn de::Expected) -> Self {
        JsonError { at: 0, wanted: "another value" }
    }

    fn invalid_length(_: usize, _: &dyn de::Expected) -> Self {
        JsonError { at: 0, wanted: "a list of another length" }
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        JsonError { at: 0, wanted: "a name that this page knows" }
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        JsonError { at: 0, wanted: "a field that this page knows" }
    }

    fn missing_field(field: &'static str) -> Self {
        JsonError { at: 0, wanted: field }
    }

    fn duplicate_field(_: &'static str) -> Self {
        JsonError { at: 0, wanted: "a field that was not there before" }
    }
}

macro_rules! numbers {
    ($($name:ident)*) => {
        $(fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
            match self.number()? {
                Number::Natural(number) => visitor.visit_u64(number),
                Number::Negative(number) => visitor.visit_i64(number),
                Number::Fraction(number) => visitor.visit_f64(number),
            }
        })*
    };
}

macro_rules! texts {
    ($($name:ident)*) => {
        $(fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
            visitor.visit_string(self.string()?)
        })*
    };
}

impl<'de> Deserializer<'de> for &mut Reader<'_> {
    type Error = JsonError;

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32
        deserialize_u64 deserialize_f32 deserialize_f64
    }
    texts! { deserialize_str deserialize_string deserialize_char deserialize_identifier }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        let yes = self.peek() == Some(b't');
        self.word(if yes { "true" } else { "false" })?;
        visitor.visit_bool(yes)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        if self.peek() == Some(b'n') {
            self.word("null")?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        self.expect(b'[', "a list")?;
        self.enter()?;
        visitor.visit_seq(Elements { reader: self, first: true })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        self.expect(b'{', "an object")?;
        self.enter()?;
        visitor.visit_map(Elements { reader: self, first: true })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        visitor.visit_enum(Name { reader: self })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        self.skip()?;
        visitor.visit_unit()
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, JsonError> {
        no("a type that says what it is")
    }

    serde::forward_to_deserialize_any! { bytes byte_buf unit unit_struct tuple tuple_struct }
}

struct Elements<'r, 't> {
    reader: &'r mut Reader<'t>,
    first: bool,
}

impl<'de> SeqAccess<'de> for Elements<'_, '_> {
    type Error = JsonError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, JsonError> {
        if self.reader.another(&mut self.first, b']')? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }
}

impl<'de> MapAccess<'de> for Elements<'_, '_> {
    type Error = JsonError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, JsonError> {
        if self.reader.another(&mut self.first, b'}')? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, JsonError> {
        self.reader.expect(b':', "a colon")?;
        seed.deserialize(&mut *self.reader)
    }
}

/// A variant of an enum, which is its name alone.
struct Name<'r, 't> {
    reader: &'r mut Reader<'t>,
}

impl<'de> EnumAccess<'de> for Name<'_, '_> {
    type Error = JsonError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), JsonError> {
        seed.deserialize(&mut *self.reader).map(|value| (value, self))
    }
}

impl<'de> VariantAccess<'de> for Name<'_, '_> {
    type Error = JsonError;

    fn unit_variant(self) -> Result<(), JsonError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, JsonError> {
        no("a plain name")
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, JsonError> {
        no("a plain name")
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, JsonError> {
        no("a plain name")
    }
}

#[cfg(test)]
mod tests {
    use forkyard_wire::lesson::Block;
    use forkyard_wire::run::{Finished, Outcome, StartMethod};
    use forkyard_wire::timeline::Chunk;
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    use super::*;

    #[test]
    fn a_recorded_run_is_read_as_serde_json_reads_it() {
        let text = include_str!("../../static/recorded.json");
        let expected: Vec<Chunk> = serde_json::from_str(text).unwrap();
        assert_eq!(read::<Vec<Chunk>>(text).unwrap(), expected);
    }

    #[test]
    fn texts_may_hold_anything() {
        for text in ["", "plain", "q\"uo\\te/", "line\nfeed\t\u{8}\u{c}\u{1}", "è 🐍 \u{202f}"] {
            assert_eq!(read::<String>(&serde_json::to_string(text).unwrap()).unwrap(), text);
        }
        assert_eq!(read::<String>(r#""\ud83d\udc0d \ud800 \u00e8""#).unwrap(), "🐍 \u{fffd} è");
    }

    #[test]
    fn options_and_names_are_read() {
        assert_eq!(read::<Option<StartMethod>>(" null ").unwrap(), None);
        assert_eq!(read::<Option<StartMethod>>("\"spawn\"").unwrap(), Some(StartMethod::Spawn));
        assert_eq!(read::<StartMethod>("\"teleport\"").unwrap_err().wanted, "a name that this page knows");
    }

    #[test]
    fn a_run_that_ended_is_read() {
        let finished = Finished {
            outcome: Outcome::TimedOut,
            exit_code: Some(-9),
            signal: None,
            wall_ns: u64::MAX,
            cpu_ns: 0,
            peak_memory_bytes: 12,
            processes: 3,
            cores_used: 1.9375,
            output_truncated: true,
            message: Some("late".to_owned()),
        };
        assert_eq!(read::<Finished>(&serde_json::to_string(&finished).unwrap()).unwrap(), finished);
    }

    #[test]
    fn every_kind_of_block_is_read() {
        let blocks = r#"[{"kind":"prose","html":"a"},{"kind":"question","html":"b","choices":[{"text":"c","right":true,"reply":"d"}]},
            {"kind":"example","name":"e","title":"f","source":"g","options":{"workers":"threads","start_method":null}},
            {"kind":"exercise","html":"h","source":"i","hints":["j"],"solution":"k"}]"#;
        assert_eq!(read::<Vec<Block>>(blocks).unwrap(), serde_json::from_str::<Vec<Block>>(blocks).unwrap());
    }

    #[test]
    fn fields_of_the_future_are_passed_over() {
        let text = r#"{"to_ns": 5, "new": {"a": [1, {"b": null}, "c", -1.5e3], "d": true}, "lost": 2}"#;
        assert_eq!(read::<Chunk>(text).unwrap(), Chunk { to_ns: 5, lost: 2, ..Chunk::default() });
    }

    #[test]
    fn an_error_says_where() {
        assert_eq!(read::<Vec<u32>>("[1, 2").unwrap_err().to_string(), "byte 5: a comma is missing");
        assert_eq!(read::<Vec<u32>>("[1] x").unwrap_err().to_string(), "byte 4: the text's end is missing");
        assert_eq!(read::<Vec<u8>>("[300]").unwrap_err().wanted, "another value");
        assert_eq!(read::<Finished>("{}").unwrap_err().wanted, "outcome");
        assert!(read::<IgnoredAny>(&"[".repeat(100_000)).is_err());
    }

    proptest! {
        #[test]
        fn numbers_are_read_as_serde_json_reads_them(natural: u64, whole: i64, fraction in -1e9_f64..1e9) {
            prop_assert_eq!(read::<u64>(&natural.to_string()).unwrap(), natural);
            prop_assert_eq!(read::<i64>(&whole.to_string()).unwrap(), whole);
            let back = read::<f64>(&serde_json::to_string(&fraction).unwrap()).unwrap();
            prop_assert!((back - fraction).abs() <= fraction.abs() * 1e-14, "{} is not {}", back, fraction);
        }

        #[test]
        fn nothing_makes_it_panic(text: String) {
            let _ = read::<Chunk>(&text);
            let _ = read::<IgnoredAny>(&text);
            let _ = read::<Vec<String>>(&format!("[\"{text}"));
        }
    }
}
