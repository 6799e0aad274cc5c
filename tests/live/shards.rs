//! Captured payload: all of a connection, both ways, in one ring buffer and in order, whichever
//! processors and interfaces it passes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::thread;
use std::time::Duration;

use flow_core::event::{CaptureKind, EventView};
use flow_core::flow::{Direction, Ip as Address, Protocol, TcpFlags};
use flow_core::pipeline::Progress;
use flow_core::wire::{LinkType, Packet};
use flow_ebpf::{Counter, Mode, Record};
use flow_lab::require_bpf;
use flow_lab::traffic::{DNS_PORT, Ip, Pair};
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

use crate::watch::{self, Turn};

/// Connections of each protocol, and exchanges of each.
const CONNECTIONS: usize = 24;
const EXCHANGES: u32 = 20;
const SHARDS: usize = 4;

/// Processors that this process may use.
fn processors() -> Vec<usize> {
    let allowed = sched_getaffinity(Pid::from_raw(0)).expect("the processors of this thread");
    (0..CpuSet::count())
        .filter(|number| allowed.is_set(*number).expect("a processor's number"))
        .collect()
}

/// Runs the calling thread on one processor.
fn pin(processor: usize) {
    let mut set = CpuSet::new();
    set.set(processor).expect("a processor's number");
    sched_setaffinity(Pid::from_raw(0), &set).expect("the thread moves");
}

/// A connection: its protocol and the client's end.
type Connection = (u8, SocketAddr);

/// A message as an interface saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Message {
    number: u32,
    is_response: bool,
    direction: Direction,
    processor: u32,
}

/// Sends `EXCHANGES` numbers, each when the last one came back; from another processor each time.
fn ask(mut exchange: impl FnMut(&[u8; 8]) -> [u8; 8], processors: &[usize], first: usize) {
    for number in 0..EXCHANGES {
        pin(processors[(first + number as usize / 3) % processors.len()]);
        let question = (u64::from(number) << 8).to_be_bytes();
        let answer = exchange(&question);
        assert_eq!(answer[..7], question[..7], "the answer of this question");
        assert_eq!(answer[7], 1);
    }
}

/// The answer to a question: the same with its last byte set.
fn answer(mut question: [u8; 8]) -> [u8; 8] {
    question[7] = 1;
    question
}

/// Every connection's exchanges, asked and answered on every processor.
fn talk(pair: &Pair) {
    let processors = processors();
    let server = |ip: Ip| SocketAddr::new(ip.server(), DNS_PORT);
    let (udp, tcp) = pair
        .server
        .run(|| {
            let udp = UdpSocket::bind(server(Ip::V4)).expect("a socket");
            (udp, TcpListener::bind(server(Ip::V6)).expect("a listener"))
        })
        .expect("the server's namespace");
    udp.set_read_timeout(Some(Duration::from_millis(500)))
        .expect("a timeout");
    let (datagrams, streams) = pair
        .client
        .run(|| {
            let datagrams: Vec<_> = (0..CONNECTIONS)
                .map(|_| {
                    let socket = UdpSocket::bind((Ip::V4.client(), 0)).expect("a socket");
                    socket.connect(server(Ip::V4)).expect("an address");
                    socket
                        .set_read_timeout(Some(Duration::from_secs(5)))
                        .expect("a timeout");
                    socket
                })
                .collect();
            let streams: Vec<_> = (0..CONNECTIONS)
                .map(|_| {
                    let stream = TcpStream::connect(server(Ip::V6)).expect("a connection");
                    stream.set_nodelay(true).expect("no delay");
                    (stream, tcp.accept().expect("the same connection").0)
                })
                .collect();
            (datagrams, streams)
        })
        .expect("the client's namespace");
    thread::scope(|scope| {
        for processor in &processors {
            let socket = udp.try_clone().expect("a copy");
            scope.spawn(move || {
                pin(*processor);
                let mut question = [0; 8];
                // Ends when nobody has asked for a while.
                while let Ok((_, from)) = socket.recv_from(&mut question) {
                    socket
                        .send_to(&answer(question), from)
                        .expect("an answer is sent");
                }
            });
        }
        for (number, socket) in datagrams.into_iter().enumerate() {
            let processors = &processors;
            scope.spawn(move || {
                let exchange = |question: &[u8; 8]| {
                    let mut answer = [0; 8];
                    socket.send(question).expect("a question is sent");
                    socket.recv(&mut answer).expect("an answer comes");
                    answer
                };
                ask(exchange, processors, number);
            });
        }
        for (number, (mut stream, mut accepted)) in streams.into_iter().enumerate() {
            let processors = &processors;
            scope.spawn(move || {
                pin(processors[(number + 1) % processors.len()]);
                accepted.set_nodelay(true).expect("no delay");
                let mut question = [0; 8];
                while accepted.read_exact(&mut question).is_ok() {
                    accepted
                        .write_all(&answer(question))
                        .expect("an answer is sent");
                }
            });
            scope.spawn(move || {
                let exchange = |question: &[u8; 8]| {
                    let mut answer = [0; 8];
                    stream.write_all(question).expect("a question is sent");
                    stream.read_exact(&mut answer).expect("an answer comes");
                    answer
                };
                ask(exchange, processors, number);
            });
        }
    });
}

/// What a connection's captured packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    /// A TCP packet without payload.
    Mark(TcpFlags),
    Message(Message),
}

