//! The columns of a table, as a reader needs them: all at once, or page by page.

use std::cell::OnceCell;
use std::io;

use super::table::Records;

/// Bytes of a page.
const PAGE: usize = 16 << 10;
/// Bytes that are checked at once.
const CHECKED: usize = 64 << 10;

/// How much a reader is going to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// A few issues: memory is touched for what they need alone.
    Few,
    /// All issues.
    All,
}

/// The bytes of the columns.
pub(super) enum Columns {
    Whole(Vec<u8>),
    Pages { start: u64, len: usize, pages: Vec<OnceCell<Box<[u8]>>> },
}

impl Columns {
    /// The `len` bytes from `start`, whose checksum must be `checksum`.
    pub(super) fn open(
        records: &Records,
        (start, len): (u64, usize),
        checksum: u32,
        extent: Extent,
    ) -> Option<Self> {
        if extent == Extent::All || len < CHECKED {
            let bytes = records.read(start, len).ok()?;
            return (crc32fast::hash(&bytes) == checksum).then_some(Self::Whole(bytes));
        }
        let mut hasher = crc32fast::Hasher::new();
        let mut buffer = vec![0; CHECKED];
        let mut at = 0;
        while at < len {
            let part = &mut buffer[..CHECKED.min(len - at)];
            records.read_into(part, start + at as u64).ok()?;
            hasher.update(part);
            at += part.len();
        }
        let pages = (0..len.div_ceil(PAGE)).map(|_| OnceCell::new()).collect();
        (hasher.finalize() == checksum).then_some(Self::Pages { start, len, pages })
    }

    /// `N` bytes from `at`; none beyond the end.
    pub(super) fn part<const N: usize>(&self, records: &Records, at: usize) -> Option<[u8; N]> {
        match self {
            Self::Whole(bytes) => bytes.get(at..)?.first_chunk().copied(),
            Self::Pages { .. } => {
                let page = self.page(records, at / PAGE)?;
                match page.get(at % PAGE..)?.first_chunk() {
                    Some(part) => Some(*part),
                    None => self.range(records, at, N).ok()?.try_into().ok(),
                }
            }
        }
    }

    /// `len` bytes from `at`.
    pub(super) fn range(&self, records: &Records, at: usize, len: usize) -> io::Result<Vec<u8>> {
        let end = at.checked_add(len).ok_or(io::ErrorKind::UnexpectedEof)?;
        match self {
            Self::Whole(bytes) => {
                bytes.get(at..end).map(<[u8]>::to_vec).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
            }
            Self::Pages { len: all, .. } if end > *all => Err(io::ErrorKind::UnexpectedEof.into()),
            Self::Pages { start, .. } => records.read(start + at as u64, len),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Whole(bytes) => bytes.len(),
            Self::Pages { len, .. } => *len,
        }
    }

    fn page(&self, records: &Records, number: usize) -> Option<&[u8]> {
        let Self::Pages { start, len, pages } = self else { return None };
        let cell = pages.get(number)?;
        if let Some(page) = cell.get() {
            return Some(page);
        }
        let at = number * PAGE;
        let page = records.read(start + at as u64, PAGE.min(len - at)).ok()?;
        Some(cell.get_or_init(|| page.into_boxed_slice()))
    }
}
