//! A web page that lists images and follows an import live, by server-sent events.
//!
//! Without arguments it opens the page by itself, follows one import, and ends; `--serve` keeps it
//! running for a browser. Without variables it runs against a sandbox; with `CYCLE_API_KEY` and
//! `CYCLE_HUB_ID`, on the platform (for https, with the feature `rustls`).

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::process::ExitCode;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, Sse};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use cycle_images::ImageId;
use cycle_images::error::report;
use cycle_images::flow::JobUpdate;
use cycle_images::images::{CreateImageJob, GetImages};
use cycle_images_async::{Client, Reqwest, Tokio};
use cycle_images_tests::example_env::{self, Place};
use cycle_images_tests::sandbox::Settings;
use futures_util::{Stream, StreamExt};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The page. Each row has a button, and shows the progress of its import.
const PAGE: &str = r#"<!doctype html><meta charset="utf-8"><title>Images</title>
<style>body { font: 16px sans-serif; margin: 2em } td { padding: .3em 1em }</style>
<h1>Images</h1><table>{rows}</table>
<script>
  const follow = (id, row) => {
    const events = new EventSource(`/images/${id}/import`);
    const show = (text) => (row.querySelector("output").textContent = text);
    events.addEventListener("progress", (event) => show(event.data));
    events.addEventListener("failed", (event) => (show(event.data), events.close()));
    events.addEventListener("done", () => (show("live"), events.close()));
  };
  for (const button of document.querySelectorAll("button"))
    button.onclick = () => follow(button.value, button.closest("tr"));
</script>"#;

const HELP: &str = "\
Serves a page that lists images, and follows an import live.

options:
  --serve   keep serving; else it follows one import and ends
  --yes     allow it to create and import an image on the platform";

fn main() -> ExitCode {
    example_env::main(HELP, run)
}

fn run() -> Result<()> {
    let place = Place::to_change(Settings::default())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        // A plain `Client`: a test of the handlers would pass one over a closure.
        let client = Client::new(place.hub.clone(), Reqwest::new()?, Tokio);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        println!("The page is at {url}.");
        let server = tokio::spawn(async { axum::serve(listener, router(client)).await });
        if std::env::args().any(|argument| argument == "--serve") {
            return Ok(server.await??);
        }
        tokio::task::spawn_blocking(move || visit(&url).map_err(|error| error.to_string()))
            .await??;
        Ok(())
    })
}

fn router(client: Client) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/images/{id}/import", get(import))
        .with_state(client)
}

async fn index(State(client): State<Client>) -> std::result::Result<Html<String>, Failure> {
    let mut rows = String::new();
    let mut images = client.items(GetImages::new());
    while let Some(image) = images.next().await {
        let image = image?;
        let (id, name, state) =
            (escape(image.id.as_str()), escape(&image.name), image.state.current);
        rows += &format!(
            "<tr><td>{name}<td>{}<td><button value=\"{id}\">Import</button><td><output></output>",
            escape(state.as_str()),
        );
    }
    Ok(Html(PAGE.replace("{rows}", &rows)))
}

/// Starts an import and returns its progress. The stream owns what it needs of the client.
async fn import(
    State(client): State<Client>,
    Path(id): Path<String>,
) -> std::result::Result<
    Sse<impl Stream<Item = std::result::Result<Event, std::convert::Infallible>>>,
    Failure,
> {
    let job = client.call(&CreateImageJob::import(ImageId::new(id)?)).await?.data;
    let events = client.track(&job)?.map(|update| {
        Ok(match update {
            Ok(JobUpdate { job, progress, .. }) => {
                let name = if job.state.current.is_final() { "done" } else { "progress" };
                let (state, done, total) = (job.state.current, progress.done, progress.total);
                Event::default().event(name).data(format!("{state}: {done} of {total}"))
            }
            Err(error) => Event::default().event("failed").data(report(&error).to_string()),
        })
    });
    Ok(Sse::new(events))
}

/// An error of the platform, as a response of this page.
struct Failure(cycle_images_async::Error);

impl<E: Into<cycle_images_async::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = self.0.status().map_or(502, |status| status.as_u16());
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
        (status, report(&self.0).to_string()).into_response()
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// What a browser does: opens the page, presses the button of the new image, and reads the events.
fn visit(url: &str) -> Result<()> {
    let page = ureq::get(url).call()?.body_mut().read_to_string()?;
    let new = page.split("<tr>").find(|row| row.contains("<td>new<td>")).ok_or("no new image")?;
    let id = new.split("value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let events = ureq::get(format!("{url}/images/{}/import", id.ok_or("no button")?)).call()?;
    for line in BufReader::new(events.into_body().into_reader()).lines() {
        let line = line?;
        println!("{line}");
        if line.starts_with("event: done") || line.starts_with("event: failed") {
            break;
        }
    }
    Ok(())
}
