//! Text without its encodings, for finding secrets in any spelling.

/// Bytes without the encodings that a text may have: percent, JSON (with any number of
/// backslashes), HTML, a plus for a space; also several within each other. Each byte knows where
/// it came from.
pub(super) struct Decoded {
    pub(super) bytes: Vec<u8>,
    /// For each byte, where its spelling begins and ends in the text.
    spans: Vec<(usize, usize)>,
}

/// How many encodings within each other are decoded, beside the levels of percent and of
/// backslashes, which are decoded at once.
const ROUNDS: usize = 4;

impl Decoded {
    /// The secret bytes of a text are also in the result: it is to be wiped if they must be.
    pub(super) fn new(text: &[u8]) -> Self {
        let spans = (0..text.len()).map(|at| (at, at.saturating_add(1))).collect();
        let mut decoded = Self { bytes: text.to_vec(), spans };
        for _ in 0..ROUNDS {
            if !decoded.bytes.iter().any(|byte| b"%\\&+".contains(byte)) {
                break;
            }
            let next = decoded.once();
            let is_last = next.bytes == decoded.bytes;
            zeroize::Zeroize::zeroize(&mut decoded.bytes);
            decoded = next;
            if is_last {
                break;
            }
        }
        decoded
    }

    /// Where the bytes from `start` to `end` are in the text.
    pub(super) fn place(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        Some((self.spans.get(start)?.0, self.spans.get(end.checked_sub(1)?)?.1))
    }

    fn once(&self) -> Self {
        let capacity = self.bytes.len();
        let (bytes, spans) = (Vec::with_capacity(capacity), Vec::with_capacity(capacity));
        let mut decoded = Self { bytes, spans };
        let mut at = 0;
        while let Some(rest) = self.bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let (character, length) = next(rest);
            let length = length.max(1);
            #[cfg(test)]
            super::matcher::count_step();
            if let Some(place) = self.place(at, at.saturating_add(length)) {
                for byte in character.as_slice() {
                    decoded.bytes.push(*byte);
                    decoded.spans.push(place);
                }
            }
            at = at.saturating_add(length);
        }
        decoded
    }
}

/// The bytes of one character, or one byte.
struct Character([u8; 4], usize);

impl Character {
    fn of(character: char) -> Self {
        let mut bytes = [0; 4];
        let length = character.encode_utf8(&mut bytes).len();
        Self(bytes, length)
    }

    fn byte(byte: u8) -> Self {
        Self([byte, 0, 0, 0], 1)
    }

    fn as_slice(&self) -> &[u8] {
        self.0.get(..self.1).unwrap_or_default()
    }
}

/// The first character, and the length of its spelling.
fn next(text: &[u8]) -> (Character, usize) {
    let first = text.first().copied().unwrap_or_default();
    match first {
        b'%' => percent(text),
        b'\\' => escaped(text),
        b'&' => entity(text).unwrap_or((Character::byte(b'&'), 1)),
        b'+' => (Character::byte(b' '), 1),
        byte => (Character::byte(byte), 1),
    }
}

/// `%2F`, and `%252F` of a URL in a URL.
fn percent(text: &[u8]) -> (Character, usize) {
    let mut length = 1_usize;
    while text.get(length..).is_some_and(|rest| rest.starts_with(b"25")) {
        length = length.saturating_add(2);
    }
    match number(text, length, 2, 16) {
        Some((code, end)) => (Character::byte(u8::try_from(code).unwrap_or_default()), end),
        None => (Character::byte(b'%'), length),
    }
}

/// As JSON escapes it, and JSON in a string of JSON, in which backslashes are escaped again.
/// Backslashes before another character are left out.
fn escaped(text: &[u8]) -> (Character, usize) {
    let slashes = text.iter().take_while(|byte| **byte == b'\\').count();
    let after = slashes.saturating_add(1);
    let control = |byte| (Character::byte(byte), after);
    match text.get(slashes) {
        Some(b'b') => control(8),
        Some(b'f') => control(12),
        Some(b'n') => control(b'\n'),
        Some(b'r') => control(b'\r'),
        Some(b't') => control(b'\t'),
        Some(b'x') => match number(text, after, 2, 16) {
            Some((code, end)) => (character(code), end),
            None => control(b'x'),
        },
        Some(b'u') => unicode(text, after).unwrap_or(control(b'u')),
        // The character keeps the backslashes as a part of its spelling.
        Some(byte) if !b"%&+".contains(byte) => control(*byte),
        _ => (Character([0; 4], 0), slashes),
    }
}

