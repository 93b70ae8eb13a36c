//! Prints the cycles between the modules of a crate, whose source folder is the argument, and fails
//! if there are any. Only the modules at the top count; unit tests and comments don't.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

type Uses = BTreeMap<String, BTreeSet<String>>;

fn main() -> io::Result<ExitCode> {
    let root = env::args().nth(1).unwrap_or_else(|| "core/src".to_owned());
    let root = Path::new(&root);
    let (mut uses, mut exports) = (Uses::new(), BTreeMap::new());
    for entry in fs::read_dir(root)? {
        let path = entry?.path();
        let module = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if module == "lib" {
            // `crate::Name` is a use of the module that the crate's root has the name from.
            for statement in code(&path)?.split(';') {
                let Some((_, path)) = statement.split_once("pub use ") else { continue };
                let (module, names) = path.split_once("::").unwrap_or((path, path));
                let names = names.split(|c: char| !c.is_alphanumeric() && c != '_');
                exports.extend(names.map(|name| (name.to_owned(), module.to_owned())));
            }
        } else {
            read(&path, uses.entry(module).or_default())?;
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
    println!("{} modules, {} of them in a cycle or between two", modules.len(), uses.len());
    for (module, used) in &uses {
        println!("  {module} uses {}", used.iter().cloned().collect::<Vec<_>>().join(", "));
    }
    Ok(if modules.len() > 1 && uses.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The code of a file without comments and unit tests.
fn code(path: &Path) -> io::Result<String> {
    let text = fs::read_to_string(path)?;
    let text = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

/// Adds the first name after each `crate::` in a file, or in all files of a folder.
fn read(path: &Path, uses: &mut BTreeSet<String>) -> io::Result<()> {
    if path.is_dir() {
        return fs::read_dir(path)?.try_for_each(|entry| read(&entry?.path(), uses));
    }
    for rest in code(path)?.split("crate::").skip(1) {
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
