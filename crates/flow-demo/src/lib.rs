//! Network namespaces, and real traffic between them, to try observers of network flows on.
//!
//! [`Pair`](traffic::Pair) is two namespaces with a link between them, which go away when it is
//! dropped, and after a process that was killed, with the next one. It sends TCP, UDP and ICMP, and
//! datagrams that the kernel drops. Takes root, or a user namespace of its own.
//!
//! ```no_run
//! use flow_demo::traffic::{Ip, Pair, Server};
//!
//! let pair = Pair::create()?;
//! let server = Server::start(&pair)?;
//! let exchange = pair.http(Ip::V4, 2_000)?;
//! println!("{} asked {}", exchange.source, exchange.destination);
//! # drop(server);
//! # Ok::<(), flow_demo::traffic::TrafficError>(())
//! ```
#![forbid(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

pub mod frame;
pub mod link;
pub mod netns;
pub mod traffic;
