//! Real traffic between two network namespaces.
//!
//! ```text
//! client namespace                      server namespace
//! client0 192.0.2.1, 2001:db8::1  ───  server0 192.0.2.2, 2001:db8::2
//! route to 198.51.100.0/24 via server   blackhole 198.51.100.0/24
//! ```

mod client;
mod frames;
mod messages;
mod pair;
mod server;

pub use messages::{dns_exchange, http_exchange};
pub use pair::{
    BLACKHOLE, CLIENT_COMM, CLIENT_LINK, CLIENT_V4, CLIENT_V6, CLOSED_PORT, DNS_PORT, Exchange,
    HTTP_PORT, Ip, Pair, SERVER_COMM, SERVER_LINK, SERVER_V4, SERVER_V6, TrafficError,
};
pub use server::Server;

#[cfg(test)]
mod tests;
