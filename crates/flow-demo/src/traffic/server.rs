//! The server's end: HTTP over TCP and DNS over UDP, both just enough to be real.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use socket2::SockRef;

use super::messages::{RESPONSE, dns_answer};
use super::pair::{DNS_PORT, HTTP_PORT, Ip, Pair, SERVER_COMM, TrafficError};

/// How often a waiting thread looks whether it is to end.
const LOOK: Duration = Duration::from_millis(100);

/// Answers in the server's namespace until it is dropped.
#[derive(Debug)]
pub struct Server {
    stop: Arc<AtomicBool>,
    listeners: Vec<TcpListener>,
    threads: Vec<JoinHandle<()>>,
}

impl Server {
    /// Begins to answer HTTP and DNS over both IP versions.
    ///
    /// # Errors
    /// Where a port cannot be bound.
    pub fn start(pair: &Pair) -> Result<Self, TrafficError> {
        let mut server = Self {
            stop: Arc::default(),
            listeners: Vec::new(),
            threads: Vec::new(),
        };
        for ip in [Ip::V4, Ip::V6] {
            let (listener, socket) = pair.server.run_as(SERVER_COMM, || {
                let listener = TcpListener::bind(SocketAddr::new(ip.server(), HTTP_PORT))
                    .map_err(TrafficError::socket("listen for HTTP"))?;
                let socket = UdpSocket::bind(SocketAddr::new(ip.server(), DNS_PORT))
                    .map_err(TrafficError::socket("bind for DNS"))?;
                Ok::<_, TrafficError>((listener, socket))
            })??;
            let accepting = listener
                .try_clone()
                .map_err(TrafficError::socket("copy a listener"))?;
            socket
                .set_read_timeout(Some(LOOK))
                .map_err(TrafficError::socket("set a timeout"))?;
            server.listeners.push(listener);
            let stop = Arc::clone(&server.stop);
            server.spawn(move || accept(&accepting, &stop))?;
            let stop = Arc::clone(&server.stop);
            server.spawn(move || answer_dns(&socket, &stop))?;
        }
        Ok(server)
    }

    fn spawn(&mut self, work: impl FnOnce() + Send + 'static) -> Result<(), TrafficError> {
        let thread = std::thread::Builder::new()
            .name(SERVER_COMM.to_owned())
            .stack_size(128 * 1024)
            .spawn(work)
            .map_err(TrafficError::socket("start a thread"))?;
        self.threads.push(thread);
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for listener in &self.listeners {
            // Wakes a thread that waits in accept(2).
            let _ = SockRef::from(listener).shutdown(Shutdown::Both);
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn accept(listener: &TcpListener, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        if let Ok((stream, _)) = listener.accept() {
            // A client that goes away in the middle is its own affair.
            let _ = answer_http(&stream);
        }
    }
}

/// Reads one request with its body, sends `200 OK` and closes.
fn answer_http(stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut reader = BufReader::new(stream);
    let mut body_len = 0;
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let text = line.trim_end();
        if text.is_empty() {
            break;
        }
        if let Some(value) = text.strip_prefix("Content-Length:") {
            body_len = value.trim().parse().unwrap_or(0);
        }
    }
    io::copy(&mut reader.take(body_len), &mut io::sink())?;
    let mut stream = stream;
    stream.write_all(RESPONSE)?;
    stream.shutdown(Shutdown::Write)?;
    // Until the client closes too, so that it is the side that began to wait.
    stream.read_to_end(&mut Vec::new())?;
    Ok(())
}

/// Answers each query for an A record with the server's address.
fn answer_dns(socket: &UdpSocket, stop: &AtomicBool) {
    let mut buffer = [0; 512];
    while !stop.load(Ordering::Relaxed) {
        let Ok((length, client)) = socket.recv_from(&mut buffer) else {
            continue;
        };
        let _ = socket.send_to(&dns_answer(&buffer[..length]), client);
    }
}
