//! DNS beside simple-dns and hickory-proto.

use flow_l7::dns::{Message, NameText, RData};
use hickory_proto::rr::RData as HickoryData;
use simple_dns::rdata::RData as SimpleData;

use crate::input;
use crate::lane::{Extract, Group, Lane, Sink};

struct Ours(NameText);

impl Extract for Ours {
    #[inline]
    fn extract<S: Sink>(&mut self, input: &[u8], sink: &mut S) {
        let message = Message::parse(input, input.len()).expect("a message");
        sink.number(u64::from(message.id()));
        sink.number(u64::from(message.rcode().0));
        for question in message.questions() {
            sink.text(question.name.text(&mut self.0).expect("a name").as_bytes());
            sink.number(u64::from(question.kind.0));
        }
        for record in message.answers() {
            sink.number(u64::from(record.ttl));
            match record.data() {
                RData::A(address) => sink.number(u64::from(u32::from(address))),
                RData::Cname(name) => {
                    sink.text(name.text(&mut self.0).expect("a name").as_bytes());
                }
                _ => {}
            }
        }
    }
}

struct Simple;

impl Extract for Simple {
    fn extract<S: Sink>(&mut self, input: &[u8], sink: &mut S) {
        let packet = simple_dns::Packet::parse(input).expect("a message");
        sink.number(u64::from(packet.id()));
        sink.number(packet.rcode() as u64);
        for question in &packet.questions {
            sink.text(question.qname.to_string().as_bytes());
            sink.number(u64::from(u16::from(question.qtype)));
        }
        for record in &packet.answers {
            sink.number(u64::from(record.ttl));
            match &record.rdata {
                SimpleData::A(a) => sink.number(u64::from(a.address)),
                SimpleData::CNAME(name) => sink.text(name.0.to_string().as_bytes()),
                _ => {}
            }
        }
    }
}

struct Hickory;

impl Extract for Hickory {
    fn extract<S: Sink>(&mut self, input: &[u8], sink: &mut S) {
        let message = hickory_proto::op::Message::from_vec(input).expect("a message");
        let text = |sink: &mut S, name: &hickory_proto::rr::Name| {
            let name = name.to_ascii();
            sink.text(name.trim_end_matches('.').as_bytes());
        };
        sink.number(u64::from(message.metadata.id));
        sink.number(u64::from(u16::from(message.metadata.response_code)));
        for query in &message.queries {
            text(sink, &query.name);
            sink.number(u64::from(u16::from(query.query_type)));
        }
        for record in &message.answers {
            sink.number(u64::from(record.ttl));
            match &record.data {
                HickoryData::A(address) => sink.number(u64::from(u32::from(address.0))),
                HickoryData::CNAME(name) => text(sink, &name.0),
                _ => {}
            }
        }
    }
}

pub(crate) fn groups() -> Vec<Group> {
    let response = input::dns_response();
    vec![Group {
        title: "DNS response: names, types, ttl, addresses",
        input: response.len(),
        lanes: vec![
            Lane::new("flow", &response, Ours(NameText::new())),
            Lane::new("simple-dns", &response, Simple),
            Lane::new("hickory-proto", &response, Hickory),
        ],
    }]
}
