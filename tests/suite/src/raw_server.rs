//! A server that sends given bytes: for what no proper server would send, and
//! for counting connections.
//!
//! ```
//! use std::io::{Read, Write};
//! use std::net::TcpStream;
//!
//! use cycle_images_tests::raw_server::{Answer, RawServer};
//!
//! let server = RawServer::start([Answer::new("HTTP/1.1 204 No Content\r\n\r\n").close()])?;
//! let mut stream = TcpStream::connect(server.address())?;
//! stream.write_all(b"GET / HTTP/1.1\r\n\r\n")?;
//! let mut answer = String::new();
//! stream.read_to_string(&mut answer)?;
//! assert_eq!(answer, "HTTP/1.1 204 No Content\r\n\r\n");
//! assert_eq!(server.requests(), ["GET / HTTP/1.1\r\n\r\n"]);
//! assert_eq!(server.connections(), 1);
//! # Ok::<(), std::io::Error>(())
//! ```

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::SockRef;

/// What one request is answered with.
#[derive(Clone, Debug)]
pub struct Answer {
    bytes: Vec<u8>,
    /// What comes after them, each piece after a pause.
    pieces: Vec<Vec<u8>>,
    pause: Duration,
    then: Then,
}

#[derive(Clone, Copy, Debug)]
enum Then {
    Listen,
    Close,
    Reset,
    Hold,
    Repeat,
}

impl Answer {
    /// These bytes; after them, the connection waits for its next request.
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), pieces: Vec::new(), pause: Duration::ZERO, then: Then::Listen }
    }

    /// Says this afterwards, each piece after a pause.
    #[must_use]
    pub fn slowly(
        self,
        pause: Duration,
        pieces: impl IntoIterator<Item = impl Into<Vec<u8>>>,
    ) -> Self {
        Self { pieces: pieces.into_iter().map(Into::into).collect(), pause, ..self }
    }

    /// A JSON body with this status, such as `200 OK`.
    #[must_use]
    pub fn json(status: &str, body: &str) -> Self {
        let length = body.len();
        Self::new(format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        ))
    }

    /// Closes the connection after the bytes.
    #[must_use]
    pub fn close(self) -> Self {
        let then = Then::Close;
        Self { then, ..self }
    }

    /// Resets the connection after the bytes.
    #[must_use]
    pub fn reset(self) -> Self {
        let then = Then::Reset;
        Self { then, ..self }
    }

    /// Sends the bytes again and again, until the client closes the connection.
    #[must_use]
    pub fn endlessly(self, bytes: impl Into<Vec<u8>>) -> Self {
        Self { pieces: vec![bytes.into()], then: Then::Repeat, ..self }
    }

    /// Keeps the connection open after the bytes, and never says a word again.
    #[must_use]
    pub fn hold(self) -> Self {
        let then = Then::Hold;
        Self { then, ..self }
    }
}

/// A running server. Dropping it closes its connections and waits for its threads.
#[derive(Debug)]
pub struct RawServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    answers: Mutex<VecDeque<Answer>>,
    requests: Mutex<Vec<String>>,
    connections: AtomicUsize,
    /// Every open connection; `None` once the server stops.
    streams: Mutex<Option<Vec<TcpStream>>>,
}

impl RawServer {
    /// Starts one that answers the requests in this order, over however many connections they
    /// come. A request past the last answer has its connection closed.
    ///
    /// # Errors
    /// When no port or no thread can be had.
    pub fn start(answers: impl IntoIterator<Item = Answer>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            answers: Mutex::new(answers.into_iter().collect()),
            requests: Mutex::default(),
            connections: AtomicUsize::new(0),
            streams: Mutex::new(Some(Vec::new())),
        });
        let thread = thread::Builder::new().name("raw server".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || shared.serve(&listener)
        })?;
        Ok(Self { address, shared, thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens, as a base URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many connections were made so far, open or not.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// What came in so far: each request as it was sent, head and body.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        locked(&self.shared.requests).clone()
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        for stream in locked(&self.shared.streams).take().into_iter().flatten() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn serve(&self, listener: &TcpListener) {
        thread::scope(|scope| {
            for stream in listener.incoming().flatten() {
                let Ok(kept) = stream.try_clone() else {
                    continue;
                };
                match locked(&self.streams).as_mut() {
                    Some(streams) => streams.push(kept),
                    None => break,
                }
                self.connections.fetch_add(1, Ordering::Relaxed);
                scope.spawn(move || {
                    let _ = self.converse(&stream);
                    // The copy that is kept would hold the connection open.
                    if let Some(streams) = locked(&self.streams).as_mut() {
                        streams.retain(|kept| kept.peer_addr().ok() != stream.peer_addr().ok());
                    }
                });
            }
        });
    }

    fn converse(&self, mut stream: &TcpStream) -> io::Result<()> {
        let mut reader = BufReader::new(stream);
        loop {
            let request = read_request(&mut reader)?;
            if request.is_empty() {
                return Ok(());
            }
            let text = String::from_utf8_lossy(&request).into_owned();
            locked(&self.requests).push(text);
            let Some(answer) = locked(&self.answers).pop_front() else {
                return Ok(());
            };
            stream.write_all(&answer.bytes)?;
            for piece in &answer.pieces {
                thread::sleep(answer.pause);
                stream.write_all(piece)?;
            }
            match answer.then {
                Then::Listen => {}
                Then::Close => return Ok(()),
                Then::Reset => return SockRef::from(stream).set_linger(Some(Duration::ZERO)),
                Then::Repeat => loop {
                    answer.pieces.iter().try_for_each(|piece| stream.write_all(piece))?;
                },
                Then::Hold => return io::copy(&mut reader, &mut io::sink()).map(drop),
            }
        }
    }
}

/// A head and the body that it announces, or as much of them as came.
fn read_request(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    let mut length = 0;
    loop {
        let start = request.len();
        if reader.read_until(b'\n', &mut request)? == 0 {
            return Ok(request);
        }
        let line = String::from_utf8_lossy(request.get(start..).unwrap_or_default());
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.parse().unwrap_or_default();
            }
            None if line.trim_end().is_empty() => break,
            _ => {}
        }
    }
    reader.take(length).read_to_end(&mut request)?;
    Ok(request)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
