//! Public functions take few arguments, and none that is only `true` or `false` to who reads the call.

use forkyard_tidy::rule::{Breach, settle};
use forkyard_tidy::tree::sources;

/// The most that a caller can keep apart, `self` left out.
const MOST: usize = 4;

/// A public function: its line, its name, and its parameters' types.
#[derive(Debug, PartialEq)]
struct Signature {
    line: usize,
    name: String,
    types: Vec<String>,
}

/// Every `pub fn` of a text, in order.
fn signatures(text: &str) -> Vec<Signature> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices("fn ") {
        let line_start = text[..start].rfind('\n').map_or(0, |place| place + 1);
        let before = text[line_start..start].trim();
        let public = before == "pub" || ["pub const", "pub async", "pub unsafe", "pub const unsafe"].contains(&before);
        let name: String = text[start + 3..].chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
        if public && let Some(types) = parameters(&text[start + 3 + name.len()..]) {
            found.push(Signature { line: text[..start].matches('\n').count() + 1, name, types });
        }
    }
    found
}

/// The types between a function's parentheses, which come after its generics.
fn parameters(text: &str) -> Option<Vec<String>> {
    let mut depth = 0_i32;
    let mut previous = ' ';
    let mut parts = vec![String::new()];
    let opening = generics_end(text);
    for letter in text[opening..].chars() {
        let closes = matches!(letter, ')' | ']' | '}') || (letter == '>' && previous != '-' && previous != '=');
        depth -= i32::from(closes);
        match letter {
            ')' if depth == 0 => {
                let typed = parts.iter().filter_map(|part| part.split_once(':'));
                return Some(typed.map(|(_, kind)| kind.trim().to_owned()).collect());
            }
            ',' if depth == 1 => parts.push(String::new()),
            _ if depth > 0 => parts.last_mut()?.push(letter),
            _ => {}
        }
        depth += i32::from(matches!(letter, '(' | '[' | '{' | '<'));
        previous = letter;
    }
    None
}

/// Where the parentheses begin: at once, or after `<…>`.
fn generics_end(text: &str) -> usize {
    let (mut depth, mut previous) = (0_i32, ' ');
    for (place, letter) in text.char_indices() {
        match letter {
            '(' if depth == 0 => return place,
            '<' => depth += 1,
            '>' if previous != '-' && previous != '=' => depth -= 1,
            _ => {}
        }
        previous = letter;
    }
    text.len()
}

#[test]
fn public_functions_take_no_bare_bool() {
    let mut breaches = Vec::new();
    for file in sources(&["rs"]) {
        for Signature { line, name, types } in signatures(&file.text) {
            if types.iter().any(|kind| kind == "bool") {
                breaches.push(Breach::at(&file.path, line, format!("`{name}` takes a bool: give it a type with two names")));
            }
        }
    }
    settle("bools", breaches);
}

#[test]
fn public_functions_take_at_most_four_arguments() {
    let mut breaches = Vec::new();
    for file in sources(&["rs"]) {
        for Signature { line, name, types } in signatures(&file.text) {
            if types.len() > MOST {
                breaches.push(Breach::at(
                    &file.path,
                    line,
                    format!("`{name}` takes {} arguments: some of them are one thing", types.len()),
                ));
            }
        }
    }
    settle("arguments", breaches);
}

#[test]
fn the_rule_reads_signatures() {
    let text = "impl X {\n    pub fn a<F: Fn(u8, bool) -> bool>(&self, map: BTreeMap<u8, bool>, f: F,\n        on: bool) -> bool {}\n}\nfn b(on: bool) {}";
    let types = ["BTreeMap<u8, bool>", "F", "bool"].map(str::to_owned).to_vec();
    assert_eq!(signatures(text), [Signature { line: 2, name: "a".to_owned(), types }]);
}
