//! A server of metrics over HTTP.

mod answer;
mod body;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::{Semaphore, oneshot};

use crate::metrics::Metrics;
use answer::answer;

/// Connections that are served at the same time; others wait.
const CONNECTIONS: usize = 16;

/// How long a client may take for the head of a request.
const HEAD: Duration = Duration::from_secs(10);

/// How long a connection lasts at most.
const CONNECTION: Duration = Duration::from_secs(600);

/// Serves metrics over HTTP in a thread of its own, until it is dropped.
///
/// `GET /metrics` answers with all series, in the format that `Accept` asks for, compressed with gzip where
/// `Accept-Encoding` names that. It is written in parts while it is sent. `GET /health` answers `ok`.
///
/// ```
/// use std::io::{Read, Write};
/// use std::net::{TcpListener, TcpStream};
///
/// use flow_metrics::{MetricConfig, Metrics, MetricsServer};
///
/// let (metrics, _) = Metrics::builder().metrics(MetricConfig::parse_list("flow")).build()?;
/// let server = MetricsServer::start(&metrics, TcpListener::bind("127.0.0.1:0")?)?;
///
/// let mut client = TcpStream::connect(server.local_addr())?;
/// client.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
/// let mut answer = String::new();
/// client.read_to_string(&mut answer)?;
/// assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("ok\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct MetricsServer {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl MetricsServer {
    /// Serves the connections of `listener`.
    ///
    /// # Errors
    /// Where the system gives no thread, or the listener cannot be used.
    pub fn start(metrics: &Metrics, listener: TcpListener) -> io::Result<Self> {
        let address = listener.local_addr()?;
        listener.set_nonblocking(true)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .max_blocking_threads(CONNECTIONS)
            .build()?;
        let listener = {
            let _guard = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let (stop, stopped) = oneshot::channel();
        let metrics = metrics.clone();
        let thread = std::thread::Builder::new()
            .name("metrics".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::spawn(serve(listener, metrics));
                    // An error is that the server was dropped, too.
                    let _ = stopped.await;
                });
                // What is being written is of no use to anybody.
                runtime.shutdown_background();
            })?;
        Ok(Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Returns the address that it listens at.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for MetricsServer {
    fn drop(&mut self) {
        // An error of either is that it has ended already.
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn serve(listener: tokio::net::TcpListener, metrics: Metrics) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(_) => {
                // No more files, for example: a moment later there may be some.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let metrics = metrics.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, metrics.clone()));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD)
                .serve_connection(TokioIo::new(stream), service);
            // A client that goes away or talks nonsense is its own affair.
            let _ = tokio::time::timeout(CONNECTION, connection).await;
            drop(place);
        });
    }
}
