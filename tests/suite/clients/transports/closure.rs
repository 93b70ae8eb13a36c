//! A closure, over hyper's own connections.

use cycle_images::flow::SendFailure;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Bytes};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::connection::{address, exchange, smol_socket};
use crate::driver::{Async, Driver};
use crate::executors::{Executor, OnTokio};
use crate::setup::Setup;

pub(crate) fn on_tokio<E: OnTokio>(setup: Setup) -> impl Driver {
    let limit = limit(&setup);
    let transport = move |request: Request<Vec<u8>>| async move {
        let stream =
            TcpStream::connect(address(request.uri())).await.map_err(SendFailure::not_sent)?;
        let request = request.map(Full::<Bytes>::from);
        collected(exchange(TokioIo::new(stream), request).await?, limit).await
    };
    Async::new(setup, transport, E::start())
}

pub(crate) fn on_smol_sockets<E: Executor>(setup: Setup) -> impl Driver {
    let limit = limit(&setup);
    let transport = move |request: Request<Vec<u8>>| async move {
        let stream = smol_socket(request.uri()).await.map_err(SendFailure::not_sent)?;
        let request = request.map(Full::<Bytes>::from);
        collected(exchange(stream, request).await?, limit).await
    };
    Async::new(setup, transport, E::start())
}

/// The limit, which is the closure's own.
fn limit(setup: &Setup) -> u64 {
    setup.body_limit.unwrap_or(64 << 20)
}

async fn collected<B: Body<Error = hyper::Error>>(
    response: Response<B>,
    limit: u64,
) -> Result<Response<Bytes>, SendFailure> {
    let (head, body) = response.into_parts();
    match Limited::new(body, limit as usize).collect().await {
        Ok(body) => Ok(Response::from_parts(head, body.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Err(SendFailure::too_large(limit)),
        Err(error) => Err(SendFailure::maybe_sent(error)),
    }
}
