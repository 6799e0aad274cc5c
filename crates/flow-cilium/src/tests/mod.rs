//! Messages built byte by byte from the tables of offsets, and what is made of them.

mod flows;
mod layouts;
mod lengths;
mod packets;
mod record;
mod tables;
