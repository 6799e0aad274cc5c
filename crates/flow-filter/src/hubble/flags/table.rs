//! The flags.

/// A flag of `hubble observe` that filters flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FlagInfo {
    /// Its name, without the hyphens before it.
    pub name: &'static str,
    /// Its short form.
    pub short: Option<char>,
    /// Whether it takes a value. One that takes none is set, whatever value it is given.
    pub takes_value: bool,
    /// What it does.
    pub help: &'static str,
}

const fn with_value(name: &'static str, help: &'static str) -> FlagInfo {
    FlagInfo {
        name,
        short: None,
        takes_value: true,
        help,
    }
}

const fn plain(name: &'static str, help: &'static str) -> FlagInfo {
    FlagInfo {
        takes_value: false,
        ..with_value(name, help)
    }
}

const fn short(flag: FlagInfo, letter: char) -> FlagInfo {
    FlagInfo {
        short: Some(letter),
        ..flag
    }
}

/// Every flag.
#[rustfmt::skip]
pub(crate) const FLAGS: &[FlagInfo] = &[
    plain("not", "Turns the next filter around"),
    with_value("uuid", "Flows with this identifier"),
    with_value("fqdn", "Flows from or to a name with this pattern"),
    with_value("from-fqdn", "Flows from a name with this pattern"),
    with_value("to-fqdn", "Flows to a name with this pattern"),
    with_value("pod", "Flows from or to pods whose names begin like this: [namespace/]name"),
    with_value("from-pod", "Flows from pods whose names begin like this: [namespace/]name"),
    with_value("to-pod", "Flows to pods whose names begin like this: [namespace/]name"),
    short(with_value("namespace", "Flows from or to this namespace"), 'n'),
    with_value("from-namespace", "Flows from this namespace"),
    with_value("to-namespace", "Flows to this namespace"),
    short(plain("all-namespaces", "Flows from or to any namespace"), 'A'),
    plain("from-all-namespaces", "Flows from any namespace"),
    plain("to-all-namespaces", "Flows to any namespace"),
    with_value("service", "Flows from or to services whose names begin like this: [namespace/]name"),
    with_value("from-service", "Flows from services whose names begin like this: [namespace/]name"),
    with_value("to-service", "Flows to services whose names begin like this: [namespace/]name"),
    with_value("label", "Flows from or to endpoints with labels that this selector selects"),
    with_value("from-label", "Flows from endpoints with labels that this selector selects"),
    with_value("to-label", "Flows to endpoints with labels that this selector selects"),
    with_value("workload", "Flows from or to this workload: [kind/]name"),
    with_value("from-workload", "Flows from this workload: [kind/]name"),
    with_value("to-workload", "Flows to this workload: [kind/]name"),
    with_value("identity", "Flows from or to this security identity: a number or a reserved name"),
    with_value("from-identity", "Flows from this security identity: a number or a reserved name"),
    with_value("to-identity", "Flows to this security identity: a number or a reserved name"),
    with_value("cluster", "Flows from or to this cluster"),
    with_value("from-cluster", "Flows from this cluster"),
    with_value("to-cluster", "Flows to this cluster"),
    with_value("ip", "Flows from or to this address or prefix"),
    with_value("from-ip", "Flows from this address or prefix"),
    with_value("to-ip", "Flows to this address or prefix"),
    with_value("snat-ip", "Flows whose source was translated to this address or prefix"),
    short(plain("ipv4", "Flows of IPv4"), '4'),
    short(plain("ipv6", "Flows of IPv6"), '6'),
    with_value("ip-version", "Flows of this version of IP: none, v4 or v6"),
    with_value("port", "Flows from or to this port"),
    with_value("from-port", "Flows from this port"),
    with_value("to-port", "Flows to this port"),
    with_value("protocol", "Flows of this protocol: tcp, udp, icmp, dns, http, ..."),
    with_value("tcp-flags", "Flows with all of these TCP flags: syn,ack"),
    with_value("verdict", "Flows with this verdict: FORWARDED, DROPPED, AUDIT, REDIRECTED, ERROR, TRACED, TRANSLATED"),
    with_value("drop-reason-desc", "Flows that were dropped for this reason: POLICY_DENIED, ..."),
    short(with_value("type", "Flows of this class of events: type[:sub-type]"), 't'),
    with_value("traffic-direction", "Flows in this direction: ingress or egress"),
    with_value("http-status", "Flows with this HTTP status: 404, or its beginning: 4+"),
    with_value("http-method", "Flows with this HTTP method"),
    with_value("http-path", "Flows whose HTTP path matches this regular expression"),
    with_value("http-url", "Flows whose HTTP URL matches this regular expression"),
    with_value("http-header", "Flows with this HTTP header: name:value"),
    with_value("trace-id", "Flows of this trace"),
    with_value("ip-trace-id", "Flows with this trace id in an IP option"),
    with_value("node-name", "Flows that nodes with this pattern observed: [cluster/]node"),
    with_value("node-label", "Flows that nodes with labels that this selector selects observed"),
    with_value("interface", "Flows at the interface with this name"),
    plain("encrypted", "Flows that were encrypted"),
    plain("unencrypted", "Flows that were not encrypted"),
    plain("reply", "Flows that answer"),
    plain("not-reply", "Flows that do not answer"),
    with_value("cel-expression", "Flows for which this CEL expression is true"),
];

/// Flags that exclude one another.
pub(crate) const CONFLICTS: &[&[&str]] = &[
    &[
        "from-fqdn",
        "from-ip",
        "ip",
        "fqdn",
        "from-namespace",
        "namespace",
    ],
    &["from-fqdn", "from-ip", "ip", "fqdn", "from-pod", "pod"],
    &[
        "to-fqdn",
        "to-ip",
        "ip",
        "fqdn",
        "to-namespace",
        "namespace",
    ],
    &["to-fqdn", "to-ip", "ip", "fqdn", "to-pod", "pod"],
    &["namespace", "all-namespaces"],
    &["from-namespace", "from-all-namespaces"],
    &["to-namespace", "to-all-namespaces"],
    &["to-pod", "namespace"],
    &["from-pod", "namespace"],
    &["to-service", "namespace"],
    &["from-service", "namespace"],
    &["label", "from-label"],
    &["label", "to-label"],
    &["service", "from-service"],
    &["service", "to-service"],
    &["port", "to-port"],
    &["port", "from-port"],
    &["identity", "to-identity"],
    &["identity", "from-identity"],
    &["workload", "to-workload"],
    &["workload", "from-workload"],
    &["encrypted", "unencrypted"],
    &["reply", "not-reply"],
];
