//! What a programmer would write in place of each filter.

use flow_core::flow::{Ip, Verdict};
use flow_core::record::L7Body;
use flow_core::view::FlowView;
use flow_filter::{Filter, filter_fn};

/// Returns the closure in place of the filter of this name.
pub(crate) fn of(name: &str) -> Box<dyn Filter> {
    match name {
        "verdict+port" => Box::new(filter_fn(|view: &FlowView<'_>| {
            view.flow().verdict == Verdict::DROPPED && view.flow().destination.port == 443
        })),
        "pod prefix" => Box::new(filter_fn(|view: &FlowView<'_>| {
            view.source().is_some_and(|names| {
                &*names.namespace == "shop" && names.pod_name.starts_with("web-1")
            })
        })),
        "cidr" => Box::new(filter_fn(|view: &FlowView<'_>| {
            is_within(view.flow().source.ip, Ip::v4([10, 0, 0, 0]), 96 + 9)
        })),
        "8 cidrs" => {
            let mut networks: Vec<(Ip, u32)> = [1, 3, 5, 7, 9, 11, 13]
                .map(|second| (Ip::v4([10, second, 0, 0]), 96 + 16))
                .into();
            let mut v6 = [0; 16];
            v6[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
            networks.push((Ip::v6(v6), 32));
            Box::new(filter_fn(move |view: &FlowView<'_>| {
                let ip = view.flow().source.ip;
                networks
                    .iter()
                    .any(|(network, length)| is_within(ip, *network, *length))
            }))
        }
        "label" => Box::new(filter_fn(|view: &FlowView<'_>| {
            view.source().is_some_and(|names| {
                let has = |label: &str| names.labels.iter().any(|own| &**own == label);
                (has("k8s:app=web") || has("k8s:app=db"))
                    && !names.labels.iter().any(|own| own.starts_with("k8s:canary"))
            })
        })),
        "fqdn" => Box::new(filter_fn(|view: &FlowView<'_>| {
            view.destination().is_some_and(|names| {
                names
                    .dns_names
                    .iter()
                    .any(|name| name.ends_with(".example.org"))
            })
        })),
        _ => {
            let regex = regex::bytes::Regex::new("^/api/v[0-9]+/users/[0-9]+$").expect("valid");
            Box::new(filter_fn(move |view: &FlowView<'_>| {
                let Some(L7Body::Http(http)) = view.l7().map(|record| record.body()) else {
                    return false;
                };
                let url = http.url().as_bytes();
                let end = url
                    .iter()
                    .position(|byte| *byte == b'?')
                    .unwrap_or(url.len());
                let start = "http://shop.test".len();
                url.get(start..end).is_some_and(|path| regex.is_match(path))
            }))
        }
    }
}

fn is_within(ip: Ip, network: Ip, length: u32) -> bool {
    let bits = |ip: Ip| u128::from_be_bytes(ip.0);
    let mask = u128::MAX << (128 - length);
    bits(ip) & mask == bits(network) & mask
}
