//! Strategies for valid packets.

use proptest::collection::vec;
use proptest::prelude::*;

use flow_core::wire::exercise::{Body, Ends, Frame, Net, Outside};

/// Any valid packet, with others in it.
pub(crate) fn frame() -> BoxedStrategy<Frame> {
    (outside(), packet(), 0_usize..20)
        .prop_map(together)
        .boxed()
}

fn together((outside, (net, body), padding): (Outside, (Net, Body), usize)) -> Frame {
    // Only Ethernet pads; behind anything else zeros would be part of the packet's container.
    let is_ethernet = matches!(outside, Outside::Ethernet { .. });
    let padding = if is_ethernet { padding } else { 0 };
    Frame {
        outside,
        net,
        body,
        padding,
    }
}

fn outside() -> impl Strategy<Value = Outside> {
    prop_oneof![
        4 => ethernet(),
        1 => Just(Outside::RawIp),
        1 => Just(Outside::Cooked1),
        1 => prop::option::of(any::<u16>()).prop_map(|tag| Outside::Cooked2 { tag }),
        1 => any::<bool>().prop_map(|is_little| Outside::Null { is_little }),
        1 => Just(Outside::Loop),
    ]
}

fn ethernet() -> impl Strategy<Value = Outside> {
    (vec(any::<u16>(), 0..4), 0_u8..4, any::<bool>()).prop_map(|(tags, labels, is_pppoe)| {
        Outside::Ethernet {
            tags,
            labels,
            is_pppoe,
        }
    })
}

/// A network header and what it carries, down to a depth of four.
fn packet() -> BoxedStrategy<(Net, Body)> {
    (net(), leaf())
        .prop_recursive(3, 16, 2, |inner| (net(), nested(inner)))
        .boxed()
}

/// Any valid network header.
pub(crate) fn net() -> impl Strategy<Value = Net> {
    let fragment = prop_oneof![
        4 => Just(None),
        1 => Just(Some((0, true))),
        1 => (1_u16..8192, any::<bool>()).prop_map(Some),
    ];
    (ends(), fragment).prop_map(|(ends, fragment)| Net { ends, fragment })
}

fn ends() -> impl Strategy<Value = Ends> {
    let v4 = (
        any::<[u8; 4]>(),
        any::<[u8; 4]>(),
        0_usize..=10,
        any::<bool>(),
    )
        .prop_map(
            |(source, destination, options, has_authentication)| Ends::V4 {
                source,
                destination,
                options,
                has_authentication,
            },
        );
    let extension = prop::sample::select(vec![0_u8, 43, 51, 60, 135, 139, 140]);
    let v6 = (any::<[u8; 16]>(), any::<[u8; 16]>(), vec(extension, 0..6)).prop_map(
        |(source, destination, extensions)| Ends::V6 {
            source,
            destination,
            extensions,
        },
    );
    prop_oneof![v4, v6]
}

/// Ports, of which the second is none that a tunnel has.
fn ports() -> impl Strategy<Value = (u16, u16)> {
    let is_tunnel = |port: &u16| matches!(port, 4789 | 8472 | 6081);
    let second = any::<u16>().prop_filter("a tunnel's port", move |port| !is_tunnel(port));
    (any::<u16>(), second)
}

fn payload() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..40)
}

fn leaf() -> BoxedStrategy<Body> {
    let option = (2_u8..=255, vec(any::<u8>(), 0..=8));
    let tcp = (ports(), 0_u16..512, vec(option, 0..=4), payload()).prop_map(
        |(ports, flags, options, payload)| Body::Tcp {
            ports,
            flags,
            options,
            payload,
        },
    );
    let chunk = (any::<u8>(), vec(any::<u8>(), 0..20));
    let sctp = (ports(), vec(chunk, 0..5)).prop_map(|(ports, chunks)| Body::Sctp { ports, chunks });
    let echo = (any::<bool>(), any::<u16>(), any::<u16>(), payload()).prop_map(
        |(is_reply, id, sequence, payload)| Body::Echo {
            is_reply,
            id,
            sequence,
            payload,
        },
    );
    let kind = prop::sample::select(vec![0x11_u8, 0x12, 0x16, 0x17]);
    let other = prop::sample::select(vec![33_u8, 50, 59, 89, 103, 255]);
    prop_oneof![
        3 => tcp,
        2 => (ports(), payload()).prop_map(|(ports, payload)| Body::Udp { ports, payload }),
        1 => (ports(), payload()).prop_map(|(ports, payload)| Body::UdpLite { ports, payload }),
        1 => sctp,
        1 => echo,
        1 => (kind, any::<[u8; 4]>()).prop_map(|(kind, group)| Body::Igmp { kind, group }),
        1 => (2_u8..4, any::<u8>()).prop_map(|(version, router)| Body::Vrrp { version, router }),
        1 => (other, payload()).prop_map(|(protocol, payload)| Body::Other { protocol, payload }),
    ]
    .boxed()
}

fn nested(inner: BoxedStrategy<(Net, Body)>) -> BoxedStrategy<Body> {
    let boxed = |(net, body): (Net, Body)| (Box::new(net), Box::new(body));
    let framed = |outside: BoxedStrategy<Outside>| {
        (outside, inner.clone(), 0_usize..20).prop_map(|parts| Box::new(together(parts)))
    };
    let either = || framed(prop_oneof![ethernet(), Just(Outside::RawIp)].boxed());
    let gre = (
        any::<bool>(),
        any::<Option<u32>>(),
        any::<Option<u32>>(),
        either(),
    )
        .prop_map(|(checksum, key, sequence, inner)| Body::Gre {
            checksum,
            key,
            sequence,
            inner,
        });
    let port = prop::sample::select(vec![4789_u16, 8472]);
    let vni = || 0_u32..1 << 24;
    prop_oneof![
        2 => inner.clone().prop_map(boxed).prop_map(|(net, body)| Body::Ip { net, body }),
        1 => gre,
        1 => (port, vni(), framed(ethernet().boxed()))
            .prop_map(|(port, vni, inner)| Body::Vxlan { port, vni, inner }),
        1 => (vni(), 0_u8..64, either())
            .prop_map(|(vni, options, inner)| Body::Geneve { vni, options, inner }),
        1 => (inner.clone().prop_map(boxed), 0_usize..120)
            .prop_map(|((net, body), kept)| Body::Unreachable { net, body, kept }),
    ]
    .boxed()
}
