//! Tests that need an environment of their own.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails as a test does")]

use std::ffi::OsStr;
use std::process::Command;

const SUBPROCESS: &str = "CYCLE_IMAGES_TEST_SUBPROCESS";

/// Runs this test again in a process of its own, with these variables and no others that matter
/// here: a process can't change its own environment safely. Gives what it said.
///
/// # Panics
/// If the test fails there, or there is none of that name.
#[track_caller]
pub fn run_in_subprocess<V: AsRef<OsStr>>(test: &str, variables: &[(&str, V)]) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]);
    for name in ["CYCLE_API_KEY", "CYCLE_HUB_ID", "CYCLE_BASE_URL", "CYCLE_FACTORY_URL"] {
        command.env_remove(name);
    }
    for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    let variables = variables.iter().map(|(name, value)| (name, value));
    command.env(SUBPROCESS, "1").envs(variables);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    // No test of that name would be a success, too.
    assert!(said.contains("1 passed"), "{test}: {said}");
    said.into_owned()
}

/// Whether this is the process that [`run_in_subprocess`] started.
#[must_use]
pub fn is_subprocess() -> bool {
    std::env::var_os(SUBPROCESS).is_some()
}
