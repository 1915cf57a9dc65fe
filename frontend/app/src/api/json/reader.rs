//! The parts of JSON: numbers, texts, words, and what stands between them. It knows no types.

use super::JsonError;

/// How deep values may lie in each other: the page's own go four deep.
const DEEPEST: u32 = 64;

/// A text, and how far it was read.
pub(super) struct Reader<'t> {
    text: &'t str,
    /// Bytes that lie behind.
    pub(super) at: usize,
    deep: u32,
}

/// A number as it was written.
pub(super) enum Number {
    /// Without a sign, a point or an exponent.
    Natural(u64),
    /// With a sign alone.
    Negative(i64),
    /// With a point or an exponent.
    Fraction(f64),
}

impl<'t> Reader<'t> {
    /// At the text's begin.
    pub(super) fn new(text: &'t str) -> Self {
        Reader { text, at: 0, deep: 0 }
    }

    /// The next byte that is no space.
    pub(super) fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    /// Whether the next byte was this one; then it is behind us.
    fn took(&mut self, byte: u8) -> bool {
        let here = self.peek() == Some(byte);
        self.at += usize::from(here);
        here
    }

    /// Steps over this byte, or says what was wanted.
    pub(super) fn expect(&mut self, byte: u8, wanted: &'static str) -> Result<(), JsonError> {
        if self.took(byte) { Ok(()) } else { no(wanted) }
    }

    /// Steps over this word.
    pub(super) fn word(&mut self, word: &'static str) -> Result<(), JsonError> {
        self.peek();
        if !self.text[self.at..].starts_with(word) {
            return no(word);
        }
        self.at += word.len();
        Ok(())
    }

    /// Goes into a list or an object.
    pub(super) fn enter(&mut self) -> Result<(), JsonError> {
        self.deep += 1;
        if self.deep > DEEPEST { no("an end to values within values") } else { Ok(()) }
    }

    /// Whether another element follows, in a list or an object that ends with `end`.
    pub(super) fn another(&mut self, first: &mut bool, end: u8) -> Result<bool, JsonError> {
        if self.took(end) {
            self.deep -= 1;
            return Ok(false);
        }
        if !std::mem::take(first) {
            self.expect(b',', "a comma")?;
        }
        Ok(true)
    }

    /// The number that follows.
    pub(super) fn number(&mut self) -> Result<Number, JsonError> {
        let negative = self.took(b'-');
        let from = self.at;
        let (whole, places) = self.digits(0);
        if places == 0 || self.at - from > places as usize {
            return no("a number that is not too large");
        }
        let mut value = None;
        let mut exponent = 0_i32;
        if self.here() == Some(b'.') {
            self.at += 1;
            let (all, places) = self.digits(whole);
            value = Some(all);
            exponent -= places;
        }
        if let Some(b'e' | b'E') = self.here() {
            self.at += 1;
            let down = self.here() == Some(b'-');
            self.at += usize::from(down || self.here() == Some(b'+'));
            let (power, _) = self.digits(0);
            let power = i32::try_from(power).unwrap_or(i32::MAX).min(1_000);
            exponent += if down { -power } else { power };
            value = value.or(Some(whole));
        }
        Ok(match (value, negative) {
            (Some(value), _) => Number::Fraction(scaled(if negative { -(value as f64) } else { value as f64 }, exponent)),
            (None, false) => Number::Natural(whole),
            (None, true) => Number::Negative(0_i64.checked_sub_unsigned(whole).unwrap_or(i64::MIN)),
        })
    }

    fn here(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// What comes of `value` with the digits that follow, and how many of them it had room for.
    fn digits(&mut self, mut value: u64) -> (u64, i32) {
        let from = self.at;
        let mut left_out = 0;
        while let Some(digit @ b'0'..=b'9') = self.here() {
            match value.checked_mul(10).and_then(|value| value.checked_add(u64::from(digit - b'0'))) {
                Some(longer) => value = longer,
                None => left_out += 1,
            }
            self.at += 1;
        }
        (value, (self.at - from) as i32 - left_out)
    }

    /// The text in quotes that follows.
    pub(super) fn string(&mut self) -> Result<String, JsonError> {
        self.expect(b'"', "a text")?;
        let mut string = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let length = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\')).unwrap_or(rest.len());
            string.push_str(&rest[..length]);
            self.at += length;
            if self.took(b'"') {
                return Ok(string);
            }
            self.at += 1;
            string.push(self.escaped()?);
        }
    }

    fn escaped(&mut self) -> Result<char, JsonError> {
        let byte = self.here();
        self.at += 1;
        Ok(match byte {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte as char,
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'u') => {
                let first = self.four()?;
                let pair = (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with("\\u");
                let code = if pair {
                    self.at += 2;
                    0x10000 + ((first - 0xd800) << 10) + (self.four()?.wrapping_sub(0xdc00) & 0x3ff)
                } else {
                    first
                };
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return no("the end of a text"),
        })
    }

    fn four(&mut self) -> Result<u32, JsonError> {
        let digits = self.text.get(self.at..self.at + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        self.at += 4;
        digits.ok_or(JsonError { at: 0, wanted: "four hexadecimal digits" })
    }

    /// Steps over a whole value.
    pub(super) fn skip(&mut self) -> Result<(), JsonError> {
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            Some(open @ (b'[' | b'{')) => {
                let (end, mut first) = (if open == b'[' { b']' } else { b'}' }, true);
                self.at += 1;
                self.enter()?;
                while self.another(&mut first, end)? {
                    if open == b'{' {
                        self.string()?;
                        self.expect(b':', "a colon")?;
                    }
                    self.skip()?;
                }
                Ok(())
            }
            _ => self.number().map(drop),
        }
    }
}

/// What was wanted is not there.
pub(super) fn no<T>(wanted: &'static str) -> Result<T, JsonError> {
    Err(JsonError { at: 0, wanted })
}

/// To within a few units in the last place, which is more than is ever shown.
fn scaled(value: f64, exponent: i32) -> f64 {
    let power = (0..exponent.unsigned_abs()).fold(1.0, |power, _| power * 10.0);
    if exponent < 0 { value / power } else { value * power }
}
