//! The memory that the lists and maps of one response may take together. A list element of three
//! bytes can become a struct of 300: without a bound, a small response could need gigabytes.
//!
//! The budget belongs to the thread while a response is decoded, as serde's `Deserialize` has no
//! place for it. Without a response, there is no bound.

use std::cell::Cell;
use std::collections::BTreeMap;

use crate::wire::value::Fail;

/// Bytes for each byte of the response.
const PER_BYTE: usize = 8;
/// Bytes for any response: small ones can have any content.
const FLOOR: usize = 2 << 20;
/// Bytes for the largest response.
const CEILING: usize = 128 << 20;

/// More than the budget is needed.
#[derive(Debug)]
pub(crate) struct Exceeded;

impl From<Exceeded> for Fail {
    fn from(_: Exceeded) -> Self {
        Self::invalid(EXCEEDED)
    }
}

pub(crate) const EXCEEDED: &str = "fewer records and entries in a response of this size";

thread_local! {
    static LEFT: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// Sets the budget of the thread back when it is dropped.
#[must_use]
pub(crate) struct Reset(usize);

impl Drop for Reset {
    fn drop(&mut self) {
        LEFT.set(self.0);
    }
}

/// Begins to decode a response of this length.
pub(crate) fn of_response(length: usize) -> Reset {
    let reset = of_trial();
    LEFT.set(length.saturating_mul(PER_BYTE).saturating_add(FLOOR).min(CEILING));
    reset
}

/// Begins to decode something that isn't kept: what it takes of the budget is given back.
pub(crate) fn of_trial() -> Reset {
    Reset(LEFT.get())
}

/// Whether the response needs more than its budget.
pub(crate) fn is_exceeded() -> bool {
    LEFT.get() == 0
}

/// Takes bytes from the budget.
pub(crate) fn take(bytes: usize) -> Result<(), Exceeded> {
    let left = LEFT.get();
    if left == usize::MAX {
        return Ok(());
    }
    LEFT.set(left.saturating_sub(bytes));
    if is_exceeded() { Err(Exceeded) } else { Ok(()) }
}

/// Adds an element to a list.
#[inline]
pub(crate) fn push<T>(list: &mut Vec<T>, element: T) -> Result<(), Exceeded> {
    if list.len() == list.capacity() {
        // A list doubles its capacity, and begins with 4.
        take(list.capacity().max(4).saturating_mul(size_of::<T>()))?;
    }
    list.push(element);
    Ok(())
}

/// Adds an entry to a map.
#[inline]
pub(crate) fn insert<K: Ord, V>(
    map: &mut BTreeMap<K, V>,
    key: K,
    value: V,
) -> Result<(), Exceeded> {
    // A node has room for 11 entries, and is at least half full if there are several.
    if map.len() % 6 == 0 {
        take(size_of::<(K, V)>().saturating_mul(11))?;
    }
    map.insert(key, value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budget_of_a_large_response_has_a_ceiling() {
        let fits = |length: usize, bytes: usize| {
            let _reset = of_response(length);
            take(bytes).is_ok()
        };
        assert!(fits(0, FLOOR - 1) && !fits(0, FLOOR));
        assert!(fits(1000, FLOOR + 7_999) && !fits(1000, FLOOR + 8_000));
        for length in [64 << 20, usize::MAX] {
            assert!(fits(length, CEILING - 1) && !fits(length, CEILING));
        }
    }
}
