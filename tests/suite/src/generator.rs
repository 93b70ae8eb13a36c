//! Pages of images as text, for the tests and benchmarks that need many of them.
//!
//! They are written by the grammar of `tests/data/images.grammar`. Below the name of a rule are its
//! alternatives, with `|` between them; `<rule>` stands for a text of that rule, and lines are
//! joined. Credentials begin with `sec-`.

use std::collections::HashMap;

/// The root document of a page of `count` images, as compact JSON of about 1.6 kB an image.
///
/// The same count and seed always give the same text.
#[must_use]
pub fn images_page(count: usize, seed: u64) -> String {
    let rules = include_str!("../../data/images.grammar").split("# ");
    let rules = rules.filter_map(|rule| rule.split_once('\n')).collect();
    let out = String::with_capacity(count.saturating_mul(1700));
    let mut writer = Writer { rules, state: seed, out };
    writer.out.push_str(r#"{"data":["#);
    for index in 0..count {
        if index > 0 {
            writer.out.push(',');
        }
        writer.write("image");
    }
    writer.out.push_str("]}");
    writer.out
}

struct Writer {
    /// The alternatives of each rule.
    rules: HashMap<&'static str, &'static str>,
    state: u64,
    out: String,
}

impl Writer {
    fn write(&mut self, rule: &str) {
        match rule {
            "id" => self.hex(24),
            "hash" => self.hex(40),
            // 62 digits are no multiple of three bytes, so the base64 they look like is padded.
            "blob" => self.hex(62),
            "size" => {
                let size = self.below(6 << 30);
                self.out.push_str(&size.to_string());
            }
            "number" => {
                let number = 10 + self.below(50);
                self.out.push_str(&number.to_string());
            }
            _ => self.alternative(rule),
        }
    }

    fn alternative(&mut self, rule: &str) {
        // No JSON: a test finds it.
        let rule = self.rules.get(rule).copied().unwrap_or("?");
        let index = self.below(rule.split('|').count() as u64) as usize;
        for line in rule.split('|').nth(index).unwrap_or_default().lines() {
            let mut rest = line.trim();
            while let Some((before, (rule, after))) = rest
                .split_once('<')
                .and_then(|(before, after)| Some((before, after.split_once('>')?)))
            {
                self.out.push_str(before);
                self.write(rule);
                rest = after;
            }
            self.out.push_str(rest);
        }
    }

    fn hex(&mut self, digits: usize) {
        for _ in 0..digits {
            let digit = self.below(16) as u32;
            self.out.extend(char::from_digit(digit, 16));
        }
    }

    // SplitMix64, written out so that a seed means the same text for as long as benchmarks are
    // compared.
    fn below(&mut self, limit: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

#[cfg(test)]
mod tests {
    use super::images_page;
    use serde_json::Value;
    use std::collections::HashSet;

    fn images(count: usize, seed: u64) -> Vec<Value> {
        let page: Value = serde_json::from_str(&images_page(count, seed)).unwrap();
        page["data"].as_array().unwrap().clone()
    }

    #[test]
    fn every_page_is_json_with_as_many_images_as_asked() {
        for count in [0, 1, 2, 500] {
            assert_eq!(images(count, 7).len(), count);
        }
        assert!(!images_page(500, 7).contains(['?', '\n']), "a rule is missing or a line was kept");
    }

    #[test]
    fn the_seed_alone_decides_the_text() {
        assert_eq!(images_page(20, 1), images_page(20, 1));
        assert_ne!(images_page(20, 1), images_page(20, 2));
    }

    #[test]
    fn an_image_is_about_1600_bytes() {
        for seed in 0..20 {
            let average = images_page(200, seed).len() / 200;
            assert!((1500..=1700).contains(&average), "seed {seed}: {average}");
        }
    }

    #[test]
    fn a_hundred_images_hold_every_origin_and_source() {
        for seed in 0..20 {
            let images = images(100, seed);
            assert_eq!(kinds(&images, "/source/details/origin/type").len(), 7);
            assert_eq!(kinds(&images, "/source/type").len(), 3);
            assert_eq!(kinds(&images, "/id").len(), 100);
        }
    }

    #[test]
    fn a_thousand_images_hold_every_sort_of_credential() {
        let images = images(1000, 3);
        let origin = "/source/details/origin/details";
        assert_eq!(kinds(&images, &format!("{origin}/repo/auth/type")).len(), 2);
        assert_eq!(kinds(&images, &format!("{origin}/auth/type")).len(), 3);
    }

    fn kinds(images: &[Value], pointer: &str) -> HashSet<Value> {
        images.iter().filter_map(|image| image.pointer(pointer).cloned()).collect()
    }
}
