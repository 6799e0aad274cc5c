//! Valid packets of every kind, described by their layers and built byte by byte.

/// A whole packet.
#[derive(Clone, Debug)]
pub struct Frame {
    pub outside: Outside,
    pub net: Net,
    pub body: Body,
    /// Zeros behind the packet, where its link has padding.
    pub padding: usize,
}

/// What is around the network layer.
#[derive(Clone, Debug)]
pub enum Outside {
    Ethernet {
        tags: Vec<u16>,
        labels: u8,
        is_pppoe: bool,
    },
    RawIp,
    Cooked1,
    Cooked2 {
        tag: Option<u16>,
    },
    Null {
        is_little: bool,
    },
    Loop,
}

/// A network header.
#[derive(Clone, Debug)]
pub struct Net {
    pub ends: Ends,
    /// Offset in units of eight bytes, and whether more follow.
    pub fragment: Option<(u16, bool)>,
}

/// The addresses, and what may stand between header and payload.
#[derive(Clone, Debug)]
pub enum Ends {
    V4 {
        source: [u8; 4],
        destination: [u8; 4],
        /// Number of options of four bytes.
        options: usize,
        has_authentication: bool,
    },
    V6 {
        source: [u8; 16],
        destination: [u8; 16],
        /// Numbers of extension headers but the fragment's, which comes after them.
        extensions: Vec<u8>,
    },
}

/// What IP carries.
#[derive(Clone, Debug)]
pub enum Body {
    Tcp {
        ports: (u16, u16),
        flags: u16,
        options: Vec<(u8, Vec<u8>)>,
        payload: Vec<u8>,
    },
    Udp {
        ports: (u16, u16),
        payload: Vec<u8>,
    },
    UdpLite {
        ports: (u16, u16),
        payload: Vec<u8>,
    },
    Sctp {
        ports: (u16, u16),
        chunks: Vec<(u8, Vec<u8>)>,
    },
    Echo {
        is_reply: bool,
        id: u16,
        sequence: u16,
        payload: Vec<u8>,
    },
    Unreachable {
        net: Box<Net>,
        body: Box<Body>,
        kept: usize,
    },
    Igmp {
        kind: u8,
        group: [u8; 4],
    },
    Vrrp {
        version: u8,
        router: u8,
    },
    Ip {
        net: Box<Net>,
        body: Box<Body>,
    },
    Gre {
        checksum: bool,
        key: Option<u32>,
        sequence: Option<u32>,
        inner: Box<Frame>,
    },
    Vxlan {
        port: u16,
        vni: u32,
        inner: Box<Frame>,
    },
    Geneve {
        vni: u32,
        options: u8,
        inner: Box<Frame>,
    },
    Other {
        protocol: u8,
        payload: Vec<u8>,
    },
}

impl Frame {
    /// Its bytes.
    pub fn build(&self) -> Vec<u8> {
        let packet = self.net.build(&self.body);
        let is_v4 = self.net.is_v4();
        let number: u16 = if is_v4 { 0x0800 } else { 0x86dd };
        let mut bytes = Vec::new();
        match &self.outside {
            Outside::Ethernet {
                tags,
                labels,
                is_pppoe,
            } => {
                bytes.extend([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]);
                for tag in tags {
                    bytes.extend(0x8100_u16.to_be_bytes());
                    bytes.extend(tag.to_be_bytes());
                }
                if *is_pppoe {
                    bytes.extend([0x88, 0x64, 0x11, 0, 0, 9]);
                    bytes.extend((packet.len() as u16 + 2).to_be_bytes());
                    bytes.extend([0, if is_v4 { 0x21 } else { 0x57 }]);
                } else if *labels > 0 {
                    bytes.extend([0x88, 0x47]);
                    for label in 1..=*labels {
                        bytes.extend([0, 0, u8::from(label == *labels), 64]);
                    }
                } else {
                    bytes.extend(number.to_be_bytes());
                }
            }
            Outside::RawIp => {}
            Outside::Cooked1 => {
                bytes.extend([0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]);
                bytes.extend(number.to_be_bytes());
            }
            Outside::Cooked2 { tag } => {
                bytes.extend(if tag.is_some() { 0x8100 } else { number }.to_be_bytes());
                bytes.extend([0, 0, 0, 0, 0, 3, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1, 0, 0]);
                if let Some(tag) = tag {
                    bytes.extend(tag.to_be_bytes());
                    bytes.extend(number.to_be_bytes());
                }
            }
            Outside::Null { is_little } => {
                let family: u32 = if is_v4 { 2 } else { 30 };
                bytes.extend(if *is_little {
                    family.to_le_bytes()
                } else {
                    family.to_be_bytes()
                });
            }
            Outside::Loop => bytes.extend([0, 0, 0, if is_v4 { 2 } else { 24 }]),
        }
        bytes.extend(packet);
        bytes.resize(bytes.len() + self.padding, 0);
        bytes
    }
}

