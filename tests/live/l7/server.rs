//! Real servers in the server's namespace, ended when dropped.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use flow_lab::process::soon;
use flow_lab::traffic::{Pair, SERVER_V4};
use tempfile::TempDir;

/// How long the slow page and the slow zone take at least.
pub(super) const DELAY: Duration = Duration::from_millis(60);
/// Where lighttpd listens.
pub(super) const HTTP: u16 = 8_000;
/// Where OpenSSL listens.
pub(super) const TLS: u16 = 8_443;
/// Where dnsmasq asks for what it does not know.
const UPSTREAM: u16 = 5_300;

/// A process in the server's namespace.
pub(super) struct Server {
    child: Child,
    /// Its files.
    _folder: Option<TempDir>,
}

impl Server {
    fn spawn(pair: &Pair, package: &str, folder: Option<TempDir>, command: &mut Command) -> Self {
        let command = command.stdin(Stdio::null()).stdout(Stdio::null());
        let child = pair.server.run(|| command.spawn()).expect("namespace");
        let child = child.unwrap_or_else(|error| {
            panic!("{command:?}: {error}; it is part of Debian's package {package}")
        });
        Self {
            child,
            _folder: folder,
        }
    }

    /// Waits until a TCP port is open.
    fn wait_for(self, pair: &Pair, port: u16) -> Self {
        let address = SocketAddr::from((SERVER_V4, port));
        soon("a server that listens", || {
            pair.server
                .run(|| TcpStream::connect(address).is_ok())
                .expect("namespace")
        });
        self
    }

    /// lighttpd with pages of 10 and of 100,000 bytes, one of a program that takes [`DELAY`], and one that
    /// is not there.
    pub(super) fn http(pair: &Pair) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        let config = format!(
            "server.document-root = \"{root}\"\n\
             server.bind = \"{SERVER_V4}\"\n\
             server.port = {HTTP}\n\
             server.modules = ( \"mod_cgi\" )\n\
             server.errorlog = \"{root}/errors\"\n\
             cgi.assign = ( \".cgi\" => \"/bin/sh\" )\n\
             mimetype.assign = ( \".txt\" => \"text/plain\" )\n",
            root = root.display()
        );
        let slow = format!(
            "sleep {}\nprintf 'Content-Type: text/plain\\r\\n\\r\\nslow\\n'\n",
            DELAY.as_secs_f64()
        );
        for (name, content) in [
            ("config", config.as_str()),
            ("short.txt", "0123456789"),
            ("long.txt", &"0123456789".repeat(10_000)),
            ("slow.cgi", &slow),
        ] {
            fs::write(root.join(name), content).expect("a file");
        }
        let config = root.join("config");
        let mut command = Command::new("/usr/sbin/lighttpd");
        command.args(["-D", "-f"]).arg(config);
        Self::spawn(pair, "lighttpd", Some(folder), &mut command).wait_for(pair, HTTP)
    }

    /// dnsmasq, which knows names below `flow.test` and asks an [`Upstream`] for `slow.test`.
    pub(super) fn dns(pair: &Pair) -> Self {
        let mut command = Command::new("/usr/sbin/dnsmasq");
        command.args([
            "--keep-in-foreground",
            "--conf-file=/dev/null",
            "--no-resolv",
            "--no-hosts",
            "--pid-file=",
            "--user=root",
            "--bind-interfaces",
            "--port=53",
            "--log-facility=/dev/null",
            "--host-record=www.flow.test,192.0.2.80,2001:db8::80,300",
            "--cname=alias.flow.test,www.flow.test,120",
            "--txt-record=text.flow.test,one text",
            "--srv-host=_http._tcp.flow.test,www.flow.test,80",
            "--local=/flow.test/",
        ]);
        command.arg(format!("--listen-address={SERVER_V4}"));
        command.arg(format!("--server=/slow.test/127.0.0.1#{UPSTREAM}"));
        Self::spawn(pair, "dnsmasq-base", None, &mut command).wait_for(pair, 53)
    }

    /// `openssl s_server` with a certificate of its own.
    pub(super) fn tls(pair: &Pair) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (key, certificate) = (folder.path().join("key"), folder.path().join("certificate"));
        let made = Command::new("openssl")
            .args([
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
            ])
            .args(["-subj", "/CN=tls.flow.test", "-keyout"])
            .arg(&key)
            .arg("-out")
            .arg(&certificate)
            .stderr(Stdio::null())
            .status()
            .expect("openssl (Debian's package of that name) runs");
        assert!(made.success(), "openssl req: {made}");
        let mut command = Command::new("openssl");
        command
            .args(["s_server", "-quiet", "-www", "-alpn", "h2,http/1.1"])
            .args(["-accept", &TLS.to_string(), "-key"])
            .arg(key)
            .arg("-cert")
            .arg(certificate)
            .stderr(Stdio::null());
        Self::spawn(pair, "openssl", Some(folder), &mut command).wait_for(pair, TLS)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Answers each query with "no such name" after [`DELAY`], on the server's loopback.
pub(super) struct Upstream {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Upstream {
    pub(super) fn start(pair: &Pair) -> Self {
        let socket = pair
            .server
            .run(|| UdpSocket::bind((Ipv4Addr::LOCALHOST, UPSTREAM)))
            .expect("namespace")
            .expect("a socket");
        let wait = Some(Duration::from_millis(100));
        socket.set_read_timeout(wait).expect("a timeout");
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut message = [0; 1_500];
            while !stopped.load(Ordering::Relaxed) {
                let Ok((length, from)) = socket.recv_from(&mut message) else {
                    continue;
                };
                std::thread::sleep(DELAY);
                // RFC 1035 section 4.1.1: a response, recursion available, NXDOMAIN.
                (message[2], message[3]) = (0x81, 0x83);
                let _ = socket.send_to(&message[..length], from);
            }
        });
        Self {
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
