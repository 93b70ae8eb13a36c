//! Servers that go by how much passes, for what is too large to be held.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

/// A server of one connection, on a thread of its own.
pub(crate) struct Served<T> {
    address: SocketAddr,
    passed: Arc<AtomicU64>,
    thread: JoinHandle<T>,
}

impl<T: Send + 'static> Served<T> {
    /// Has the connection served; `passed` is to be told how much went by.
    pub(crate) fn by(
        serve: impl FnOnce(TcpStream, &AtomicU64) -> T + Send + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let passed = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&passed);
        let thread = std::thread::spawn(move || serve(listener.accept().unwrap().0, &counter));
        Ok(Self { address, passed, thread })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How much has gone by so far.
    pub(crate) fn passed(&self) -> u64 {
        self.passed.load(Ordering::SeqCst)
    }

    /// Waits for the end of its connection.
    pub(crate) fn end(self) -> T {
        self.thread.join().unwrap()
    }
}

/// Answers a request with this head, and then with these bytes again and again: `most` of them, or
/// as many as it gets rid of before the connection is closed. Gives how many that were.
pub(crate) fn pouring(head: Vec<u8>, bytes: Vec<u8>, most: u64) -> io::Result<Served<u64>> {
    Served::by(move |stream, passed| {
        let _ = pour(&stream, &head, &bytes, most, passed);
        passed.load(Ordering::SeqCst)
    })
}

fn pour(
    mut stream: &TcpStream,
    head: &[u8],
    bytes: &[u8],
    most: u64,
    passed: &AtomicU64,
) -> io::Result<()> {
    read_head(&mut BufReader::new(stream))?;
    stream.write_all(head)?;
    while passed.load(Ordering::SeqCst) < most {
        stream.write_all(bytes)?;
        passed.fetch_add(bytes.len() as u64, Ordering::SeqCst);
    }
    Ok(())
}

/// Reads a request's head, up to the empty line.
pub(crate) fn read_head(reader: &mut impl BufRead) -> io::Result<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head)? > 0 {}
    Ok(head)
}
