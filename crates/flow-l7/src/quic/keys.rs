//! Keys of Initial packets: RFC 9001 section 5, RFC 9369 section 3.3.

use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::aes::Aes128;
use aes_gcm::aes::cipher::{Array, BlockCipherEncrypt};
use aes_gcm::{AeadInOut, Aes128Gcm, KeyInit};
use hkdf::Hkdf;
use sha2::Sha256;

use super::header::{LongHeader, QuicVersion};

/// Length of the tag that ends a packet, in bytes.
const TAG: usize = 16;
/// Longest packet number in bytes.
const MAX_NUMBER: usize = 4;

/// Who sent a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Side {
    /// The client.
    Client,
    /// The server.
    Server,
}

/// Keys of the Initial packets that one side sends.
#[derive(Clone)]
pub struct InitialKeys {
    cipher: Aes128Gcm,
    header: Aes128,
    iv: [u8; 12],
}

impl core::fmt::Debug for InitialKeys {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("InitialKeys")
    }
}

impl InitialKeys {
    /// Derives the keys from the destination identifier of the client's first packet. `None` for
    /// a version whose salt is not known.
    #[must_use]
    pub fn new(version: QuicVersion, destination_id: &[u8], side: Side) -> Option<Self> {
        let [key, iv, header] = match version {
            QuicVersion::V2 => ["quicv2 key", "quicv2 iv", "quicv2 hp"],
            _ => ["quic key", "quic iv", "quic hp"],
        };
        let (_, secret) = Hkdf::<Sha256>::extract(Some(salt(version)?), destination_id);
        let label = match side {
            Side::Client => "client in",
            Side::Server => "server in",
        };
        let secret = Hkdf::<Sha256>::from_prk(&expand::<32>(&secret, label)?).ok()?;
        Some(Self {
            cipher: Aes128Gcm::new(&Array::from(expand::<16>(&secret, key)?)),
            header: Aes128::new(&Array::from(expand::<16>(&secret, header)?)),
            iv: expand(&secret, iv)?,
        })
    }

    /// Decrypts a packet into `room`. `None` where it does not verify, is not whole, or does
    /// not fit.
    pub(super) fn open<'r>(
        &self,
        packet: &[u8],
        header: &LongHeader<'_>,
        room: &'r mut [u8],
    ) -> Option<&'r [u8]> {
        let at = header.payload_at;
        let end = at.checked_add(header.length)?;
        let room = room.get_mut(..end)?;
        room.copy_from_slice(packet.get(..end)?);
        // RFC 9001 section 5.4: the sample stands where the longest number would end.
        let mut mask = Array::from(*room.get(at + MAX_NUMBER..)?.first_chunk::<16>()?);
        self.header.encrypt_block(&mut mask);
        room[0] ^= mask[0] & 0x0f;
        let length = usize::from(room[0] & 3) + 1;
        let mut nonce = self.iv;
        for index in 0..length {
            room[at + index] ^= mask[1 + index];
            nonce[12 - length + index] ^= room[at + index];
        }
        // RFC 9001 section 5.3.
        let (aad, sealed) = room.split_at_mut(at + length);
        let (text, tag) = sealed.split_at_mut(sealed.len().checked_sub(TAG)?);
        let tag = Array::from(*tag.first_chunk::<TAG>()?);
        self.cipher
            .decrypt_inout_detached(&Array::from(nonce), aad, InOutBuf::from(&mut *text), &tag)
            .ok()?;
        Some(text)
    }

    /// Encrypts what [`open`](Self::open) decrypts: `packet` is a header with the number of
    /// `number_len` bytes at its end, then the text, then room for the tag.
    #[cfg(test)]
    pub(crate) fn seal(&self, packet: &mut [u8], at: usize, number_len: usize) {
        let mut nonce = self.iv;
        for index in 0..number_len {
            nonce[12 - number_len + index] ^= packet[at + index];
        }
        let (aad, rest) = packet.split_at_mut(at + number_len);
        let (text, tag) = rest.split_at_mut(rest.len() - TAG);
        let nonce = Array::from(nonce);
        let sealed = self
            .cipher
            .encrypt_inout_detached(&nonce, aad, InOutBuf::from(&mut *text))
            .unwrap();
        tag.copy_from_slice(&sealed);
        let mut mask = Array::from(*packet[at + MAX_NUMBER..].first_chunk::<16>().unwrap());
        self.header.encrypt_block(&mut mask);
        packet[0] ^= mask[0] & 0x0f;
        for index in 0..number_len {
            packet[at + index] ^= mask[1 + index];
        }
    }

    #[cfg(test)]
    pub(super) const fn iv(&self) -> [u8; 12] {
        self.iv
    }
}

/// Salt of a version: RFC 9001 section 5.2, RFC 9369 section 3.3.1, and the drafts.
const fn salt(version: QuicVersion) -> Option<&'static [u8; 20]> {
    match (version, version.draft()) {
        (QuicVersion::V1, _) | (_, Some(33..)) => Some(&[
            0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8,
            0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a,
        ]),
        (QuicVersion::V2, _) => Some(&[
            0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26,
            0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9,
        ]),
        (_, Some(29..)) => Some(&[
            0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61,
            0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99,
        ]),
        (_, Some(_)) => Some(&[
            0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7, 0xd2, 0x43, 0x2b, 0xb4,
            0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02,
        ]),
        _ => None,
    }
}

/// HKDF-Expand-Label of RFC 8446 section 7.1, with an empty context.
fn expand<const N: usize>(secret: &Hkdf<Sha256>, label: &str) -> Option<[u8; N]> {
    let mut info = [0_u8; 32];
    let name = [b"tls13 ", label.as_bytes()];
    let length = name[0].len() + name[1].len();
    info[1] = u8::try_from(N).ok()?;
    info[2] = u8::try_from(length).ok()?;
    info.get_mut(3..9)?.copy_from_slice(name[0]);
    info.get_mut(9..3 + length)?.copy_from_slice(name[1]);
    let mut bytes = [0; N];
    // The context's length, zero, comes last.
    secret.expand(info.get(..4 + length)?, &mut bytes).ok()?;
    Some(bytes)
}
