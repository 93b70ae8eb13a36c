//! Finds many secrets in a text at once.

use std::fmt;

use zeroize::Zeroizing;

use super::decoded::Decoded;
use super::matcher::Matcher;

/// Finds secrets: as they are, in base64, and in any [encoding](Decoded), in time that is linear
/// in the text.
pub(crate) struct Redactor {
    verbatim: Matcher,
    decoded: Matcher,
    shortest: usize,
    longest: usize,
}

/// A part of a secret in base64 that is shorter may be in any text.
const MIN_BASE64: usize = 8;

/// A decoded secret that is shorter may be in any text.
const MIN_DECODED: usize = 4;

impl Redactor {
    pub(super) fn new<'s>(secrets: impl Iterator<Item = &'s [u8]> + Clone) -> Self {
        let lengths = secrets.clone().map(<[u8]>::len);
        let (shortest, longest) = (lengths.clone().min(), lengths.max().unwrap_or(0));
        let mut verbatim: Vec<Zeroizing<Vec<u8>>> = Vec::new();
        let mut decoded: Vec<Zeroizing<Vec<u8>>> = Vec::new();
        for secret in secrets {
            verbatim.push(secret.to_vec().into());
            verbatim.extend(in_base64(secret));
            decoded.push(Decoded::new(secret).bytes.into());
        }
        // Of a secret of backslashes, too little may be left.
        decoded.retain(|secret| secret.len() >= MIN_DECODED);
        Self {
            verbatim: Matcher::new(verbatim.iter().map(|secret| secret.as_slice())),
            decoded: Matcher::new(decoded.iter().map(|secret| secret.as_slice())),
            shortest: shortest.unwrap_or(usize::MAX),
            longest,
        }
    }

    /// The length of the longest secret.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// Where secrets of at least `min` bytes are, in order, each with those that it overlaps.
    pub(super) fn find(&self, text: &[u8], min: usize) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        // No spelling is shorter than the secret.
        if text.len() < self.shortest {
            return found;
        }
        let is_long = |start: usize, end: usize| end.saturating_sub(start) >= min;
        self.verbatim.find(text, |start, end| {
            if is_long(start, end) {
                found.push((start, end));
            }
        });
        if text.iter().any(|byte| b"%\\&+".contains(byte)) {
            let decoded = Decoded::new(text);
            self.decoded.find(&decoded.bytes, |start, end| {
                if is_long(start, end) {
                    found.extend(decoded.place(start, end));
                }
            });
        }
        found.sort_unstable();
        found.dedup_by(|next, last| {
            let overlaps = next.0 < last.1;
            if overlaps {
                last.1 = last.1.max(next.1);
            }
            overlaps
        });
        found
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor(..)")
    }
}

/// What of a text in base64 depends on this part of it alone: for each of the three places at
/// which the part may begin in a group, in both alphabets.
fn in_base64(secret: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let mut all = Vec::new();
    for before in 0..3_usize {
        let mut bytes = Zeroizing::new(vec![0; before]);
        bytes.extend_from_slice(secret);
        // Six bits a character: those of the bytes before, and the last bits, aren't the secret's
        // own.
        let own = (before * 8).div_ceil(6)..bytes.len().saturating_mul(8) / 6;
        let sextet = |at: usize| {
            let (byte, bit) = (at.saturating_mul(6) / 8, at.saturating_mul(6) % 8);
            let high = u16::from(bytes.get(byte).copied().unwrap_or_default()) << 8;
            let low = u16::from(bytes.get(byte.saturating_add(1)).copied().unwrap_or_default());
            u8::try_from(((high | low) >> (10 - bit)) & 0x3f).unwrap_or_default()
        };
        if own.len() < MIN_BASE64 {
            continue;
        }
        for [plus, slash] in [*b"+/", *b"-_"] {
            let digit = |sextet: u8| match sextet {
                0..26 => b'A'.saturating_add(sextet),
                26..52 => b'a'.saturating_add(sextet.saturating_sub(26)),
                52..62 => b'0'.saturating_add(sextet.saturating_sub(52)),
                62 => plus,
                _ => slash,
            };
            let spelled: Zeroizing<Vec<u8>> =
                own.clone().map(sextet).map(digit).collect::<Vec<_>>().into();
            if !all.contains(&spelled) {
                all.push(spelled);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

    use super::super::matcher::STEPS;
    use super::*;

    fn found<'t>(secrets: &[&str], text: &'t str) -> Vec<&'t str> {
        let redactor = Redactor::new(secrets.iter().map(|secret| secret.as_bytes()));
        redactor.find(text.as_bytes(), 0).into_iter().map(|(a, b)| &text[a..b]).collect()
    }

    #[test]
    fn the_longest_of_several_secrets_with_one_end_is_found() {
        assert_eq!(found(&["abcd", "xyzabcd", "bcd!"], "-xyzabcd!-abcd-"), ["xyzabcd!", "abcd"]);
    }

    #[test]
    fn a_part_of_base64_is_found_wherever_it_begins() {
        let secret = "s3cret-token/with?signs~";
        for before in ["", "u", "us", "user:", "someone-else:"] {
            for engine in [&BASE64_STANDARD as &dyn Fn64, &BASE64_URL_SAFE_NO_PAD] {
                let text = engine.of(&format!("{before}{secret}"));
                let found = found(&[secret], &text);
                let hidden: usize = found.iter().map(|part| part.len()).sum();
                // All but the characters that the neighbours share.
                assert!(
                    found.len() == 1 && hidden >= secret.len() * 8 / 6 - 1,
                    "{text}: {found:?}"
                );
            }
        }
        assert!(found(&["short"], &BASE64_STANDARD.encode("short")).is_empty());
    }

    trait Fn64 {
        fn of(&self, text: &str) -> String;
    }

    impl<E: Engine> Fn64 for E {
        fn of(&self, text: &str) -> String {
            self.encode(text)
        }
    }

    /// Whatever the text and the secrets are: they are drawn from what spellings are made of.
    #[test]
    fn the_steps_are_linear_in_the_text() {
        const PIECES: [&str; 12] =
            ["%", "25", "5C", "\\", "u00", "41", "&", "amp;", "#38;", "+", "a", "sk-sk-"];
        let mut random = 7_u64;
        let mut draw = |count: usize| -> String {
            let mut piece = || {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                PIECES[(random >> 33) as usize % PIECES.len()]
            };
            (0..count).map(|_| piece()).collect()
        };
        for round in 1..60 {
            let secrets: Vec<String> = (0..round * 4).map(|n| draw(1 + n % 40)).collect();
            let redactor = Redactor::new(secrets.iter().map(|secret| secret.as_bytes()));
            let text = draw(round * 100) + &secrets.concat();
            STEPS.set(0);
            redactor.find(text.as_bytes(), 0);
            // Twice the text for each of two searches, and four rounds of decoding.
            assert!(STEPS.get() <= 8 * text.len(), "{} steps for {}", STEPS.get(), text.len());
        }
    }

    /// What took a minute once: the matches of each backslash, and of each beginning.
    #[test]
    fn many_backslashes_and_many_tokens_with_one_beginning_are_found_in_one_pass() {
        let backslashes = "\\".repeat(2_048);
        assert_eq!(found(&[&"\\".repeat(75)], &backslashes), [backslashes.as_str()]);

        let beginning = "sk-".repeat(22);
        let tokens: Vec<String> = (0..1_000).map(|n| format!("{beginning}{n:04}")).collect();
        let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
        let text = beginning.repeat(600) + tokens[999];
        assert_eq!(found(&tokens, &text), [tokens[999]]);
    }
}