/// `\u0026`, `\ud83d\ude00` or `\u{1f600}`, of which the digits begin at `start`.
fn unicode(text: &[u8], start: usize) -> Option<(Character, usize)> {
    if text.get(start) == Some(&b'{') {
        let digits = text.get(start.saturating_add(1)..)?;
        let count = digits.iter().take(6).take_while(|byte| byte.is_ascii_hexdigit()).count();
        let (code, end) = number(text, start.saturating_add(1), count, 16)?;
        return (text.get(end) == Some(&b'}')).then(|| (character(code), end.saturating_add(1)));
    }
    let (high, end) = number(text, start, 4, 16)?;
    if !(0xd800..0xdc00).contains(&high) {
        return Some((character(high), end));
    }
    let slashes = text.get(end..)?.iter().take_while(|byte| **byte == b'\\').count();
    let low = end.saturating_add(slashes);
    let is_escape = slashes > 0 && text.get(low) == Some(&b'u');
    match number(text, low.saturating_add(1), 4, 16).filter(|_| is_escape) {
        Some((low @ 0xdc00..0xe000, end)) => {
            let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
            Some((character(code), end))
        }
        _ => Some((character(high), end)),
    }
}

/// `&amp;`, `&#38;` or `&#x26;`.
fn entity(text: &[u8]) -> Option<(Character, usize)> {
    const NAMES: [(&[u8], u8); 5] =
        [(b"&amp;", b'&'), (b"&lt;", b'<'), (b"&gt;", b'>'), (b"&quot;", b'"'), (b"&apos;", b'\'')];
    if let Some((name, byte)) = NAMES.iter().find(|(name, _)| text.starts_with(name)) {
        return Some((Character::byte(*byte), name.len()));
    }
    if text.get(1) != Some(&b'#') {
        return None;
    }
    let is_hex = matches!(text.get(2), Some(b'x' | b'X'));
    let (start, radix) = if is_hex { (3, 16) } else { (2, 10) };
    let is_digit = |byte: &&u8| char::from(**byte).is_digit(radix);
    let count = text.get(start..)?.iter().take(8).take_while(is_digit).count();
    let (code, end) = number(text, start, count, radix)?;
    (text.get(end) == Some(&b';')).then(|| (character(code), end.saturating_add(1)))
}

/// A number of so many digits, and where it ends.
fn number(text: &[u8], start: usize, digits: usize, radix: u32) -> Option<(u32, usize)> {
    let end = start.checked_add(digits).filter(|end| *end > start)?;
    let mut number = 0_u32;
    for byte in text.get(start..end)? {
        number = number.checked_mul(radix)?.checked_add(char::from(*byte).to_digit(radix)?)?;
    }
    Some((number, end))
}

fn character(code: u32) -> Character {
    Character::of(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_within_each_other_are_decoded() {
        for (text, expected) in [
            ("a%2Fb%2fc%252Fd%25252Fe", "a/b/c/d/e"),
            (r#"a\"b\\\"c\u0026d\\u0026e\ud83d\ude00f\n"#, "a\"b\"c&d&e😀f\n"),
            ("a&amp;b&#38;c&#x26;d&amp;amp;e", "a&b&c&d&e"),
            (r"%5Cu0026 &#92;u0026 \u0025 26", "& & % 26"),
            (r"\x26 \u{26} \u{1f600}", "& & 😀"),
            ("100% + \\ & ; %zz \\u12 &nbsp;", "100%    & ; %zz u12 &nbsp;"),
        ] {
            let decoded = Decoded::new(text.as_bytes());
            assert_eq!(String::from_utf8_lossy(&decoded.bytes), expected, "{text}");
        }
    }

    #[test]
    fn each_byte_knows_its_spelling() {
        let decoded = Decoded::new(br"x%252Fy\u00e9z");
        assert_eq!(decoded.bytes, "x/yéz".as_bytes());
        assert_eq!(decoded.place(1, 2), Some((1, 6)));
        assert_eq!(decoded.place(3, 5), Some((7, 13)));
        assert_eq!(decoded.place(0, 6), Some((0, 14)));
    }
}
