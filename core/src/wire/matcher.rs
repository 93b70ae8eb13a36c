//! Finds many patterns in one pass (Aho and Corasick, 1975).
//!
//! The crate `aho-corasick` does the same and more. It would add a tenth to the size of a program,
//! as measured with `.ci/guards`; what is needed here is short.

use std::ops::Range;

/// A trie of the patterns. Each node knows the longest other node that is an end of it.
///
/// The nodes are in the order of their depth, and those of one parent by their byte. A recording
/// has millions of them: each is 16 bytes, and has no allocation of its own.
pub(super) struct Matcher(Vec<Node>);

#[derive(Default)]
struct Node {
    byte: u8,
    /// The first child. The last one is before the first child of the next node.
    children: u32,
    fallback: u32,
    /// The length of the longest pattern that ends here.
    longest: u32,
}

impl Matcher {
    pub(super) fn new<'p>(patterns: impl Iterator<Item = &'p [u8]>) -> Self {
        let mut patterns: Vec<&[u8]> = patterns.collect();
        patterns.sort_unstable();
        let mut nodes = vec![Node::default()];
        // The patterns that begin as each node of a depth does, shorter ones first.
        let mut level: Vec<&[&[u8]]> = vec![&patterns];
        let mut at = 0;
        for depth in 0.. {
            let mut next = Vec::new();
            for patterns in level {
                let children = short(nodes.len());
                for patterns in patterns.chunk_by(|a, b| a.get(depth) == b.get(depth)) {
                    let Some((first, byte)) =
                        patterns.first().and_then(|first| Some((first, *first.get(depth)?)))
                    else {
                        continue;
                    };
                    let ends = first.len() == depth.saturating_add(1);
                    let longest = if ends { short(first.len()) } else { 0 };
                    nodes.push(Node { byte, longest, ..Node::default() });
                    next.push(patterns);
                }
                if let Some(node) = nodes.get_mut(at) {
                    node.children = children;
                }
                at += 1;
            }
            if next.is_empty() {
                break;
            }
            level = next;
        }
        nodes.push(Node { children: short(nodes.len()), ..Node::default() });
        let mut matcher = Self(nodes);
        for at in 0..matcher.0.len() {
            let fallback = matcher.fallback(at);
            for child in matcher.children(at) {
                let byte = matcher.0.get(child).map_or(0, |node| node.byte);
                let fallback = if at == 0 { 0 } else { matcher.step(fallback, byte) };
                let longest = matcher.longest(fallback);
                if let Some(node) = matcher.0.get_mut(child) {
                    node.fallback = short(fallback);
                    node.longest = node.longest.max(short(longest));
                }
            }
        }
        matcher
    }

    /// Calls `found` with the begin and end of the longest match at each place where one ends: all
    /// other matches are within it.
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

    /// The node after one more byte. All calls for a text take as many steps back as forward at
    /// most.
    fn step(&self, mut at: usize, byte: u8) -> usize {
        loop {
            #[cfg(test)]
            count_step();
            match self.child(at, byte) {
                Some(next) => return next,
                None if at == 0 => return 0,
                None => at = self.fallback(at),
            }
        }
    }

    fn child(&self, at: usize, byte: u8) -> Option<usize> {
        let children = self.children(at);
        let first = children.start;
        let place = self.0.get(children)?.binary_search_by_key(&byte, |node| node.byte).ok()?;
        first.checked_add(place)
    }

    fn children(&self, at: usize) -> Range<usize> {
        let first = |at: usize| self.0.get(at).map_or(0, |node| long(node.children));
        first(at)..first(at.saturating_add(1))
    }

    fn fallback(&self, at: usize) -> usize {
        self.0.get(at).map_or(0, |node| long(node.fallback))
    }

    fn longest(&self, at: usize) -> usize {
        self.0.get(at).map_or(0, |node| long(node.longest))
    }
}

/// No program has four billion nodes: it would end for want of memory.
fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn long(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
thread_local!(pub(super) static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) });

#[cfg(test)]
pub(super) fn count_step() {
    STEPS.set(STEPS.get() + 1);
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
