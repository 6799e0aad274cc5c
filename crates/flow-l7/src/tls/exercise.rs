//! Uses everything of TLS messages, and checks what must hold for any bytes.

use super::{
    Alert, ClientHello, HandshakeBytes, HandshakeType, Handshakes, Ja4Transport, Records,
    ServerHello,
};
use crate::flags::L7Flags;
use std::string::ToString;

/// For tests and fuzzing: no bytes make it panic, and what it reports is consistent.
pub fn tls(data: &[u8]) {
    let mut records = Records::new(data);
    let mut covered = 0;
    while let Some(Ok(record)) = records.next() {
        covered += 5 + record.fragment.len();
        assert_eq!(covered, records.offset());
        assert!(record.is_whole() || covered == data.len());
        let _ = Alert::parse(&record).map(|alert| alert.description.to_string());
    }
    let mut room = [0; 512];
    let length = data.first().map_or(0, |first| 2 * usize::from(*first));
    if let Ok(bytes) = HandshakeBytes::join(data, &mut room[..length]) {
        assert!(bytes.as_bytes().len() <= data.len());
        messages(bytes.messages());
        let first = bytes.messages().next();
        let is_whole = first.is_some_and(|message| message.is_whole());
        assert_eq!(is_whole, !bytes.flags().contains(L7Flags::TRUNCATED));
    }
    messages(Handshakes::new(data));
    client(data, data.len());
    client(data, data.len() + 9);
    server(data, data.len());
    server(data, data.len() + 9);
}

fn messages(messages: Handshakes<'_>) {
    for message in messages {
        match message.kind {
            HandshakeType::CLIENT_HELLO => client(message.body, message.length),
            HandshakeType::SERVER_HELLO => server(message.body, message.length),
            _ => {}
        }
    }
}

fn client(body: &[u8], length: usize) {
    let Ok(hello) = ClientHello::parse(body, length) else {
        assert!(body.len() < 34);
        return;
    };
    assert_eq!(hello.error().is_none(), hello.flags().is_empty());
    let lists = 2 * hello.ciphers().len() + hello.session_id().len();
    let extensions: usize = hello.extensions().map(|one| 4 + one.data.len()).sum();
    assert!(34 + lists + extensions <= body.len());
    assert!(2 * (hello.groups().len() + hello.signature_schemes().len()) <= body.len());
    assert!(
        hello
            .server_name()
            .is_none_or(|name| name.len() <= body.len())
    );
    assert!(hello.alpn().map(<[u8]>::len).sum::<usize>() <= body.len());
    let _ = (hello.version().to_string(), hello.versions().count());
    match hello.ja4(Ja4Transport::Tcp) {
        Some(ja4) => {
            let text = ja4.as_str();
            assert!(text.is_ascii() && text.len() == 36 && !text.contains('\0'));
        }
        None => assert!(!hello.flags().is_empty() || extensions + lists >= 1024),
    }
}

fn server(body: &[u8], length: usize) {
    let Ok(hello) = ServerHello::parse(body, length) else {
        assert!(body.len() < 34);
        return;
    };
    assert_eq!(hello.error().is_none(), hello.flags().is_empty());
    assert!(hello.cipher().is_some() || !hello.flags().is_empty());
    let extensions: usize = hello.extensions().map(|one| 4 + one.data.len()).sum();
    assert!(34 + hello.session_id().len() + extensions <= body.len());
    let _ = (hello.version().to_string(), hello.alpn(), hello.is_retry());
}
