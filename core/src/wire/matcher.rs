//! Finds many patterns in one pass (Aho and Corasick, 1975).
//!
//! The crate `aho-corasick` does the same and more. It would add a tenth to the size of a program, as
//! measured with `.ci/guards`; what is needed here is short.

use std::collections::VecDeque;

/// A trie of the patterns. Each node knows the longest other node that is an end of it.
pub(super) struct Matcher(Vec<Node>);

#[derive(Default)]
struct Node {
    /// By byte, in order.
    next: Vec<(u8, usize)>,
    fallback: usize,
    /// The length of the longest pattern that ends here.
    longest: usize,
}

impl Matcher {
    pub(super) fn new<'p>(patterns: impl Iterator<Item = &'p [u8]>) -> Self {
        let mut matcher = Self(vec![Node::default()]);
        for pattern in patterns {
            let end = pattern.iter().fold(0, |at, byte| matcher.insert(at, *byte));
            if let Some(node) = matcher.0.get_mut(end) {
                node.longest = pattern.len();
            }
        }
        let mut queue: VecDeque<usize> = VecDeque::from([0]);
        while let Some(at) = queue.pop_front() {
            let Some(node) = matcher.0.get(at) else { continue };
            let fallback = node.fallback;
            for (byte, child) in node.next.clone() {
                let fallback = if at == 0 { 0 } else { matcher.step(fallback, byte) };
                let longest = matcher.longest(fallback);
                if let Some(child) = matcher.0.get_mut(child) {
                    child.fallback = fallback;
                    child.longest = child.longest.max(longest);
                }
                queue.push_back(child);
            }
        }
        matcher
    }

    /// Calls `found` with the begin and end of the longest match at each place where one ends: all other
    /// matches are within it.
    pub(super) fn find(&self, text: &[u8], mut found: impl FnMut(usize, usize)) {
        let mut at = 0;
        for (end, byte) in (1..).zip(text) {
            at = self.step(at, *byte);
            let longest = self.longest(at);
            if longest > 0 {
                found(end - longest, end);
            }
        }
    }

    /// The node after one more byte. All calls for a text take as many steps back as forward at most.
    fn step(&self, mut at: usize, byte: u8) -> usize {
        loop {
            #[cfg(test)]
            super::redactor::count_step();
            match self.child(at, byte) {
                Some(next) => return next,
                None if at == 0 => return 0,
                None => at = self.0.get(at).map_or(0, |node| node.fallback),
            }
        }
    }

    fn child(&self, at: usize, byte: u8) -> Option<usize> {
        let next = &self.0.get(at)?.next;
        let place = next.binary_search_by_key(&byte, |(byte, _)| *byte).ok()?;
        next.get(place).map(|(_, child)| *child)
    }

    fn insert(&mut self, at: usize, byte: u8) -> usize {
        if let Some(child) = self.child(at, byte) {
            return child;
        }
        let child = self.0.len();
        self.0.push(Node::default());
        if let Some(node) = self.0.get_mut(at) {
            let place = node.next.partition_point(|(other, _)| *other < byte);
            node.next.insert(place, (byte, child));
        }
        child
    }

    fn longest(&self, at: usize) -> usize {
        self.0.get(at).map_or(0, |node| node.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(patterns: &[&str], text: &str) -> Vec<(usize, usize)> {
        let matcher = Matcher::new(patterns.iter().map(|pattern| pattern.as_bytes()));
        let mut all = Vec::new();
        matcher.find(text.as_bytes(), |start, end| all.push((start, end)));
        all
    }

    /// Each place at which a pattern ends, with the longest that does, looked for one by one.
    fn naive(patterns: &[&str], text: &str) -> Vec<(usize, usize)> {
        let ending = |end: usize| patterns.iter().filter(move |p| text[..end].ends_with(**p));
        let longest = |end: usize| ending(end).map(|pattern| pattern.len()).max();
        (1..=text.len()).filter_map(|end| Some((end - longest(end)?, end))).collect()
    }

    #[test]
    fn all_matches_of_all_patterns_are_found() {
        let patterns = ["ab", "abab", "babb", "bb", "a", "caba", "abc"];
        // All texts of four letters up to length 6.
        for length in 0..=6_u32 {
            for number in 0..4_usize.pow(length) {
                let letter = |at: u32| ['a', 'b', 'c', 'd'][number / 4_usize.pow(at) % 4];
                let text: String = (0..length).map(letter).collect();
                assert_eq!(find(&patterns, &text), naive(&patterns, &text), "{text}");
            }
        }
    }
}
