//! DNS queries and responses.

use super::protocol::verdict;
use crate::recorder::Recorder;
use crate::series::Counter;
use crate::setup::Setup;
use crate::subject::Subject;
use crate::value::Value;
use crate::words::Word;

#[derive(Debug)]
pub(crate) struct DnsHandler {
    has_query: bool,
    ignores_aaaa: bool,
    queries: Counter,
    responses: Counter,
    types: Counter,
}

impl DnsHandler {
    pub(crate) fn new(setup: &mut Setup<'_>) -> Self {
        const HELP: &str = "Number of DNS queries observed";
        let has_query = setup.has("query");
        let all = ["rcode", "qtypes", "ips_returned", "query"];
        let labels = if has_query { &all[..] } else { &all[..3] };
        let all = ["type", "qtypes", "query"];
        let labels_of_types = if has_query { &all[..] } else { &all[..2] };
        Self {
            has_query,
            ignores_aaaa: setup.has("ignoreAAAA"),
            queries: setup.hubble_counter("dns_queries_total", HELP, labels),
            responses: setup.hubble_counter("dns_responses_total", HELP, labels),
            types: setup.hubble_counter("dns_response_types_total", HELP, labels_of_types),
        }
    }

    pub(crate) fn status(&self) -> String {
        let mut status = String::new();
        if self.has_query {
            status.push_str("query,");
        }
        if self.ignores_aaaa {
            status.push_str("ignoreAAAA,");
        }
        status
    }

    pub(crate) fn observe(&self, subject: &impl Subject, recorder: &mut Recorder<'_>) {
        let Some(dns) = subject.dns() else { return };
        let mut is_aaaa = false;
        let qtypes = recorder.written(|text| {
            subject.write_qtypes(text);
            is_aaaa = text == "AAAA";
        });
        if is_aaaa && self.ignores_aaaa {
            return;
        }
        let ips = recorder.number(i64::try_from(dns.ips).unwrap_or(i64::MAX));
        let query = match self.has_query {
            true => recorder.bytes(dns.query),
            false => Value::EMPTY,
        };
        if subject.verdict() == verdict::DROPPED {
            let rcode = Value::word(Word::PolicyDenied);
            recorder.add(&self.queries, &[rcode, qtypes, ips, query], 1);
        } else if subject.is_reply() != Some(true) {
            recorder.add(&self.queries, &[Value::EMPTY, qtypes, ips, query], 1);
        } else {
            let rcode = match crate::words::rcode(dns.rcode) {
                "" => Value::EMPTY,
                _ => Value::rcode(dns.rcode),
            };
            recorder.add(&self.responses, &[rcode, qtypes, ips, query], 1);
            subject.each_rrtype(&mut |kind| {
                let kind = recorder.text(kind);
                recorder.add(&self.types, &[kind, qtypes, query], 1);
                true
            });
        }
    }
}
