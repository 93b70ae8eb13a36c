//! The sandbox as a program.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

fn program(options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cycle-images-sandbox"));
    command.args(options).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Killed at the end of the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_prints_exports_and_requests() {
    let options = [
        "--key",
        "the key's",
        "--hub",
        "h1",
        "--seed-images",
        "3",
        "--step-ms",
        "1",
        "--lenient",
        "--no-nulls",
    ];
    let mut running = Running(program(&options).spawn().unwrap());
    let mut output = BufReader::new(running.0.stdout.take().unwrap());
    let mut line = || {
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    };
    assert_eq!(line(), r"export CYCLE_API_KEY='the key'\''s'");
    assert_eq!(line(), "export CYCLE_HUB_ID=h1");
    let url = line();
    let address = url.strip_prefix("export CYCLE_BASE_URL=http://").unwrap();
    assert_eq!(line(), format!("export CYCLE_FACTORY_URL=http://{address}"));
    assert!(line().starts_with("# This key can only read: sandbox-key-"));

    let mut stream = TcpStream::connect(address).unwrap();
    // A lenient sandbox lets the content type pass.
    let request = "GET /v1/images?filter[search]=extra&token=sec HTTP/1.1\r\nHost: localhost\r\nConnection: \
                   close\r\nContent-Type: application/json\r\nX-Hub-Id: h1\r\n\
                   Authorization: Bearer the key's\r\n\r\n";
    stream.write_all(request.replace("&token=sec", "").as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 200"), "{response}");
    assert_eq!(response.matches("\"name\":\"extra-").count(), 3);
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();

    let mut log = BufReader::new(running.0.stderr.take().unwrap());
    for expected in [
        "GET /v1/images?filter[search]=extra -> 200\n",
        "GET /v1/images?filter[search]=extra&token=[redacted] -> 422\n",
    ] {
        let mut line = String::new();
        log.read_line(&mut line).unwrap();
        assert_eq!(line, expected);
    }
}

#[test]
#[cfg(unix)]
fn an_interrupt_stops_it() {
    let mut running = Running(program(&[]).spawn().unwrap());
    let mut output = BufReader::new(running.0.stdout.take().unwrap());
    output.read_line(&mut String::new()).unwrap();
    let id = running.0.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
}

#[test]
fn help_and_mistakes() {
    let help = program(&["--help"]).output().unwrap();
    assert!(help.status.success());
    assert!(String::from_utf8_lossy(&help.stdout).contains("--seed-images N"));
    for (options, problem) in [
        (["--colour"].as_slice(), "--colour is not an option"),
        (&["--port"], "--port needs a value"),
        (&["--port", "x"], "--port needs a number, not \"x\""),
    ] {
        let output = program(options).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).starts_with(problem));
    }
}
