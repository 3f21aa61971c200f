//! How the file of the index is laid out.
//!
//! First come the postings of all words in the order of the words, then the blocks of the dictionary,
//! then the head, and a trailer of fixed length. All numbers are little-endian.

use serde::{Deserialize, Serialize};

use crate::model::search::Frequency;

/// An index of another layout, or of another release, is not read.
const MAGIC: &[u8] = concat!("jit text 2, ", env!("CARGO_PKG_VERSION")).as_bytes();
pub(super) const TRAILER_LEN: usize = 8 + 4 + MAGIC.len() + 4;
/// Words of a block.
pub(super) const BLOCK: usize = 128;

/// A part of the file, and what tells whether it is whole.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) start: u64,
    pub(super) len: u32,
    pub(super) checksum: u32,
}

impl Part {
    /// The part that `bytes` are from `start` on.
    pub(super) fn of(bytes: &[u8], start: usize) -> Self {
        let len = u32::try_from(bytes.len()).expect("a part is far below 4 GB");
        Self { start: start as u64, len, checksum: crc32fast::hash(bytes) }
    }
}

/// What an index is of, and where what is in it.
#[derive(Serialize, Deserialize)]
pub(super) struct Head<'a> {
    /// The tree of issues; empty where there was none.
    pub(super) tree: &'a [u8],
    /// Issues that could not be read.
    pub(super) unread: Vec<[u8; 16]>,
    /// The ids of the issues, one after the other. Postings name them by their places here.
    pub(super) ids: &'a [u8],
    /// The lengths of their texts, eight bytes each.
    pub(super) lengths: &'a [u8],
    /// The blocks of the dictionary by their first words.
    #[serde(borrow)]
    pub(super) blocks: Vec<(&'a str, Part)>,
}

/// A block of the dictionary: words, and where their postings are.
pub(super) type Block<'a> = Vec<(&'a str, Part)>;

/// What ends the file whose head is `head`.
pub(super) fn trailer(head: &[u8]) -> Vec<u8> {
    let mut bytes = (head.len() as u64).to_le_bytes().to_vec();
    bytes.extend(crc32fast::hash(head).to_le_bytes());
    bytes.extend(MAGIC);
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    bytes
}

/// The length of the head and its checksum; none if it is no trailer of ours.
pub(super) fn head_of(trailer: &[u8]) -> Option<(u64, u32)> {
    let (body, checksum) = trailer.split_last_chunk::<4>()?;
    if crc32fast::hash(body).to_le_bytes() != *checksum || !body.ends_with(MAGIC) {
        return None;
    }
    let (len, rest) = body.split_first_chunk()?;
    Some((u64::from_le_bytes(*len), u32::from_le_bytes(*rest.first_chunk()?)))
}

/// Adds what there is in an issue, which is `after` the last one by so much.
pub(super) fn push_posting(bytes: &mut Vec<u8>, after: u32, frequency: Frequency) {
    push_number(bytes, after.into());
    push_number(bytes, u64::from(frequency.body) << 1 | u64::from(frequency.title > 0));
    if frequency.title > 0 {
        push_number(bytes, frequency.title.into());
    }
}

/// Reads postings: the place of each issue, and what there is in it. None if they are damaged.
pub(super) fn postings(mut bytes: &[u8]) -> Option<Vec<(u32, Frequency)>> {
    let mut found = Vec::new();
    let mut at = 0_u32;
    while !bytes.is_empty() {
        at = at.checked_add(u32::try_from(number(&mut bytes)?).ok()?)?;
        let body = number(&mut bytes)?;
        let title = if body & 1 == 1 { number(&mut bytes)? } else { 0 };
        let (title, body) = (u32::try_from(title).ok()?, u32::try_from(body >> 1).ok()?);
        found.push((at, Frequency { title, body }));
    }
    Some(found)
}

fn push_number(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            return bytes.push(low & 0x7f);
        }
        bytes.push(low | 0x80);
    }
}

fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postings_come_back_as_they_were() {
        let all = [
            (0, Frequency { title: 1, body: 0 }),
            (1, Frequency { title: 0, body: 300 }),
            (70_000, Frequency { title: u32::MAX, body: u32::MAX }),
        ];
        let (mut bytes, mut last) = (Vec::new(), 0);
        for (at, frequency) in all {
            push_posting(&mut bytes, at - last, frequency);
            last = at;
        }
        assert_eq!(postings(&bytes).unwrap(), all);
        assert_eq!(postings(&bytes[..bytes.len() - 1]), None);
        assert_eq!(postings(&[0xff; 20]), None);
    }

    #[test]
    fn a_trailer_is_ours_or_none() {
        let trailer = trailer(b"head");
        assert_eq!(trailer.len(), TRAILER_LEN);
        assert_eq!(head_of(&trailer), Some((4, crc32fast::hash(b"head"))));
        for at in 0..trailer.len() {
            let mut torn = trailer.clone();
            torn[at] ^= 1;
            assert_eq!(head_of(&torn), None);
        }
    }
}
