//! Compressing objects, many with one compressor: making one costs more than compressing an
//! issue with it.

use gix::zlib::stream::deflate::{Compress, FlushCompress};
use gix::zlib::{Compression, Status};

use super::Error;

/// A compressor at its fastest: gc compresses everything again, and better.
pub(super) struct Deflate(Compress);

impl Deflate {
    pub(super) fn new() -> Self {
        Self(Compress::new(Compression::BEST_SPEED))
    }

    /// Appends `data`, compressed as a stream of its own, to `out`.
    pub(super) fn append(&mut self, data: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.0.reset();
        let start = out.len();
        // What does not compress becomes a little longer.
        out.resize(start + data.len() + data.len() / 8 + 64, 0);
        loop {
            let (read, written) = (as_len(self.0.total_in()), as_len(self.0.total_out()));
            let rest = &mut out[start + written..];
            let status = self.0.compress(&data[read..], rest, FlushCompress::Finish).map_err(Error::git)?;
            if matches!(status, Status::StreamEnd) {
                out.truncate(start + as_len(self.0.total_out()));
                return Ok(());
            }
            out.resize(out.len() * 2, 0);
        }
    }
}

/// A count of bytes that are all in memory.
fn as_len(bytes: u64) -> usize {
    usize::try_from(bytes).expect("what is in memory is counted in words")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_compressor_makes_streams_that_can_each_be_read() {
        // The second does not compress at all.
        let mut noise = 1_u32;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            noise.to_be_bytes()[0]
        })
        .take(100_000)
        .collect();
        let texts = [b"title: x\n".repeat(1000), noise, Vec::new()];
        let mut deflate = Deflate::new();
        for text in texts {
            let mut out = b"before".to_vec();
            deflate.append(&text, &mut out).unwrap();
            assert!(out.starts_with(b"before"));
            let mut read = vec![0; text.len() + 1];
            let mut inflate = gix::zlib::Inflate::default();
            let (status, _, written) = inflate.once(&out[6..], &mut read).unwrap();
            assert!(matches!(status, Status::StreamEnd));
            assert_eq!(read[..written], text);
        }
    }
}
