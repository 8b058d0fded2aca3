//! The bytes of a file behind any compression.

use crate::error::{Error, Result};
use flate2::read::MultiGzDecoder;
use std::io::{self, Read};

/// A reader some of whose bytes were looked at.
pub(super) struct Ahead<R> {
    bytes: Vec<u8>,
    pub(super) at: usize,
    reader: R,
    /// Whether the reader itself failed, rather than what decodes its bytes.
    failed: bool,
}

impl<R: Read> Ahead<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            bytes: Vec::new(),
            at: 0,
            reader,
            failed: false,
        }
    }

    /// The next bytes, up to `len` of them.
    pub(super) fn ahead(&mut self, len: usize) -> Result<&[u8]> {
        let missing = len.saturating_sub(self.bytes.len() - self.at);
        let mut reader = self.reader.by_ref().take(missing as u64);
        reader
            .read_to_end(&mut self.bytes)
            .map_err(Error::reading)?;
        let end = self.bytes.len().min(self.at + len);
        Ok(&self.bytes[self.at..end])
    }
}

impl<R: Read> Read for Ahead<R> {
    #[inline]
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let mut rest = &self.bytes[self.at..];
        if rest.is_empty() {
            let read = self.reader.read(to);
            self.failed |= read.is_err();
            return read;
        }
        let read = rest.read(to)?;
        self.at += read;
        if self.at == self.bytes.len() {
            (self.bytes, self.at) = (Vec::new(), 0);
        }
        Ok(read)
    }
}

/// A reader of what is compressed.
pub(super) enum Unpacked<R> {
    Plain(Ahead<R>),
    Gzip(Box<MultiGzDecoder<Ahead<R>>>),
    Zstd(Box<zstd::Decoder<'static, io::BufReader<Ahead<R>>>>),
}

/// The bytes behind any compression, the first of them, and what it was.
#[expect(clippy::type_complexity)]
pub(super) fn decompressed<R: Read>(
    reader: R,
    sample: usize,
) -> Result<(Ahead<Unpacked<R>>, Vec<u8>, Option<&'static str>)> {
    let mut reader = Ahead::new(reader);
    let (bytes, compression) = match reader.ahead(4)? {
        [0x1f, 0x8b, ..] => {
            let decoder = MultiGzDecoder::new(reader);
            (Unpacked::Gzip(Box::new(decoder)), Some("gzip"))
        }
        [0x28, 0xb5, 0x2f, 0xfd] => {
            let decoder = zstd::Decoder::new(reader)?;
            (Unpacked::Zstd(Box::new(decoder)), Some("zstd"))
        }
        _ => (Unpacked::Plain(reader), None),
    };
    let mut bytes = Ahead::new(bytes);
    let start = bytes.ahead(sample)?.to_vec();
    Ok((bytes, start, compression))
}

impl<R: Read> Read for Unpacked<R> {
    #[inline]
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(reader) => reader.read(to),
            Self::Gzip(decoder) => {
                let read = decoder.read(to);
                let failed = decoder.get_ref().failed;
                read.map_err(|error| damaged("the gzip file", error, failed))
            }
            Self::Zstd(decoder) => {
                let read = decoder.read(to);
                let failed = decoder.get_ref().get_ref().failed;
                read.map_err(|error| damaged("the zstd file", error, failed))
            }
        }
    }
}

/// The error of a decoder, as damage unless its reader failed.
#[cold]
fn damaged(what: &'static str, error: io::Error, failed: bool) -> io::Error {
    if failed || error.kind() == io::ErrorKind::Interrupted {
        return error;
    }
    io::Error::other(Error::Damaged {
        what: what.into(),
        reason: error.to_string(),
    })
}
