//! TLS.

use super::{Budget, Parts, Recorder};
use crate::tls::{ClientHello, Ja4Transport, ServerHello};
use flow_core::record::L7Kind;

impl Recorder {
    /// Writes the record of a client's hello.
    pub(in crate::track) fn client_hello(
        &mut self,
        hello: &ClientHello<'_>,
        transport: Ja4Transport,
    ) {
        let Parts {
            record,
            redaction,
            limits,
            ..
        } = self.parts();
        let mut budget = Budget::new(limits, hello.flags());
        let mut tls = record.write_tls(L7Kind::REQUEST);
        tls.version(hello.version().0)
            .quic(transport == Ja4Transport::Quic);
        if let Some(name) = hello.server_name() {
            tls.write_server_name(|to| {
                let is_redacted = redaction.write_host(name, to);
                budget.written(to, is_redacted);
            });
        }
        for protocol in hello.alpn() {
            if !budget.entry() {
                break;
            }
            tls.alpn(budget.text(protocol));
        }
        if let Some(ja4) = hello.ja4(transport) {
            tls.ja4(ja4.as_str());
        }
        record.flags = budget.flags;
    }

    /// Writes the record of a server's hello, without what it repeats of the client's.
    pub(in crate::track) fn server_hello(&mut self, hello: &ServerHello<'_>, is_quic: bool) {
        let Parts { record, limits, .. } = self.parts();
        let mut budget = Budget::new(limits, hello.flags());
        let mut tls = record.write_tls(L7Kind::RESPONSE);
        tls.version(hello.version().0)
            .cipher(hello.cipher().map_or(0, |cipher| cipher.0))
            .quic(is_quic);
        if let Some(protocol) = hello.alpn() {
            tls.alpn(budget.text(protocol));
        }
        record.flags = budget.flags;
    }
}
