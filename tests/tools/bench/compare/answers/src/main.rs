//! The answers that the programs read, in the form that each platform documents, over loopback.
//!
//! Writes the lists of 100 records into the folder it is given, prints its address, and answers
//! until it is killed.

use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::{env, fs, thread};

#[path = "../../../../../suite/src/generator.rs"]
mod generator;

struct Answers {
    images: String,
    image: String,
    docker_images: String,
    issues: String,
    pods: String,
    ecr_images: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::args().nth(1).ok_or("which folder?")?);
    let image = generator::images_page(1, 1);
    let image = image.strip_prefix(r#"{"data":["#).and_then(|rest| rest.strip_suffix("]}"));
    let answers = Arc::new(Answers {
        images: generator::images_page(100, 1),
        image: format!(r#"{{"data":{}}}"#, image.ok_or("no page")?),
        docker_images: list(include_str!("../records/docker_image.json")),
        issues: list(include_str!("../records/issue.json")),
        pods: format!(
            r#"{{"kind":"PodList","apiVersion":"v1","metadata":{{"resourceVersion":"48391"}},"items":{}}}"#,
            list(include_str!("../records/pod.json"))
        ),
        ecr_images: format!(
            r#"{{"imageDetails":{}}}"#,
            list(include_str!("../records/ecr_image.json"))
        ),
    });
    for (name, text) in [
        ("images", &answers.images),
        ("docker_images", &answers.docker_images),
        ("issues", &answers.issues),
        ("pods", &answers.pods),
    ] {
        fs::write(folder.join(name), text)?;
    }

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    println!("http://{}", listener.local_addr()?);
    for stream in listener.incoming() {
        let (stream, answers) = (stream?, Arc::clone(&answers));
        // A client that closes its connection ends the thread.
        thread::spawn(move || serve(stream, &answers));
    }
    Ok(())
}

/// A record's lines are trimmed and joined; `@` stands for its number.
fn record(lines: &str, number: usize) -> String {
    lines.lines().map(str::trim).collect::<String>().replace('@', &number.to_string())
}

fn list(lines: &str) -> String {
    let records: Vec<String> = (100..200).map(|number| record(lines, number)).collect();
    format!("[{}]", records.join(","))
}

fn answer(request: &str, answers: &Answers) -> String {
    let path = request.split(' ').nth(1).unwrap_or_default();
    let path = path.split('?').next().unwrap_or_default().trim_end_matches('/');
    match path {
        "" if request.contains(".DescribeImages\r\n") => answers.ecr_images.clone(),
        "" => record(include_str!("../records/ecr_get.json"), 100),
        "/v1/images" => answers.images.clone(),
        _ if path.starts_with("/v1/images/") => answers.image.clone(),
        _ if path.ends_with("/images/json") => answers.docker_images.clone(),
        _ if path.ends_with("/json") => record(include_str!("../records/docker_inspect.json"), 100),
        _ if path.ends_with("/issues") => answers.issues.clone(),
        _ if path.contains("/issues/") => record(include_str!("../records/issue.json"), 100),
        _ if path.ends_with("/pods") => answers.pods.clone(),
        _ => record(include_str!("../records/pod.json"), 100),
    }
}

fn serve(mut stream: TcpStream, answers: &Answers) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let (mut request, mut body) = (String::new(), 0);
        while !request.ends_with("\r\n\r\n") {
            let start = request.len();
            if reader.read_line(&mut request)? == 0 {
                return Ok(());
            }
            if let Some((name, value)) = request[start..].split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                body = value.trim().parse().map_err(io::Error::other)?;
            }
        }
        io::copy(&mut reader.by_ref().take(body), &mut io::sink())?;
        let answer = answer(&request, answers);
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{answer}",
            answer.len()
        )?;
    }
}
