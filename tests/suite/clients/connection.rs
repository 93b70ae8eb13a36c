//! smol's sockets, for hyper.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use smol_hyper::rt::FuturesIo;

pub(crate) async fn smol_socket(uri: &Uri) -> io::Result<Socket> {
    let address = (uri.host().unwrap_or_default(), uri.port_u16().unwrap_or(80));
    let stream = smol::net::TcpStream::connect(address).await?;
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

/// hyper-util asks each connection whether it goes through a proxy.
impl Connection for Socket {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}