/// A captured packet and its connection; `None` for other records.
fn message(bytes: &[u8]) -> Option<(Connection, Seen)> {
    let view = EventView::parse(bytes).expect("a whole record");
    let header = view.header();
    if header.capture_kind != CaptureKind::NETWORK {
        return None;
    }
    let packet = Packet::parse(LinkType::RawIp, view.payload(), usize::MAX);
    let is_response = header.sport == DNS_PORT;
    let (address, port) = if is_response {
        (header.daddr, header.dport)
    } else {
        (header.saddr, header.sport)
    };
    let client = SocketAddr::new(Address(address).to_std(), port);
    if packet.payload().is_empty() {
        let mark = Seen::Mark(TcpFlags(header.tcp_flags));
        return Some(((header.proto, client), mark));
    }
    let text: [u8; 8] = packet.payload().try_into().expect("8 bytes");
    let word = u64::from_be_bytes(text);
    let message = Message {
        number: u32::try_from(word >> 8).expect("a number that was sent"),
        is_response,
        direction: Direction(header.direction),
        processor: header.cpu,
    };
    assert_eq!(word & 0xff, u64::from(is_response));
    Some(((header.proto, client), Seen::Message(message)))
}

/// A TCP connection begins with its SYNs, at both interfaces, and ends with a FIN of each side.
fn check_marks(seen: &[Seen]) {
    let (syn, ack, fin) = (TcpFlags::SYN, TcpFlags::ACK, TcpFlags::FIN);
    let begin = [syn, syn, syn | ack, syn | ack].map(Seen::Mark);
    assert_eq!(seen[..4], begin);
    let marks = |from: usize| {
        seen[from..]
            .iter()
            .filter(|seen| matches!(seen, Seen::Mark(flags) if flags.contains(fin)))
    };
    assert_eq!(marks(0).count(), 4, "{seen:?}");
    assert_eq!(marks(seen.len() - 4).count(), 4, "nothing follows");
}

#[test]
fn a_connection_is_captured_in_order_by_one_shard() {
    require_bpf!();
    let _turn = Turn::wait();
    let pair = Pair::create().expect("namespaces");
    let source = watch::of(&pair)
        .mode(Mode::default())
        .ring_shards(SHARDS)
        .load()
        .expect("the observer loads");
    let handle = source.handle();
    let shards = source.into_shards();
    assert_eq!(shards.len(), SHARDS);
    let threads: Vec<_> = shards
        .into_iter()
        .map(|mut shard| {
            thread::spawn(move || {
                let mut messages = Vec::new();
                while shard
                    .poll_records(Duration::from_millis(50), &mut |record| match record {
                        Record::Kernel(bytes) => messages.extend(message(bytes)),
                        Record::Lost(lost) => panic!("{} lost", lost.count),
                        _ => {}
                    })
                    .expect("the shard goes on")
                    == Progress::Open
                {}
                messages
            })
        })
        .collect();
    talk(&pair);
    thread::sleep(Duration::from_millis(200));
    handle.stop();

    let mut connections: BTreeMap<Connection, (usize, Vec<Seen>)> = BTreeMap::new();
    let mut used = BTreeSet::new();
    for (shard, thread) in threads.into_iter().enumerate() {
        for (connection, message) in thread.join().expect("the drain thread ends") {
            let seen = connections.entry(connection);
            let (its, messages) = seen.or_insert_with(|| (shard, Vec::new()));
            assert_eq!(*its, shard, "one shard for {connection:?}");
            messages.push(message);
            used.insert(shard);
        }
    }
    let stats = handle.stats();
    assert_eq!(stats.get(Counter::CaptureLost), 0, "{stats}");
    assert_eq!(stats.unaccounted_packets(), 0, "{stats}");
    assert_eq!(used.len(), SHARDS, "connections are spread");
    assert_eq!(connections.len(), 2 * CONNECTIONS);
    let of = |protocol: Protocol| connections.keys().filter(|key| key.0 == protocol.0).count();
    assert_eq!([Protocol::UDP, Protocol::TCP].map(of), [CONNECTIONS; 2]);
    let mut several = 0;
    for (connection, (_, seen)) in &connections {
        let messages: Vec<_> = seen
            .iter()
            .filter_map(|seen| match seen {
                Seen::Message(message) => Some(*message),
                Seen::Mark(_) => None,
            })
            .collect();
        if connection.0 == Protocol::TCP.0 {
            check_marks(seen);
        } else {
            assert_eq!(seen.len(), messages.len(), "{connection:?}");
        }
        // Out at the client, in at the server, out at the server, in at the client. On a slow machine
        // TCP sends a segment again whose acknowledgement is late.
        let mut sent = BTreeSet::new();
        let way: Vec<_> = messages
            .iter()
            .map(|message| (message.number, message.is_response, message.direction))
            .filter(|step| sent.insert(*step) || connection.0 != Protocol::TCP.0)
            .collect();
        let expected: Vec<_> = (0..EXCHANGES)
            .flat_map(|number| {
                [false, true].map(|is_response| {
                    [Direction::EGRESS, Direction::INGRESS].map(|way| (number, is_response, way))
                })
            })
            .flatten()
            .collect();
        assert_eq!(way, expected, "{connection:?}");
        let processors: BTreeSet<_> = messages.iter().map(|seen| seen.processor).collect();
        several += usize::from(processors.len() > 1);
    }
    // On a machine with one there is nothing to see.
    if processors().len() > 1 {
        assert!(several > CONNECTIONS, "{several} on several processors");
    }
}
