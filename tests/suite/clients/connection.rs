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
use hyper::rt::{Read, ReadBufCursor, Write};
use smol_hyper::rt::FuturesIo;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

pub(crate) async fn smol_socket(uri: &Uri) -> io::Result<Socket> {
    let stream = smol::net::TcpStream::connect(address(uri)).await?;
    Ok(Socket { stream: FuturesIo::new(stream), yields: false })
}

/// A socket of smol's that yields before every other read, as those of tokio do now and then: hyper
/// reads interim responses in one go for as long as there are any, and no timer would fire
/// meanwhile.
pub(crate) struct Socket {
    stream: FuturesIo<smol::net::TcpStream>,
    yields: bool,
}

impl Read for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        self.yields = !self.yields;
        if self.yields {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl Write for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
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