impl Net {
    pub fn is_v4(&self) -> bool {
        matches!(self.ends, Ends::V4 { .. })
    }

    /// Whether the transport header is in an earlier fragment.
    pub fn is_later(&self) -> bool {
        self.fragment.is_some_and(|(offset, _)| offset > 0)
    }

    /// Header and payload.
    pub fn build(&self, body: &Body) -> Vec<u8> {
        let payload = body.build(self.is_v4());
        let protocol = body.protocol(self.is_v4());
        let field = |(offset, more): (u16, bool)| (offset << 3, u16::from(more));
        match &self.ends {
            Ends::V4 {
                source,
                destination,
                options,
                has_authentication,
            } => {
                let behind = if *has_authentication {
                    authentication(protocol)
                } else {
                    vec![]
                };
                let number = if *has_authentication { 51 } else { protocol };
                let length = 20 + 4 * options + behind.len() + payload.len();
                let (offset, more) = self.fragment.map_or((0, 0), field);
                let mut bytes = vec![0x45 + *options as u8, 0];
                bytes.extend((length as u16).to_be_bytes());
                bytes.extend([0xab, 0xcd]);
                bytes.extend((offset >> 3 | more << 13).to_be_bytes());
                bytes.extend([64, number, 0, 0]);
                bytes.extend(source);
                bytes.extend(destination);
                bytes.extend([148, 4, 0, 0].repeat(*options));
                bytes.extend(behind);
                bytes.extend(payload);
                bytes
            }
            Ends::V6 {
                source,
                destination,
                extensions,
            } => {
                let mut chain = extensions.clone();
                if self.fragment.is_some() {
                    chain.push(44);
                }
                let mut behind = Vec::new();
                for (index, kind) in chain.iter().enumerate() {
                    let next = chain.get(index + 1).copied().unwrap_or(protocol);
                    match kind {
                        44 => {
                            let (offset, more) = self.fragment.map_or((0, 0), field);
                            behind.extend([next, 0]);
                            behind.extend((offset | more).to_be_bytes());
                            behind.extend([0, 0, 0, 7]);
                        }
                        51 => behind.extend(authentication(next)),
                        // Padding of four bytes, and one header of another length.
                        60 => behind.extend([next, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
                        _ => behind.extend([next, 0, 1, 4, 0, 0, 0, 0]),
                    }
                }
                let mut bytes = vec![0x60, 0, 0, 0];
                bytes.extend(((behind.len() + payload.len()) as u16).to_be_bytes());
                bytes.extend([chain.first().copied().unwrap_or(protocol), 64]);
                bytes.extend(source);
                bytes.extend(destination);
                bytes.extend(behind);
                bytes.extend(payload);
                bytes
            }
        }
    }
}

fn authentication(next: u8) -> Vec<u8> {
    let mut bytes = vec![next, 4, 0, 0];
    bytes.resize(24, 0xaa);
    bytes
}

impl Body {
    /// Its protocol number in IPv4 or IPv6.
    pub fn protocol(&self, is_v4: bool) -> u8 {
        match self {
            Self::Tcp { .. } => 6,
            Self::Udp { .. } | Self::Vxlan { .. } | Self::Geneve { .. } => 17,
            Self::UdpLite { .. } => 136,
            Self::Sctp { .. } => 132,
            Self::Echo { .. } | Self::Unreachable { .. } if is_v4 => 1,
            Self::Echo { .. } | Self::Unreachable { .. } => 58,
            Self::Igmp { .. } => 2,
            Self::Vrrp { .. } => 112,
            Self::Ip { net, .. } if net.is_v4() => 4,
            Self::Ip { .. } => 41,
            Self::Gre { .. } => 47,
            Self::Other { protocol, .. } => *protocol,
        }
    }

    fn build(&self, is_v4: bool) -> Vec<u8> {
        match self {
            Self::Tcp {
                ports,
                flags,
                options,
                payload,
            } => {
                let mut list = Vec::new();
                for (kind, data) in options {
                    list.extend([*kind, data.len() as u8 + 2]);
                    list.extend(data);
                }
                list.resize(list.len().next_multiple_of(4), 1);
                let words = 5 + list.len() as u16 / 4;
                let mut bytes = pair(*ports);
                bytes.extend([0, 0, 0, 7, 0, 0, 0, 9]);
                bytes.extend((words << 12 | flags).to_be_bytes());
                bytes.extend([0x10, 0, 0, 0, 0, 0]);
                bytes.extend(list);
                bytes.extend(payload);
                bytes
            }
            Self::Udp { ports, payload } => datagram(*ports, 8 + payload.len(), payload),
            Self::UdpLite { ports, payload } => datagram(*ports, 8, payload),
            Self::Sctp { ports, chunks } => {
                let mut bytes = pair(*ports);
                bytes.extend([0, 0, 0, 7, 0, 0, 0, 0]);
                for (kind, value) in chunks {
                    bytes.extend([*kind, 0]);
                    bytes.extend((value.len() as u16 + 4).to_be_bytes());
                    bytes.extend(value);
                    bytes.resize(bytes.len().next_multiple_of(4), 0);
                }
                bytes
            }
            Self::Echo {
                is_reply,
                id,
                sequence,
                payload,
            } => {
                let kind = match (is_v4, is_reply) {
                    (true, false) => 8,
                    (true, true) => 0,
                    (false, false) => 128,
                    (false, true) => 129,
                };
                let mut bytes = vec![kind, 0, 0, 0];
                bytes.extend(pair((*id, *sequence)));
                bytes.extend(payload);
                bytes
            }
            Self::Unreachable { net, body, kept } => {
                let (kind, code) = if is_v4 { (3, 3) } else { (1, 4) };
                let mut bytes = vec![kind, code, 0, 0, 0, 0, 0, 0];
                let quoted = net.build(body);
                bytes.extend(&quoted[..quoted.len().min(*kept)]);
                bytes
            }
            Self::Igmp { kind, group } => [&[*kind, 0, 0, 0], &group[..]].concat(),
            Self::Vrrp { version, router } => {
                vec![version << 4 | 1, *router, 100, 1, 0, 1, 0, 0, 10, 0, 0, 9]
            }
            Self::Ip { net, body } => net.build(body),
            Self::Gre {
                checksum,
                key,
                sequence,
                inner,
            } => {
                let bit = |is_set: bool, bit: u8| if is_set { bit } else { 0 };
                let flags =
                    bit(*checksum, 0x80) | bit(key.is_some(), 0x20) | bit(sequence.is_some(), 0x10);
                let mut bytes = vec![flags, 0];
                bytes.extend(inner.ethertype().to_be_bytes());
                bytes.resize(bytes.len() + if *checksum { 4 } else { 0 }, 0);
                bytes.extend(
                    key.iter()
                        .chain(sequence)
                        .flat_map(|word| word.to_be_bytes()),
                );
                bytes.extend(inner.build());
                bytes
            }
            Self::Vxlan { port, vni, inner } => {
                let mut bytes = vec![8, 0, 0, 0];
                bytes.extend((vni << 8).to_be_bytes());
                bytes.extend(inner.build());
                datagram((50_000, *port), 8 + bytes.len(), &bytes)
            }
            Self::Geneve {
                vni,
                options,
                inner,
            } => {
                let mut bytes = vec![*options, 0];
                bytes.extend(inner.ethertype().to_be_bytes());
                bytes.extend((vni << 8).to_be_bytes());
                bytes.resize(8 + 4 * usize::from(*options), 0);
                bytes.extend(inner.build());
                datagram((50_000, 6081), 8 + bytes.len(), &bytes)
            }
            Self::Other { payload, .. } => payload.clone(),
        }
    }
}

impl Frame {
    /// How GRE and Geneve call it.
    fn ethertype(&self) -> u16 {
        match (&self.outside, self.net.is_v4()) {
            (Outside::RawIp, true) => 0x0800,
            (Outside::RawIp, false) => 0x86dd,
            _ => 0x6558,
        }
    }
}

fn pair((first, second): (u16, u16)) -> Vec<u8> {
    [first.to_be_bytes(), second.to_be_bytes()].concat()
}

fn datagram(ports: (u16, u16), length: usize, payload: &[u8]) -> Vec<u8> {
    let mut bytes = pair(ports);
    bytes.extend((length as u16).to_be_bytes());
    bytes.extend([0, 0]);
    bytes.extend(payload);
    bytes
}
