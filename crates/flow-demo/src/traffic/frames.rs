//! Frames that no socket would make: sent as they are, by a packet socket.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

use nix::ifaddrs::getifaddrs;
use nix::sys::socket::{
    AddressFamily, LinkAddr, MsgFlags, SockFlag, SockType, SockaddrLike, sendto, socket,
};

use super::pair::{CLIENT_COMM, CLIENT_LINK, Ip, Pair, SERVER_LINK, TrafficError};
use crate::frame::{Host, Path};
use crate::netns::Namespace;

impl Pair {
    /// The path from client to server with the link addresses that their interfaces have.
    ///
    /// # Errors
    /// Where an interface has none.
    pub fn path(&self, ip: Ip) -> Result<Path, TrafficError> {
        let mac = |space: &Namespace, link| {
            space
                .run(|| link_address(link).map(|address| address.addr().unwrap_or_default()))?
                .map_err(TrafficError::socket("link address"))
        };
        Ok(Path {
            source: Host {
                mac: mac(&self.client, CLIENT_LINK)?,
                ip: ip.client(),
            },
            destination: Host {
                mac: mac(&self.server, SERVER_LINK)?,
                ip: ip.server(),
            },
            vlan: None,
        })
    }

    /// Sends Ethernet frames out of the client's interface, as they are.
    ///
    /// # Errors
    /// Where the socket fails (it needs `CAP_NET_RAW`).
    pub fn send_frames(&self, frames: &[Vec<u8>]) -> Result<(), TrafficError> {
        self.client.run_as(CLIENT_COMM, || {
            let send = || {
                let target = link_address(CLIENT_LINK)?;
                let socket: OwnedFd = socket(
                    AddressFamily::Packet,
                    SockType::Raw,
                    SockFlag::SOCK_CLOEXEC,
                    None,
                )?;
                for frame in frames {
                    sendto(socket.as_raw_fd(), frame, &target, MsgFlags::empty())?;
                }
                Ok(())
            };
            send().map_err(TrafficError::socket("send frames"))
        })?
    }
}

/// Link-level address of an interface: its index and MAC address.
fn link_address(name: &str) -> io::Result<LinkAddr> {
    getifaddrs()?
        .filter(|entry| entry.interface_name == name)
        .filter_map(|entry| entry.address)
        .find(|address| address.family() == Some(AddressFamily::Packet))
        .and_then(|address| address.as_link_addr().copied())
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("no interface {name}")))
}
