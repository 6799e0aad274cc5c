//! What the client can do.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, Socket, Type};

use super::messages::{DNS_QUERY, RESPONSE, http_request};
use super::pair::{
    BLACKHOLE, CLIENT_COMM, CLIENT_V4, CLIENT_V6, CLOSED_PORT, DNS_PORT, Exchange, HTTP_PORT, Ip,
    Pair, TrafficError,
};

/// How long an answer may take before the lab is taken to be broken.
const PATIENCE: Duration = Duration::from_secs(20);

impl Pair {
    /// Sends an HTTP request with a body of `body_len` bytes and reads the response.
    ///
    /// # Errors
    /// Where a socket fails or the response is not what [`Server`](super::Server) sends.
    pub fn http(&self, ip: Ip, body_len: usize) -> Result<Exchange, TrafficError> {
        self.client.run_as(CLIENT_COMM, || {
            http(ip, body_len).map_err(TrafficError::socket("HTTP"))
        })?
    }

    /// Asks for the server's name by DNS over UDP.
    ///
    /// # Errors
    /// Where a socket fails or no answer comes.
    pub fn dns(&self, ip: Ip) -> Result<Exchange, TrafficError> {
        self.client
            .run_as(CLIENT_COMM, || dns(ip).map_err(TrafficError::socket("DNS")))?
    }

    /// Sends `count` ICMP echo requests, one after the answer to the other.
    ///
    /// # Errors
    /// Where a socket fails or an answer does not come.
    pub fn ping(&self, ip: Ip, count: u16, payload_len: usize) -> Result<Exchange, TrafficError> {
        self.client.run_as(CLIENT_COMM, || {
            ping(ip, count, payload_len).map_err(TrafficError::socket("ping"))
        })?
    }

    /// Tries to connect to a port where nobody listens.
    ///
    /// # Errors
    /// Where anything but "connection refused" comes back.
    pub fn refused(&self, ip: Ip) -> Result<Exchange, TrafficError> {
        self.client.run_as(CLIENT_COMM, || {
            refused(ip).map_err(TrafficError::socket("closed port"))
        })?
    }

    /// Sends a datagram that the server's kernel drops.
    ///
    /// # Errors
    /// Where the socket fails.
    pub fn dropped(&self, payload_len: usize) -> Result<Exchange, TrafficError> {
        self.client.run_as(CLIENT_COMM, || {
            dropped(payload_len).map_err(TrafficError::socket("blackhole"))
        })?
    }
}

fn http(ip: Ip, body_len: usize) -> io::Result<Exchange> {
    let destination = SocketAddr::new(ip.server(), HTTP_PORT);
    let mut stream = TcpStream::connect_timeout(&destination, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let source = stream.local_addr()?;
    let request = http_request(body_len);
    stream.write_all(&request)?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response)?;
    stream.shutdown(Shutdown::Both)?;
    if response != RESPONSE {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "not the server's response",
        ));
    }
    Ok(Exchange {
        source,
        destination,
        sent: request.len() as u64,
        received: response.len() as u64,
    })
}

fn udp_socket(ip: IpAddr) -> io::Result<UdpSocket> {
    let any: IpAddr = if ip.is_ipv4() {
        CLIENT_V4.into()
    } else {
        CLIENT_V6.into()
    };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0))?;
    socket.set_read_timeout(Some(PATIENCE))?;
    Ok(socket)
}

fn dns(ip: Ip) -> io::Result<Exchange> {
    let destination = SocketAddr::new(ip.server(), DNS_PORT);
    let socket = udp_socket(destination.ip())?;
    let sent = socket.send_to(DNS_QUERY, destination)?;
    let mut buffer = [0; 512];
    let (received, from) = socket.recv_from(&mut buffer)?;
    if from != destination {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "an answer from elsewhere",
        ));
    }
    Ok(Exchange {
        source: socket.local_addr()?,
        destination,
        sent: sent as u64,
        received: received as u64,
    })
}

fn refused(ip: Ip) -> io::Result<Exchange> {
    let destination = SocketAddr::new(ip.server(), CLOSED_PORT);
    let domain = Domain::for_address(destination);
    let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
    // Bound first, so that the port is known though no connection comes about.
    socket.bind(&SocketAddr::new(ip.client(), 0).into())?;
    let source = socket
        .local_addr()?
        .as_socket()
        .ok_or(io::ErrorKind::InvalidData)?;
    match socket.connect_timeout(&destination.into(), PATIENCE) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(Exchange {
            source,
            destination,
            sent: 0,
            received: 0,
        }),
        Err(error) => Err(error),
        Ok(()) => Err(io::Error::other("somebody listens")),
    }
}

fn dropped(payload_len: usize) -> io::Result<Exchange> {
    let destination = SocketAddr::new(BLACKHOLE.into(), DNS_PORT);
    let socket = udp_socket(destination.ip())?;
    let sent = socket.send_to(&vec![0; payload_len], destination)?;
    Ok(Exchange {
        source: socket.local_addr()?,
        destination,
        sent: sent as u64,
        received: 0,
    })
}

fn ping(ip: Ip, count: u16, payload_len: usize) -> io::Result<Exchange> {
    let (domain, protocol, request, reply) = match ip {
        Ip::V4 => (Domain::IPV4, Protocol::ICMPV4, 8, 0),
        Ip::V6 => (Domain::IPV6, Protocol::ICMPV6, 128, 129),
    };
    // A datagram socket, not a raw one: for each reply to a raw one the kernel also reports a
    // packet dropped for want of a datagram socket.
    let socket = Socket::new(domain, Type::DGRAM, Some(protocol))?;
    socket.bind(&SocketAddr::new(ip.client(), 0).into())?;
    let destination = SocketAddr::new(ip.server(), 0);
    socket.connect(&destination.into())?;
    socket.set_read_timeout(Some(PATIENCE))?;
    let mut received = 0;
    for sequence in 1..=count {
        // The kernel fills in checksum and id.
        let mut message = vec![request, 0, 0, 0, 0, 0];
        message.extend(sequence.to_be_bytes());
        message.resize(8 + payload_len, b'.');
        socket.send(&message)?;
        received += await_reply(&socket, reply, sequence)?;
    }
    Ok(Exchange {
        source: SocketAddr::new(ip.client(), 0),
        destination,
        sent: u64::from(count) * payload_len as u64,
        received,
    })
}

/// Waits for the echo reply of this type and sequence number; gives its payload's length.
fn await_reply(socket: &Socket, reply: u8, sequence: u16) -> io::Result<u64> {
    let begin = Instant::now();
    let mut space = [0; 2048];
    while begin.elapsed() < PATIENCE {
        let mut socket = socket;
        let length = socket.read(&mut space)?;
        if let [kind, _, _, _, _, _, high, low, payload @ ..] = &space[..length]
            && (*kind, u16::from_be_bytes([*high, *low])) == (reply, sequence)
        {
            return Ok(payload.len() as u64);
        }
    }
    Err(io::ErrorKind::TimedOut.into())
}
