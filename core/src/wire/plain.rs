//! Text of the platform in an error, an event, a log or a stored flow.

/// At most `most` characters of a text, on one line: what could act on a terminal or begin a line
/// of a log is escaped.
pub(crate) fn plain(text: &str, most: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(most));
    let mut characters = text.chars();
    for character in characters.by_ref().take(most) {
        if is_active(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}

/// Control characters, line ends of Unicode, and what changes the direction of text or is
/// invisible.
fn is_active(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_on_its_line_and_within_its_bound() {
        assert_eq!(plain("ü\u{1b}[2J\r\nERROR \u{202e}x", 99), r"ü\u{1b}[2J\r\nERROR \u{202e}x");
        assert_eq!(plain("\"it's\" \\ 100 % 😀", 99), "\"it's\" \\ 100 % 😀");
        assert_eq!((plain("abcde", 5), plain("abcdef", 5)), ("abcde".into(), "abcde…".into()));
    }
}
