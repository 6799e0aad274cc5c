//! An API server of a few kinds of objects, which speaks HTTP and fails as it is told to.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

/// What goes wrong with a request about pods.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    /// A status, with `Retry-After` in seconds.
    Status(u16, Option<u64>),
    /// A watch that answers and then sends this line and no other.
    Line(String),
    /// A watch that answers and then is silent, though it is open.
    Silence,
    /// A list that ends in the middle.
    Cut,
}

#[derive(Default)]
struct State {
    version: u64,
    pods: BTreeMap<String, Value>,
    /// Every change: its version and its line of a watch.
    log: Vec<(u64, String)>,
    list_faults: VecDeque<Fault>,
    watch_faults: VecDeque<Fault>,
    /// Requests about pods: lists and watches.
    lists: u64,
    watches: u64,
}

pub(super) struct Server {
    pub(super) address: SocketAddr,
    state: Arc<Mutex<State>>,
    running: Option<AbortHandle>,
}

impl Server {
    pub(super) async fn start() -> Self {
        let mut server = Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            state: Arc::default(),
            running: None,
        };
        server.resume().await;
        server
    }

    /// Listens again where it did before.
    pub(super) async fn resume(&mut self) {
        let listener = loop {
            match TcpListener::bind(self.address).await {
                Ok(listener) => break listener,
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        self.address = listener.local_addr().expect("an address");
        let state = Arc::clone(&self.state);
        let task = tokio::spawn(async move {
            // Its connections end with it.
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                let state = Arc::clone(&state);
                connections.spawn(async move {
                    let _ = answer(stream, &state).await;
                });
            }
        });
        self.running = Some(task.abort_handle());
    }

    /// Ends all connections and takes no more.
    pub(super) fn go_away(&mut self) {
        self.running.take().expect("it runs").abort();
    }

    pub(super) fn put(&self, name: &str, address: &str) {
        let mut state = self.state.lock();
        state.version += 1;
        let kind = match state.pods.contains_key(name) {
            true => "MODIFIED",
            false => "ADDED",
        };
        let pod = pod(name, address, state.version);
        state.pods.insert(name.to_owned(), pod.clone());
        state.log_event(kind, &pod);
    }

    pub(super) fn delete(&self, name: &str) {
        let mut state = self.state.lock();
        state.version += 1;
        let mut pod = state.pods.remove(name).expect("a pod");
        pod["metadata"]["resourceVersion"] = state.version.to_string().into();
        state.log_event("DELETED", &pod);
    }

    /// Deletes a pod without a word to those who watch.
    pub(super) fn vanish(&self, name: &str) {
        let mut state = self.state.lock();
        state.version += 1;
        state.pods.remove(name).expect("a pod");
    }

    /// Sends a line to those who watch.
    pub(super) fn say(&self, line: &Value) {
        let mut state = self.state.lock();
        let version = state.version;
        state.log.push((version + 1, line.to_string()));
        state.version += 1;
    }

    pub(super) fn fail_list(&self, fault: Fault) {
        self.state.lock().list_faults.push_back(fault);
    }

    pub(super) fn fail_watch(&self, fault: Fault) {
        self.state.lock().watch_faults.push_back(fault);
    }

    /// How many lists and watches of pods were asked for.
    pub(super) fn requests(&self) -> (u64, u64) {
        let state = self.state.lock();
        (state.lists, state.watches)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.abort();
        }
    }
}

impl State {
    fn log_event(&mut self, kind: &str, pod: &Value) {
        let line = json!({"type": kind, "object": pod}).to_string();
        self.log.push((self.version, line));
    }
}

pub(super) fn pod(name: &str, address: &str, version: u64) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"namespace": "shop", "name": name, "uid": format!("uid-{name}"),
                     "resourceVersion": version.to_string(), "labels": {"app": name}},
        "spec": {"nodeName": "n1", "containers": []},
        "status": {"phase": "Running", "podIPs": [{"ip": address}]},
    })
}

pub(super) fn gone() -> Value {
    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
           "message": "too old resource version", "reason": "Expired", "code": 410})
}

async fn answer(mut stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await?);
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let (path, query) = path.split_once('?').unwrap_or((&path, ""));
    let is_watch = query.contains("watch=true");
    if path != "/api/v1/pods" {
        return other(stream, is_watch).await;
    }
    let fault = {
        let mut state = state.lock();
        match is_watch {
            true => {
                state.watches += 1;
                state.watch_faults.pop_front()
            }
            false => {
                state.lists += 1;
                state.list_faults.pop_front()
            }
        }
    };
    match fault {
        Some(Fault::Status(code, retry)) => {
            let mut status = gone();
            status["code"] = code.into();
            let retry = retry.map_or(String::new(), |retry| format!("Retry-After: {retry}\r\n"));
            let body = status.to_string();
            let head = format!("HTTP/1.1 {code} x\r\n{retry}Content-Type: application/json\r\n");
            let length = format!(
                "Content-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            stream
                .write_all(format!("{head}{length}{body}").as_bytes())
                .await
        }
        Some(Fault::Silence) => {
            begin(&mut stream).await?;
            std::future::pending().await
        }
        Some(Fault::Line(line)) => {
            begin(&mut stream).await?;
            stream.write_all(format!("{line}\n").as_bytes()).await
        }
        fault if is_watch => watch(stream, state, query, fault).await,
        fault => {
            let body = {
                let state = state.lock();
                let items: Vec<&Value> = state.pods.values().collect();
                json!({"kind": "PodList", "apiVersion": "v1", "items": items,
                       "metadata": {"resourceVersion": state.version.to_string()}})
                .to_string()
            };
            let end = match fault {
                Some(Fault::Cut) => body.len() / 2,
                _ => body.len(),
            };
            begin(&mut stream).await?;
            stream.write_all(&body.as_bytes()[..end]).await
        }
    }
}

async fn begin(stream: &mut TcpStream) -> std::io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).await
}

/// Kinds of which there is nothing.
async fn other(mut stream: TcpStream, is_watch: bool) -> std::io::Result<()> {
    begin(&mut stream).await?;
    if is_watch {
        return std::future::pending().await;
    }
    let list = json!({"kind": "List", "apiVersion": "v1", "items": [], "metadata": {"resourceVersion": "1"}});
    stream.write_all(list.to_string().as_bytes()).await
}

async fn watch(
    mut stream: TcpStream,
    state: &Mutex<State>,
    query: &str,
    _fault: Option<Fault>,
) -> std::io::Result<()> {
    let parameter = |name: &str| -> Option<u64> {
        let mut all = query.split('&').filter_map(|one| one.split_once('='));
        all.find(|(key, _)| *key == name)?.1.parse().ok()
    };
    let mut seen = parameter("resourceVersion").unwrap_or(0);
    let end = Duration::from_secs(parameter("timeoutSeconds").unwrap_or(60));
    let begun = tokio::time::Instant::now();
    begin(&mut stream).await?;
    while begun.elapsed() < end {
        let lines: Vec<(u64, String)> = {
            let state = state.lock();
            let new = state.log.iter().filter(|(version, _)| *version > seen);
            new.cloned().collect()
        };
        for (version, line) in lines {
            seen = version;
            stream.write_all(format!("{line}\n").as_bytes()).await?;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}
