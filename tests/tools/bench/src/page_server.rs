use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::images_page;

/// How many images a full page has.
pub const IMAGES_A_PAGE: usize = 100;

/// A hub's list of images over loopback, as fast as it can be sent: its pages are made beforehand.
/// It runs until the process ends.
#[derive(Clone, Copy, Debug)]
pub struct PageServer {
    address: SocketAddr,
}

impl PageServer {
    /// Starts one with so many full pages, which waits for the latency before each answer.
    ///
    /// # Errors
    /// If no port can be had.
    pub fn start(pages: usize, latency: Duration) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        // The last one is empty: the end of the list.
        let answers: Arc<[Vec<u8>]> = (1..=pages)
            .map(|page| images_page(IMAGES_A_PAGE, page as u64))
            .chain([images_page(0, 0)])
            .map(answer)
            .collect();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let answers = Arc::clone(&answers);
                // A client that closes its connection ends the thread.
                thread::spawn(move || serve(stream, &answers, latency));
            }
        });
        Ok(Self { address })
    }

    /// The base URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn answer(page: String) -> Vec<u8> {
    let length = page.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{page}"
    )
    .into_bytes()
}

fn serve(mut stream: TcpStream, answers: &[Vec<u8>], latency: Duration) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let mut request = String::new();
        while !request.ends_with("\r\n\r\n") {
            if reader.read_line(&mut request)? == 0 {
                return Ok(());
            }
        }
        if !latency.is_zero() {
            thread::sleep(latency);
        }
        let index = page_number(&request).unwrap_or(1).saturating_sub(1);
        if let Some(answer) = answers.get(index).or(answers.last()) {
            stream.write_all(answer)?;
        }
    }
}

fn page_number(request: &str) -> Option<usize> {
    let (_, after) = request.split_once("page%5Bnumber%5D=")?;
    after.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}
