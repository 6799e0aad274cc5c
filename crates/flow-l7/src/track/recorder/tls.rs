//! TLS.

use super::{Budget, Recorder};
use crate::tls::{ClientHello, Ja4Transport, ServerHello};
use flow_core::record::{RecordFlags, Text, TlsRecord};

impl Recorder {
    pub(in crate::track) fn client_hello(
        &mut self,
        hello: &ClientHello<'_>,
        transport: Ja4Transport,
    ) -> (TlsRecord, RecordFlags) {
        let mut budget = Budget::new(&self.limits, hello.flags());
        let server_name = match hello.server_name() {
            Some(name) => {
                let shown = self.redaction.host(name);
                budget.shown(&shown)
            }
            None => Text::default(),
        };
        let mut record = TlsRecord {
            version: hello.version().0,
            server_name,
            is_quic: transport == Ja4Transport::Quic,
            ..TlsRecord::default()
        };
        for protocol in hello.alpn() {
            if !budget.entry() {
                break;
            }
            record.alpn.push(budget.text(protocol));
        }
        if let Some(ja4) = hello.ja4(transport) {
            record.ja4 = Text::from(ja4.as_str());
        }
        (record, budget.flags)
    }

    /// The record of a server's hello, without what it repeats of the client's.
    pub(in crate::track) fn server_hello(
        &mut self,
        hello: &ServerHello<'_>,
    ) -> (TlsRecord, RecordFlags) {
        let mut budget = Budget::new(&self.limits, hello.flags());
        let mut record = TlsRecord {
            version: hello.version().0,
            cipher: hello.cipher().map_or(0, |cipher| cipher.0),
            ..TlsRecord::default()
        };
        if let Some(protocol) = hello.alpn() {
            record.alpn.push(budget.text(protocol));
        }
        (record, budget.flags)
    }
}
