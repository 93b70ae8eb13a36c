//! The client on a runtime and an HTTP client that it knows nothing of: hyper's bare connections
//! over smol's sockets, and smol's timer. There is no tokio in it.
//!
//! Without any variable set, it lists the images of a sandbox page by page, and follows an import.
//! With `CYCLE_API_KEY`, `CYCLE_HUB_ID` and a `CYCLE_BASE_URL` of plain http set, it lists those of
//! that hub. For https, put `futures_rustls::TlsConnector` or `async_native_tls` around the socket.

#![allow(clippy::print_stdout, reason = "an example speaks to people")]

use std::error::Error;
use std::process::ExitCode;

use cycle_images::SourceId;
use cycle_images::flow::SendFailure;
use cycle_images::http::header::{HOST, HeaderValue};
use cycle_images::http::uri::Scheme;
use cycle_images::http::{Request, Response, Uri};
use cycle_images::images::{CreateImage, CreateImageJob, GetImages};
use cycle_images_async::Client;
use cycle_images_tests::example_env::{self, Place};
use cycle_images_tests::sandbox::Settings;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use smol::future;
use smol::net::TcpStream;
use smol_hyper::rt::FuturesIo;

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

/// Whoever answers could fill the memory otherwise.
const BODY_LIMIT: usize = 64 << 20;

const HELP: &str = "\
Lists images and follows an import, over hyper connections on smol. On the platform it only lists.";

fn main() -> ExitCode {
    example_env::main(HELP, || smol::block_on(run()))
}

async fn run() -> Result<()> {
    let place = Place::from_env(Settings::default())?;
    let transport = async |request: Request<Vec<u8>>| {
        // One connection each: a program with many requests would keep it.
        let socket = connect(request.uri()).await?;
        carry(request, socket).await
    };
    let client = Client::new(place.hub.clone(), transport, smol::Timer::after);
    list(&client).await?;
    if let Some(sandbox) = &place.sandbox {
        import(&client, SourceId::new(sandbox.source_id())?).await?;
    }
    Ok(())
}

async fn list(client: &Client) -> Result<()> {
    let mut pages = client.pages(GetImages::new().page_size(3));
    while let Some(page) = pages.next().await {
        let page = page?;
        println!("\nA page of the list:");
        for image in page.data {
            println!("  {} {:<16} is {}", image.id, image.name, image.state.current);
        }
    }
    Ok(())
}

async fn import(client: &Client, source: SourceId) -> Result<()> {
    let image = client.call(&CreateImage::new(source).name("by smol")).await?.data;
    let import = client.call(&CreateImageJob::import(&image.id)).await?.data;
    println!("\nThe import of the image {}:", image.id);
    let mut job = client.track(&import)?;
    while let Some(update) = job.next().await {
        let update = update?;
        let progress = update.progress;
        println!("  {}, {} of {}", update.job.state.current, progress.done, progress.total);
    }
    Ok(())
}

async fn connect(uri: &Uri) -> Result<TcpStream, SendFailure> {
    if uri.scheme() != Some(&Scheme::HTTP) {
        let needed = "https needs TLS around the socket, as by futures-rustls or async-native-tls";
        return Err(SendFailure::not_sent(needed).fatal());
    }
    let host = uri.host().unwrap_or_default();
    let port = uri.port_u16().unwrap_or(80);
    TcpStream::connect(format!("{host}:{port}")).await.map_err(SendFailure::not_sent)
}

async fn carry(
    request: Request<Vec<u8>>,
    socket: TcpStream,
) -> Result<Response<Bytes>, SendFailure> {
    let handshake = http1::handshake(FuturesIo::new(socket)).await;
    let (mut sender, connection) = handshake.map_err(SendFailure::not_sent)?;
    let exchange = async {
        let response = sender.send_request(as_http1(request)?).await?;
        let (head, body) = response.into_parts();
        match Limited::new(body, BODY_LIMIT).collect().await {
            Ok(body) => Ok(Response::from_parts(head, body.to_bytes())),
            Err(error) if error.is::<LengthLimitError>() => {
                Err(SendFailure::too_large(BODY_LIMIT as u64))
            }
            Err(error) => Err(SendFailure::maybe_sent(error)),
        }
    };
    // The bytes move while the connection is polled: here together with the exchange, so that it
    // ends with it. As a task of its own, it would outlive a request that is given up. When the
    // connection has ended, the exchange may still have something to read.
    let driving = async {
        let _ = connection.await;
        future::pending().await
    };
    future::or(exchange, driving).await
}

/// hyper's pooled clients do this by themselves: the host goes into a header, and the target of the
/// request is what stands behind it.
fn as_http1(mut request: Request<Vec<u8>>) -> Result<Request<Full<Bytes>>, SendFailure> {
    let uri = request.uri().clone();
    let host = uri.authority().map_or("", |authority| authority.as_str());
    request.headers_mut().insert(HOST, HeaderValue::from_str(host)?);
    *request.uri_mut() = uri.path_and_query().cloned().map(Uri::from).unwrap_or_default();
    Ok(request.map(Full::from))
}
