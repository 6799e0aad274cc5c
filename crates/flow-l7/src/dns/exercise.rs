//! Uses everything of a message, and checks what must hold for any bytes.

use super::{Message, Name, NameText, RData, Records, SvcbParam, TcpMessages};
use crate::flags::L7Flags;
use std::string::ToString;

/// For tests and fuzzing: no bytes make a message panic, and what it reports is consistent.
pub fn dns(data: &[u8]) {
    message(data, data.len());
    message(data, data.len() + 7);
    let mut messages = TcpMessages::new(data);
    let mut understood = 0;
    for part in messages.by_ref() {
        understood += 2 + part.data.len();
        assert!(part.data.len() <= usize::from(part.length));
        let _ = part.parse();
    }
    assert_eq!(understood + messages.rest().len(), data.len());
}

fn message(data: &[u8], wire_len: usize) {
    let Ok(message) = Message::parse(data, wire_len) else {
        assert!(data.len() < 12);
        return;
    };
    let flags = message.flags();
    assert_eq!(message.error().is_none(), flags.is_empty());
    if wire_len == data.len() {
        assert!(!flags.contains(L7Flags::TRUNCATED), "nothing was cut off");
    }
    assert!(message.understood_len() <= data.len());
    let mut text = NameText::new();
    let mut found = [0_u16; 4];
    for question in message.questions() {
        found[0] += 1;
        name(&question.name, &mut text);
    }
    let sections = [
        message.answers(),
        message.authorities(),
        message.additionals(),
    ];
    for (section, count) in sections.into_iter().zip(&mut found[1..]) {
        *count = records(section, &mut text);
    }
    for (found, told) in found.into_iter().zip(message.counts()) {
        assert!(found <= told);
        assert!(found == told || !flags.is_empty(), "a loss is told");
    }
    let _ = (message.rcode().to_string(), message.opcode().to_string());
    if let Some(edns) = message.edns() {
        let _ = edns
            .options()
            .map(|option| option.data.len())
            .sum::<usize>();
    }
}

fn records(records: Records<'_>, text: &mut NameText) -> u16 {
    let mut count = 0;
    for record in records {
        count += 1;
        name(&record.name, text);
        match record.data() {
            RData::Cname(target) | RData::Ns(target) | RData::Ptr(target) => name(&target, text),
            RData::Dname(target) => name(&target, text),
            RData::Mx(mx) => name(&mx.exchange, text),
            RData::Srv(srv) => name(&srv.target, text),
            RData::Soa(soa) => {
                name(&soa.primary, text);
                name(&soa.mailbox, text);
            }
            RData::Txt(strings) => {
                let told: usize = strings.map(|part| 1 + part.len()).sum();
                assert_eq!(told, record.raw_data().len());
            }
            RData::Svcb(svcb) => {
                name(&svcb.target, text);
                for param in svcb.params() {
                    let hints = param.ipv4_hints().count() + param.ipv6_hints().count();
                    let is_hint = matches!(param, SvcbParam::Ipv4Hint(_) | SvcbParam::Ipv6Hint(_));
                    assert!(hints == 0 || is_hint);
                }
            }
            RData::Opt(options) => {
                let told: usize = options.map(|option| 4 + option.data.len()).sum();
                assert_eq!(told, record.raw_data().len());
            }
            RData::A(_) => assert_eq!(record.raw_data().len(), 4),
            RData::Aaaa(_) => assert_eq!(record.raw_data().len(), 16),
            RData::Other(bytes) | RData::Malformed(bytes) => {
                assert_eq!(bytes, record.raw_data());
            }
        }
    }
    count
}

fn name(name: &Name<'_>, text: &mut NameText) {
    let shown = name.to_string();
    assert!(
        shown.chars().all(|letter| !letter.is_control()),
        "{shown:?}"
    );
    match name.text(text) {
        Ok(written) => {
            assert_eq!(written, shown);
            let twin = name;
            assert!(name.check().is_ok() && name == twin);
        }
        Err(error) => {
            assert_eq!(name.check(), Err(error));
            assert!(shown.ends_with("\\?"), "{shown:?}");
        }
    }
    let labels: Vec<_> = name.labels().collect();
    let length: usize = labels.iter().flatten().map(|label| 1 + label.len()).sum();
    assert!(length < 255, "{length}");
}
