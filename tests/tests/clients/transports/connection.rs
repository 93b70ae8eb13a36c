//! hyper's own connections, one for each request, on whatever sockets there are: nothing is
//! spawned, so that any executor will do.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use http::header::{HOST, HeaderValue};
use http::{Request, Response, Uri};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::client::conn::http1::{Connection, handshake};
use hyper::rt::{Read, Write};
use smol_hyper::rt::FuturesIo;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A socket of smol's.
pub(crate) async fn smol_socket(uri: &Uri) -> io::Result<FuturesIo<smol::net::TcpStream>> {
    smol::net::TcpStream::connect(address(uri)).await.map(FuturesIo::new)
}

/// The host and port that a request goes to.
pub(crate) fn address(uri: &Uri) -> (&str, u16) {
    (uri.host().unwrap_or_default(), uri.port_u16().unwrap_or(80))
}

/// Sends a request over a connection of its own, and waits for the head of its answer.
pub(crate) async fn exchange<I, B>(
    io: I,
    mut request: Request<B>,
) -> hyper::Result<Response<Driven<I, B>>>
where
    I: Read + Write + Unpin,
    B: Body<Data = Bytes> + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    if let Some(authority) = request.uri().authority() {
        let host = HeaderValue::from_str(authority.as_str()).unwrap();
        request.headers_mut().insert(HOST, host);
    }
    if let Some(path) = request.uri().path_and_query() {
        *request.uri_mut() = path.clone().into();
    }
    let (mut sender, connection) = handshake(io).await?;
    let mut connection = Driving(Some(connection));
    let mut answer = pin!(sender.send_request(request));
    let answer = poll_fn(|context| {
        connection.poll(context);
        answer.as_mut().poll(context)
    });
    Ok(answer.await?.map(|body| Driven { connection, body }))
}

/// A connection that may have ended.
struct Driving<I: Read + Write + Unpin, B: Body + 'static>(Option<Connection<I, B>>);

impl<I, B> Driving<I, B>
where
    I: Read + Write + Unpin,
    B: Body<Data = Bytes> + 'static,
    B::Error: Into<BoxError>,
{
    /// What goes wrong with a connection comes out of its answer, too.
    fn poll(&mut self, context: &mut Context<'_>) {
        if let Some(connection) = &mut self.0 {
            if Pin::new(connection).poll(context).is_ready() {
                self.0 = None;
            }
        }
    }
}

/// The body of an answer, whose connection goes on as it is read.
pub(crate) struct Driven<I: Read + Write + Unpin, B: Body + 'static> {
    connection: Driving<I, B>,
    body: Incoming,
}

impl<I, B> Body for Driven<I, B>
where
    I: Read + Write + Unpin,
    B: Body<Data = Bytes> + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        self.connection.poll(context);
        Pin::new(&mut self.body).poll_frame(context)
    }
}
