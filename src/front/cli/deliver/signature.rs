//! Signing what is sent, so that its receiver knows who sent it.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What sender and receiver share.
pub(crate) struct Secret(Vec<u8>);

impl Secret {
    /// The secret in `bytes`, less the line break that editors put at the end; none if nothing is
    /// left.
    pub(crate) fn new(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        (!bytes.is_empty()).then(|| Self(bytes.to_vec()))
    }

    /// The signature of `body`: `sha256=` and the HMAC-SHA256 in hexadecimal.
    pub(crate) fn sign(&self, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(body);
        let mut signature = "sha256=".to_owned();
        for byte in mac.finalize().into_bytes() {
            write!(signature, "{byte:02x}").expect("memory holds it");
        }
        signature
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_the_standard() {
        // RFC 4231, test case 2.
        let signature = Secret::new(b"Jefe\n").unwrap().sign(b"what do ya want for nothing?");
        assert_eq!(signature, "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert!(Secret::new(b"\r\n").is_none());
    }
}
