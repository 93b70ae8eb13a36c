//! Servers of one connection, which count what they read.

use std::io::{self, BufRead};
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
    /// Serves the connection by this function, which counts bytes in the second argument.
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

    /// How many bytes were counted so far.
    pub(crate) fn passed(&self) -> u64 {
        self.passed.load(Ordering::SeqCst)
    }

    /// Waits for the end of its connection.
    pub(crate) fn end(self) -> T {
        self.thread.join().unwrap()
    }
}

/// Reads a request's head, up to the empty line.
pub(crate) fn read_head(reader: &mut impl BufRead) -> io::Result<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head)? > 0 {}
    Ok(head)
}
