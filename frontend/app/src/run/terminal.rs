//! A line as a terminal would show it, for programs that draw progress bars and colours.
//!
//! Within the line alone: what moves the cursor to another one is left out, as colours are.

/// Where the signs for control characters begin, in their order: `␀`.
const SIGNS: u32 = 0x2400;

/// What a terminal shows of a line: what follows a carriage return takes the place of what was there, colours and other orders to the
/// terminal are left out, and other characters that have no look are shown by their signs.
pub fn shown(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    let mut begins_anew = false;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\r' {
            begins_anew = true;
            continue;
        }
        if std::mem::take(&mut begins_anew) {
            shown.clear();
        }
        match letter {
            '\u{1b}' => pass_order(&mut letters),
            '\0'..' ' if letter != '\t' => shown.extend(char::from_u32(SIGNS + u32::from(letter))),
            letter => shown.push(letter),
        }
    }
    shown
}

/// Passes over what follows an Escape: up to a letter, or, of a title or a link, up to a bell or another Escape's backslash.
fn pass_order(letters: &mut std::str::Chars) {
    let _ = match letters.next() {
        Some('[') => letters.find(|letter| matches!(letter, '@'..='~')),
        Some(']') => letters.find(|letter| matches!(letter, '\u{7}' | '\\')),
        _ => None,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_letters_stays_as_it_is() {
        for line in ["", "plain", "tab\tand ünïcödé שלום 🎉"] {
            assert_eq!(shown(line), line);
        }
    }

    #[test]
    fn a_progress_bar_shows_where_it_is() {
        assert_eq!(shown("\r  5 % #   \r 50 % ##  \r100 % ####"), "100 % ####");
        assert_eq!(shown("three\r\u{1b}[Kto"), "to");
        assert_eq!(shown("half a line ending\r"), "half a line ending");
    }

    #[test]
    fn colours_and_titles_are_left_out() {
        assert_eq!(shown("\u{1b}[1;31mred\u{1b}[0m and \u{1b}]0;title\u{7}plain\u{1b}[2J"), "red and plain");
    }

    #[test]
    fn an_order_that_never_ends_takes_what_is_left() {
        for line in ["a\u{1b}", "a\u{1b}[", "a\u{1b}[1;2", "a\u{1b}]title"] {
            assert_eq!(shown(line), "a", "{line:?}");
        }
    }

    #[test]
    fn what_has_no_look_is_shown_by_its_sign() {
        assert_eq!(shown("\u{0}a\u{7}\u{1f}"), "␀a␇␟");
    }
}
