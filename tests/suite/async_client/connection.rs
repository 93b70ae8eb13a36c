//! A transport of a few lines: a connection for each request, over hyper's own API, driven by the
//! future that needs it.

use cycle_images::flow::SendFailure;
use futures_util::future::{Either, select};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

pub(crate) async fn send(request: Request<Vec<u8>>) -> Result<Response<Bytes>, SendFailure> {
    let (mut head, body) = request.into_parts();
    let address = head.uri.authority().map(ToString::to_string).unwrap_or_default();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    head.uri = path.parse().map_err(SendFailure::not_sent)?;
    head.headers.insert("host", address.parse().map_err(SendFailure::not_sent)?);
    let stream = TcpStream::connect(&address).await.map_err(SendFailure::not_sent)?;
    let (mut sender, connection) =
        handshake(TokioIo::new(stream)).await.map_err(SendFailure::not_sent)?;
    let answered = Box::pin(async {
        let request = Request::from_parts(head, Full::new(Bytes::from(body)));
        let (head, body) = sender.send_request(request).await?.into_parts();
        Ok::<_, hyper::Error>(Response::from_parts(head, body.collect().await?.to_bytes()))
    });
    let answer = match select(answered, Box::pin(connection)).await {
        Either::Left((answer, _)) => answer,
        Either::Right((_, answered)) => answered.await,
    };
    answer.map_err(SendFailure::maybe_sent)
}
