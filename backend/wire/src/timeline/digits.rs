//! A column as text: numbers in base64 digits, small ones short, repeated ones once.
//!
//! A number is written lowest digits first, five bits in each character of the base64 alphabet; 32 is added to every character but
//! a number's last. After two equal numbers comes one that is no row's: how many more of the same follow. Differences, which may be
//! negative, are [folded](fold) first.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What each byte counts; 64 for what is no digit.
const VALUES: [u8; 256] = {
    let mut values = [64; 256];
    let mut digit = 0;
    while digit < 64 {
        values[ALPHABET[digit] as usize] = digit as u8;
        digit += 1;
    }
    values
};

/// The text of a column.
pub(super) fn write(numbers: impl IntoIterator<Item = u64>) -> String {
    let mut text = String::new();
    let mut numbers = numbers.into_iter().peekable();
    let mut last = None;
    while let Some(number) = numbers.next() {
        push(&mut text, number);
        if last != Some(number) {
            last = Some(number);
            continue;
        }
        let mut more = 0;
        while numbers.next_if_eq(&number).is_some() {
            more += 1;
        }
        push(&mut text, more);
        last = None;
    }
    text
}

/// The numbers of a column; they end where the text ends or is none. Without end for a text that says so: the reader knows how
/// many rows there are.
pub(super) fn read(text: &str) -> impl Iterator<Item = u64> {
    let mut digits = text.bytes();
    let (mut last, mut run) = (None, (0, 0_u64));
    std::iter::from_fn(move || {
        if run.1 > 0 {
            run.1 -= 1;
            return Some(run.0);
        }
        let number = pull(&mut digits)?;
        if last == Some(number) {
            run = (number, pull(&mut digits)?);
            last = None;
        } else {
            last = Some(number);
        }
        Some(number)
    })
}

/// A difference as a number without a sign: 0, -1, 1, -2 … become 0, 1, 2, 3 …
pub(super) fn fold(from: u64, to: u64) -> u64 {
    let difference = to.wrapping_sub(from) as i64;
    ((difference << 1) ^ (difference >> 63)) as u64
}

/// What a folded difference leads to.
pub(super) fn unfold(from: u64, folded: u64) -> u64 {
    from.wrapping_add((folded >> 1) ^ (folded & 1).wrapping_neg())
}

fn push(text: &mut String, mut number: u64) {
    loop {
        let more = number >> 5 != 0;
        let digit = (number & 31) as usize | usize::from(more) << 5;
        text.push(char::from(ALPHABET[digit]));
        if !more {
            return;
        }
        number >>= 5;
    }
}

fn pull(digits: &mut impl Iterator<Item = u8>) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(5) {
        let digit = value(digits.next()?)?;
        number |= u64::from(digit & 31) << shift;
        if digit & 32 == 0 {
            return Some(number);
        }
    }
    None
}

fn value(letter: u8) -> Option<u8> {
    let digit = VALUES[usize::from(letter)];
    (digit < 64).then_some(digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_are_short_and_repeated_ones_are_told_once() {
        assert_eq!(write([0, 1, 31, 32]), "ABfgB");
        assert_eq!(write([7; 1000]), "HHmf");
        assert_eq!(write([7, 7, 8]), "HHAI");
    }

    #[test]
    fn numbers_survive_their_text() {
        for numbers in
            [vec![], vec![u64::MAX], vec![5, 5], vec![5, 5, 5, 5, 6, 6, 0, u64::MAX, u64::MAX], vec![1 << 63, 3, 3, 3, 1]]
        {
            assert_eq!(read(&write(numbers.iter().copied())).collect::<Vec<_>>(), numbers);
        }
    }

    #[test]
    fn differences_survive_being_folded() {
        for (from, to) in [(0, 0), (5, 3), (3, 5), (0, u64::MAX), (u64::MAX, 0), (1, 1 << 63)] {
            assert_eq!(unfold(from, fold(from, to)), to);
        }
        assert_eq!([fold(5, 5), fold(5, 4), fold(5, 6)], [0, 1, 2]);
    }

    #[test]
    fn what_is_no_text_of_ours_ends() {
        assert_eq!(read("g").count(), 0);
        assert_eq!(read("AB!B").count(), 2);
        assert_eq!(read(&"/".repeat(40)).count(), 0);
    }
}
