//! A text in any encoding, as UTF-8.

use crate::error::Error;
use crate::io::file::unpacked::{Ahead, Unpacked};
use encoding_rs::{Decoder, DecoderResult, Encoding};
use std::io::{self, Read};

/// A reader of a text in any encoding.
pub(super) enum Decoded<R> {
    Plain(Ahead<Unpacked<R>>),
    Other(Box<Transcoder<Ahead<Unpacked<R>>>>),
}

impl<R: Read> Read for Decoded<R> {
    #[inline]
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(reader) => reader.read(to),
            Self::Other(transcoder) => transcoder.read(to),
        }
    }
}

/// Bytes decoded at a time.
const BLOCK: usize = 1 << 16;

/// Decodes to UTF-8, and refuses what is not in the encoding.
pub(super) struct Transcoder<R> {
    reader: R,
    encoding: &'static Encoding,
    decoder: Decoder,
    /// Bytes read, and those of them decoded.
    source: Vec<u8>,
    used: usize,
    /// The bytes ahead of `source`.
    before: u64,
    text: Vec<u8>,
    given: usize,
    done: bool,
}

impl<R: Read> Transcoder<R> {
    pub(super) fn new(reader: R, encoding: &'static Encoding, before: u64) -> Self {
        Self {
            reader,
            encoding,
            decoder: encoding.new_decoder_without_bom_handling(),
            source: Vec::with_capacity(BLOCK),
            used: 0,
            before,
            text: Vec::new(),
            given: 0,
            done: false,
        }
    }

    /// Decodes the next bytes; leaves no text at the end only.
    fn decode(&mut self) -> io::Result<()> {
        (self.given, self.text) = (0, std::mem::take(&mut self.text));
        self.text.clear();
        while self.text.is_empty() && !self.done {
            if self.used == self.source.len() {
                self.before += self.used as u64;
                (self.used, self.source) = (0, std::mem::take(&mut self.source));
                self.source.clear();
                self.reader
                    .by_ref()
                    .take(BLOCK as u64)
                    .read_to_end(&mut self.source)?;
            }
            let last = self.source.is_empty();
            self.text.resize(4 * BLOCK, 0);
            let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(
                &self.source[self.used..],
                &mut self.text,
                last,
            );
            self.text.truncate(written);
            self.used += read;
            match result {
                DecoderResult::Malformed(length, after) => {
                    let end = self.before + self.used as u64 - u64::from(after);
                    return Err(self.malformed(end.saturating_sub(u64::from(length))));
                }
                DecoderResult::InputEmpty => self.done = last,
                DecoderResult::OutputFull => {}
            }
        }
        Ok(())
    }

    #[cold]
    fn malformed(&self, byte: u64) -> io::Error {
        io::Error::other(Error::Damaged {
            what: "the text of the file".into(),
            reason: format!("byte {byte} is not {}", self.encoding.name()),
        })
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.given == self.text.len() {
            self.decode()?;
        }
        let read = (&self.text[self.given..]).read(to)?;
        self.given += read;
        Ok(read)
    }
}
