//! TLS hellos beside tls-parser.

use flow_l7::tls::{ClientHello, HandshakeBytes, Ja4Transport};
use tls_parser::{TlsExtension, TlsMessage, TlsMessageHandshake};

use crate::input;
use crate::lane::{Extract, Group, Lane, Sink};

struct Ours;

impl Extract for Ours {
    #[inline]
    fn extract<S: Sink>(&mut self, input: &[u8], sink: &mut S) {
        let bytes = HandshakeBytes::join(input, &mut []).expect("a handshake");
        let message = bytes.messages().next().expect("a message");
        let hello = ClientHello::parse(message.body, message.length).expect("a hello");
        sink.number(hello.ciphers().len() as u64);
        sink.text(hello.server_name().unwrap_or_default());
        hello.alpn().for_each(|name| sink.text(name));
        hello
            .versions()
            .for_each(|version| sink.number(u64::from(version.0)));
    }
}

struct Peer;

impl Extract for Peer {
    fn extract<S: Sink>(&mut self, input: &[u8], sink: &mut S) {
        let (_, record) = tls_parser::parse_tls_plaintext(input).expect("a record");
        let Some(TlsMessage::Handshake(TlsMessageHandshake::ClientHello(hello))) =
            record.msg.first()
        else {
            panic!("no hello");
        };
        let extensions = hello.ext.unwrap_or_default();
        let (_, extensions) =
            tls_parser::parse_tls_client_hello_extensions(extensions).expect("extensions");
        sink.number(hello.ciphers.len() as u64);
        for extension in &extensions {
            match extension {
                TlsExtension::SNI(names) => names.iter().for_each(|(_, name)| sink.text(name)),
                TlsExtension::ALPN(names) => names.iter().for_each(|name| sink.text(name)),
                TlsExtension::SupportedVersions(versions) => {
                    versions
                        .iter()
                        .for_each(|version| sink.number(u64::from(version.0)));
                }
                _ => {}
            }
        }
    }
}

/// The fingerprint, of a hello that is parsed for it.
struct Fingerprint;

impl Extract for Fingerprint {
    #[inline]
    fn extract<S: Sink>(&mut self, input: &[u8], sink: &mut S) {
        let bytes = HandshakeBytes::join(input, &mut []).expect("a handshake");
        let message = bytes.messages().next().expect("a message");
        let hello = ClientHello::parse(message.body, message.length).expect("a hello");
        let ja4 = hello.ja4(Ja4Transport::Tcp).expect("a fingerprint");
        sink.text(ja4.as_str().as_bytes());
    }
}

pub(crate) fn groups() -> Vec<Group> {
    let hello = input::client_hello_record();
    vec![
        Group {
            title: "TLS ClientHello: name, protocols, versions",
            input: hello.len(),
            lanes: vec![
                Lane::new("flow", &hello, Ours),
                Lane::new("tls-parser", &hello, Peer),
            ],
        },
        Group {
            title: "TLS ClientHello: JA4",
            input: hello.len(),
            lanes: vec![Lane::new("flow", &hello, Fingerprint)],
        },
    ]
}
