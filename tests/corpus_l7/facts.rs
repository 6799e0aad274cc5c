//! What our decoders tell of a capture, each payload on its own.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;

use flow_core::wire::Packet;
use flow_core::wire::protocol::{TCP, UDP};
use flow_l7::http1::{Exchange, Message, Messages, Request};
use flow_l7::quic::Initials;
use flow_l7::tls::{
    ClientHello, HandshakeBytes, HandshakeType, Ja4Transport, ServerHello, TlsVersion, is_grease,
};
use flow_l7::{L7Protocol, detect, dns};

use crate::captures::packets;
use crate::ndpi::{Ends, Kind, ends};

/// What was found of a connection.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) protocols: BTreeSet<L7Protocol>,
    pub(crate) values: BTreeSet<(Kind, String)>,
}

impl Facts {
    fn add(&mut self, kind: Kind, value: impl Into<String>) {
        self.values.insert((kind, value.into()));
    }

    fn add_bytes(&mut self, kind: Kind, value: Option<&[u8]>) {
        if let Some(value) = value {
            self.add(kind, String::from_utf8_lossy(value));
        }
    }
}

/// Decodes a capture.
pub(crate) fn facts(path: &Path) -> BTreeMap<Ends, Facts> {
    let mut found = BTreeMap::new();
    packets(path, &mut |packet| {
        let Some(protocol @ (TCP | UDP)) = packet.protocol() else {
            return;
        };
        let (Some(source), Some(destination)) = (packet.source(), packet.destination()) else {
            return;
        };
        let ports = (packet.source_port(), packet.destination_port());
        let source = SocketAddr::new(source, ports.0);
        let destination = SocketAddr::new(destination, ports.1);
        let facts: &mut Facts = found
            .entry(ends(source, destination, protocol))
            .or_default();
        let payload = packet.payload();
        if let Some(l7) = detect(payload, ports, protocol) {
            facts.protocols.insert(l7);
            decode(l7, packet, facts);
        }
    });
    found
}

fn decode(l7: L7Protocol, packet: &Packet<'_>, facts: &mut Facts) {
    let payload = packet.payload();
    match (l7, packet.protocol()) {
        (L7Protocol::Dns, Some(UDP)) => {
            if let Ok(message) = dns::Message::parse(payload, packet.payload_len()) {
                of_dns(&message, facts);
            }
        }
        (L7Protocol::Dns, _) => {
            for message in dns::TcpMessages::new(payload) {
                if let Ok(message) = message.parse() {
                    of_dns(&message, facts);
                }
            }
        }
        (L7Protocol::Http1, _) => {
            for exchange in Messages::new(payload).flatten() {
                of_http(&exchange, facts);
            }
        }
        (L7Protocol::Tls, _) => {
            let mut room = [0; 1 << 14];
            if let Ok(bytes) = HandshakeBytes::join(payload, &mut room) {
                of_tls(bytes.messages(), Ja4Transport::Tcp, facts);
            }
        }
        (L7Protocol::Quic, _) => {
            let mut room = [0; 1 << 12];
            let mut initials = Initials::client(&mut room);
            if initials.take(payload).is_ok() {
                of_tls(initials.messages(), Ja4Transport::Quic, facts);
            }
        }
        _ => {}
    }
}

fn of_dns(message: &dns::Message<'_>, facts: &mut Facts) {
    let names = message.questions().map(|question| question.name);
    let owners = message.answers().map(|record| record.name);
    for name in names.chain(owners) {
        facts.add(Kind::Host, name.to_string());
    }
}

fn of_http(exchange: &Exchange<'_>, facts: &mut Facts) {
    match &exchange.message {
        Message::Request(request) => of_request(request, facts),
        Message::Response(response) => {
            facts.add(Kind::Status, response.status().to_string());
            facts.add_bytes(Kind::ContentType, response.content_type());
        }
    }
}

fn of_request(request: &Request<'_>, facts: &mut Facts) {
    let authority = request.authority();
    facts.add_bytes(Kind::Host, authority.map(|authority| authority.host));
    facts.add_bytes(Kind::Host, authority.map(|authority| authority.host_port));
    facts.add_bytes(Kind::UserAgent, request.user_agent());
    let host = request.host().unwrap_or_default();
    let url = [host, request.raw_target()].concat();
    facts.add_bytes(Kind::Url, Some(&url));
    facts.add_bytes(Kind::Url, Some(request.raw_target()));
}

fn of_tls(messages: flow_l7::tls::Handshakes<'_>, transport: Ja4Transport, facts: &mut Facts) {
    for message in messages {
        if message.kind == HandshakeType::CLIENT_HELLO
            && let Ok(hello) = ClientHello::parse(message.body, message.length)
        {
            of_client(&hello, transport, facts);
        } else if message.kind == HandshakeType::SERVER_HELLO
            && let Ok(hello) = ServerHello::parse(message.body, message.length)
        {
            if let Some(cipher) = hello.cipher() {
                facts.add(Kind::Cipher, cipher.to_string());
            }
            facts.add_bytes(Kind::Alpn, hello.alpn());
        }
    }
}

fn of_client(hello: &ClientHello<'_>, transport: Ja4Transport, facts: &mut Facts) {
    facts.add_bytes(Kind::Host, hello.server_name());
    if let Some(ja4) = hello.ja4(transport) {
        facts.add(Kind::Ja4, ja4.as_str());
    }
    let joined: Vec<_> = hello.alpn().map(String::from_utf8_lossy).collect();
    facts.add(Kind::Alpns, joined.join(";"));
    let versions: Vec<_> = hello.versions().map(version_name).collect();
    facts.add(Kind::Versions, versions.join(";"));
}

/// A version as nDPI writes it.
fn version_name(version: TlsVersion) -> String {
    match version {
        TlsVersion::TLS_1_0 => "TLSv1".to_owned(),
        _ if is_grease(version.0) => "GREASE".to_owned(),
        TlsVersion(draft @ 0x7f00..0x8000) if draft < 0x7f80 => "TLSv1.3 (draft)".to_owned(),
        TlsVersion(0xfb17..=0xfb1a) => "TLSv1.3 (Fizz)".to_owned(),
        _ => version.to_string().replace(' ', "v"),
    }
}
