//! The small capture that ships with the repository, `testdata/demo.pcap`: what
//! `agent observe --demo` shows where it may not look at the live system.
//!
//! Made byte by byte, the same each time; `cargo run --example make_demo_capture` writes it.

use std::io::{self, Write};

use crate::frame::{Host, Path, Segment, flag};
use crate::traffic::{
    CLIENT_V4, CLIENT_V6, CLOSED_PORT, DNS_PORT, HTTP_PORT, SERVER_V4, SERVER_V6,
};
use crate::traffic::{dns_exchange, http_exchange};
use flow_capture::{LINK_ETHERNET, Writer};

/// 2026-01-01 12:00:00 UTC.
const BEGIN_NS: u64 = 1_767_268_800_000_000_000;
const MICROSECOND: u64 = 1_000;
const MILLISECOND: u64 = 1_000_000;

/// Writes the capture.
///
/// # Errors
/// Where `output` fails.
pub fn write<W: Write>(output: W) -> io::Result<W> {
    let mut script = Script {
        writer: Writer::new(output, LINK_ETHERNET)?,
        time: BEGIN_NS,
    };
    let v4 = path(CLIENT_V4.into(), SERVER_V4.into());
    let v6 = path(CLIENT_V6.into(), SERVER_V6.into());
    script.dns(v6, 49_152)?;
    script.http(v4, 43_210, 0)?;
    script.ping(v4, 3)?;
    script.http(v6, 43_211, 4_000)?;
    script.refused(v4, 43_212)?;
    script.ping(v6, 2)?;
    script.unreachable(v4, 49_153)?;
    script.http(
        Path {
            vlan: Some(42),
            ..v4
        },
        43_213,
        0,
    )?;
    script.unanswered(v6, 43_214)?;
    script.writer.finish()
}

fn path(source: std::net::IpAddr, destination: std::net::IpAddr) -> Path {
    // Locally administered addresses, IEEE 802 section 8.4.2.
    let host = |last, ip| Host {
        mac: [0x02, 0, 0, 0, 0, last],
        ip,
    };
    Path {
        source: host(1, source),
        destination: host(2, destination),
        vlan: None,
    }
}

struct Script<W> {
    writer: Writer<W>,
    time: u64,
}

impl<W: Write> Script<W> {
    fn send(&mut self, after: u64, frame: &[u8]) -> io::Result<()> {
        self.time += after;
        self.writer.write(self.time, frame)
    }

    fn dns(&mut self, path: Path, port: u16) -> io::Result<()> {
        let (query, answer) = dns_exchange();
        self.send(MILLISECOND, &path.udp((port, DNS_PORT), &query))?;
        self.send(
            800 * MICROSECOND,
            &path.reversed().udp((DNS_PORT, port), &answer),
        )
    }

    fn http(&mut self, path: Path, port: u16, body_len: usize) -> io::Result<()> {
        use flag::{ACK, FIN, PSH, SYN};
        let (request, response) = http_exchange(body_len);
        let mut talk = Talk {
            path,
            port,
            client: 1_000,
            server: 9_000,
        };
        self.send(5 * MILLISECOND, &talk.forward(SYN, b""))?;
        self.send(150 * MICROSECOND, &talk.back(SYN | ACK, b""))?;
        self.send(40 * MICROSECOND, &talk.forward(ACK, b""))?;
        // The largest segment an Ethernet carries beneath either IP version.
        for piece in request.chunks(1_440) {
            self.send(30 * MICROSECOND, &talk.forward(PSH | ACK, piece))?;
        }
        self.send(120 * MICROSECOND, &talk.back(ACK, b""))?;
        self.send(300 * MICROSECOND, &talk.back(PSH | ACK, &response))?;
        self.send(10 * MICROSECOND, &talk.back(FIN | ACK, b""))?;
        self.send(90 * MICROSECOND, &talk.forward(ACK, b""))?;
        self.send(50 * MICROSECOND, &talk.forward(FIN | ACK, b""))?;
        self.send(110 * MICROSECOND, &talk.back(ACK, b""))
    }

    fn ping(&mut self, path: Path, count: u16) -> io::Result<()> {
        for sequence in 1..=count {
            self.send(
                200 * MILLISECOND,
                &path.echo(false, 7, sequence, &[b'.'; 56]),
            )?;
            self.send(
                180 * MICROSECOND,
                &path.reversed().echo(true, 7, sequence, &[b'.'; 56]),
            )?;
        }
        Ok(())
    }

    fn refused(&mut self, path: Path, port: u16) -> io::Result<()> {
        let syn = Segment {
            flags: flag::SYN,
            sequence: 1,
            ..Segment::default()
        };
        let rst = Segment {
            flags: flag::RST | flag::ACK,
            acknowledgement: 2,
            ..Segment::default()
        };
        self.send(10 * MILLISECOND, &path.tcp((port, CLOSED_PORT), syn))?;
        self.send(
            70 * MICROSECOND,
            &path.reversed().tcp((CLOSED_PORT, port), rst),
        )
    }

    fn unreachable(&mut self, path: Path, port: u16) -> io::Result<()> {
        let datagram = path.udp((port, CLOSED_PORT), b"anybody there?");
        self.send(10 * MILLISECOND, &datagram)?;
        self.send(
            90 * MICROSECOND,
            &path.reversed().port_unreachable(&datagram),
        )
    }

    /// A connection whose first segment is sent again and again, for somebody drops it.
    fn unanswered(&mut self, path: Path, port: u16) -> io::Result<()> {
        let syn = Segment {
            flags: flag::SYN,
            sequence: 5,
            ..Segment::default()
        };
        for wait in [10, 1_000, 2_000] {
            self.send(wait * MILLISECOND, &path.tcp((port, 443), syn))?;
        }
        Ok(())
    }
}

/// A TCP connection between a client's port and the server's HTTP port.
struct Talk {
    path: Path,
    port: u16,
    client: u32,
    server: u32,
}

impl Talk {
    fn forward(&mut self, flags: u8, payload: &[u8]) -> Vec<u8> {
        let acknowledgement = if flags & flag::ACK == 0 {
            0
        } else {
            self.server
        };
        let segment = Segment {
            flags,
            sequence: self.client,
            acknowledgement,
            payload,
        };
        self.client += advance(flags, payload);
        self.path.tcp((self.port, HTTP_PORT), segment)
    }

    fn back(&mut self, flags: u8, payload: &[u8]) -> Vec<u8> {
        let segment = Segment {
            flags,
            sequence: self.server,
            acknowledgement: self.client,
            payload,
        };
        self.server += advance(flags, payload);
        self.path.reversed().tcp((HTTP_PORT, self.port), segment)
    }
}

/// Sequence numbers that a segment takes: its bytes, and one each for SYN and FIN.
fn advance(flags: u8, payload: &[u8]) -> u32 {
    u32::try_from(payload.len()).unwrap_or(0) + u32::from(flags & (flag::SYN | flag::FIN) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_capture_is_what_this_code_writes() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/demo.pcap");
        let committed = std::fs::read(path).expect("testdata/demo.pcap");
        let written = write(Vec::new()).expect("write");
        assert!(
            committed == written,
            "testdata/demo.pcap is out of date: cargo run --example make_demo_capture"
        );
    }
}
