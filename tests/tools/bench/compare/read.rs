//! Reads a file's text as many times as asked, for counting. What was read is held until the next
//! one is there.

use std::env;
use std::error::Error;
use std::fs;
use std::hint::black_box;

/// `records` counts what was read.
pub fn main<T>(
    read: impl Fn(&str) -> Result<T, Box<dyn Error>>,
    records: impl Fn(&T) -> usize,
) -> Result<(), Box<dyn Error>> {
    let file = env::args().nth(1).ok_or("which file?")?;
    let times: u32 = env::args().nth(2).ok_or("how many times?")?.parse()?;
    let text = fs::read_to_string(file)?;
    let mut held = None;
    for _ in 0..times {
        let value = read(black_box(&text))?;
        assert_eq!(records(&value), 100);
        held = Some(value);
    }
    drop(held);
    Ok(())
}
