//! Prints the cycles between the modules of a crate, whose source folder is the argument, and fails
//! if there are any: between those at the top, and between the files of each folder. Unit tests and
//! comments don't count.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

type Uses = BTreeMap<String, BTreeSet<String>>;

fn main() -> io::Result<ExitCode> {
    let root = env::args().nth(1).unwrap_or_else(|| "core/src".to_owned());
    let root = Path::new(&root);
    let (mut all, mut in_cycles) = check(&root.join("lib.rs"), root, "crate::")?;
    // The files of a folder use each other by `super::`.
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            // Models are data, which refers to other data.
            if path.is_dir() && !path.ends_with("model") {
                let (files, knotted) = check(&path.with_extension("rs"), &path, "super::")?;
                (all, in_cycles) = (all + files, in_cycles + knotted);
                folders.push(path);
            }
        }
    }
    println!("{all} modules, {in_cycles} of them in a cycle or between two");
    Ok(if all > 1 && in_cycles == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How many modules a folder has, and how many of them are in a cycle.
fn check(parent: &Path, folder: &Path, prefix: &str) -> io::Result<(usize, usize)> {
    let (mut uses, mut exports) = (Uses::new(), BTreeMap::new());
    // `super::Name` is a use of the module that the parent has the name from.
    for statement in code(parent)?.split(';') {
        let statement =
            statement.split_once("pub use ").or(statement.split_once("pub(crate) use "));
        let Some((_, path)) = statement else { continue };
        let (module, names) = path.split_once("::").unwrap_or((path, path));
        let names = names.split(|c: char| !c.is_alphanumeric() && c != '_');
        exports.extend(names.map(|name| (name.to_owned(), module.to_owned())));
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let module = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if module != "lib" && (path.is_dir() || path.extension().is_some_and(|of| of == "rs")) {
            // Within a folder, `super::` is another one.
            if prefix == "crate::" || !path.is_dir() {
                read(&path, prefix, uses.entry(module).or_default())?;
            }
        }
    }
    let modules: BTreeSet<String> = uses.keys().cloned().collect();
    for (module, used) in &mut uses {
        *used = used.iter().map(|name| exports.get(name).unwrap_or(name).clone()).collect();
        used.retain(|name| name != module && modules.contains(name));
    }
    // A module that uses none that is left, or that none uses, is in no cycle.
    loop {
        let used: BTreeSet<String> = uses.values().flatten().cloned().collect();
        let before = uses.len();
        uses.retain(|module, uses| !uses.is_empty() && used.contains(module));
        let left: BTreeSet<String> = uses.keys().cloned().collect();
        uses.values_mut().for_each(|uses| uses.retain(|module| left.contains(module)));
        if uses.len() == before {
            break;
        }
    }
    for (module, used) in &uses {
        let used = used.iter().cloned().collect::<Vec<_>>().join(", ");
        println!("  {}: {module} uses {used}", folder.display());
    }
    Ok((modules.len(), uses.len()))
}

/// The code of a file without comments and unit tests.
fn code(path: &Path) -> io::Result<String> {
    let text = fs::read_to_string(path)?;
    let text = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

/// Adds the first name after each `crate::` or `super::` in a file, or in all files of a folder.
fn read(path: &Path, prefix: &str, uses: &mut BTreeSet<String>) -> io::Result<()> {
    if path.is_dir() {
        return fs::read_dir(path)?.try_for_each(|entry| read(&entry?.path(), prefix, uses));
    }
    for rest in code(path)?.split(prefix).skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            uses.insert(name(rest));
            continue;
        };
        // Of `{a::{b, c}, d}`, the names a and d.
        let (mut depth, mut start) = (0, 0);
        for (at, character) in group.char_indices() {
            match character {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    uses.insert(name(group.get(start..at).unwrap_or_default()));
                    start = at + 1;
                    if character == '}' {
                        break;
                    }
                }
                _ => {}
            }
        }
    }
    Ok(())
}

fn name(text: &str) -> String {
    let text = text.trim_start();
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}
