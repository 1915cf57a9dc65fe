//! How messages lie in a chain: a header word, then the bytes, in steps of eight.
//!
//! The header is what publishes a record: while it is zero there is nothing.

/// Bytes of the header.
pub(super) const HEADER: u64 = 8;
/// Bytes of the link that ends a segment.
pub(super) const LINK: u64 = HEADER + 8;

/// What a header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Record {
    /// Nothing yet.
    None,
    /// A message whose bytes follow.
    Inline { number: u32, len: u64 },
    /// A message in a block of its own; the block's place and the message's length follow.
    Large { number: u32 },
    /// The chain goes on in the segment whose place follows.
    Link,
}

impl Record {
    /// From a header word.
    #[inline]
    pub(super) fn decode(word: u64) -> Self {
        let number = (word >> 32) as u32;
        match word & 3 {
            1 => Record::Inline { number, len: (word as u32 >> 2).into() },
            2 => Record::Large { number },
            3 => Record::Link,
            _ => Record::None,
        }
    }

    /// As a header word; the length of an inline message is below 2^30.
    #[inline]
    pub(super) fn encode(self) -> u64 {
        match self {
            Record::None => 0,
            Record::Inline { number, len } => u64::from(number) << 32 | len << 2 | 1,
            Record::Large { number } => u64::from(number) << 32 | 2,
            Record::Link => 3,
        }
    }

    /// Bytes from its header to the next one's.
    #[inline]
    pub(super) fn size(self) -> u64 {
        match self {
            Record::None => 0,
            Record::Inline { len, .. } => HEADER + len.next_multiple_of(8),
            Record::Large { .. } => HEADER + 16,
            Record::Link => LINK,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_survives_its_header() {
        for record in [Record::None, Record::Inline { number: u32::MAX, len: 0 }, Record::Inline { number: 1, len: 32 << 10 }] {
            assert_eq!(Record::decode(record.encode()), record);
        }
        for record in [Record::Large { number: 7 }, Record::Link] {
            assert_eq!(Record::decode(record.encode()), record);
        }
    }
}
