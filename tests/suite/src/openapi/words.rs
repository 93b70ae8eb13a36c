//! The words of the crate's enumerations and its error codes.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

/// All words in the tables of the core, which are declared as `Name = "word",`. They have no list
/// at run time, as nothing else needs one.
pub(super) fn words() -> io::Result<BTreeSet<String>> {
    let mut words = BTreeSet::new();
    add(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/src"), &mut words)?;
    Ok(words)
}

/// Whether it is an error code: `404.image`.
pub(super) fn is_code(word: &str) -> bool {
    let status = word.split_once('.').map(|(status, _)| status);
    status.is_some_and(|status| status.len() == 3 && status.bytes().all(|of| of.is_ascii_digit()))
}

fn add(folder: &Path, words: &mut BTreeSet<String>) -> io::Result<()> {
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.is_dir() {
            add(&path, words)?;
        } else {
            let code = std::fs::read_to_string(&path)?;
            words.extend(code.lines().filter_map(word).map(str::to_owned));
        }
    }
    Ok(())
}

fn word(line: &str) -> Option<&str> {
    let (name, rest) = line.trim().split_once(" = \"")?;
    let (name, content) = name.split_once('(').unwrap_or((name, ")"));
    let is_name = name.bytes().all(|of| of.is_ascii_alphanumeric() || of == b'_');
    rest.strip_suffix("\",").filter(|_| is_name && content.ends_with(')'))
}
