//! The bytes of a file as UTF-8: decompressed, decoded, without a byte order mark.

use crate::error::{Error, Result};
use crate::io::file::decoded::{Decoded, Transcoder};
use crate::io::file::unpacked::{Ahead, Unpacked, decompressed};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::fmt;
use std::io::{self, Read};

/// How many bytes show what a file is.
const SAMPLE: usize = 1 << 18;

/// A reader of UTF-8. Plain UTF-8 passes through as it is.
pub(in crate::io) struct Input<R> {
    text: Ahead<Decoded<R>>,
    compression: Option<&'static str>,
    encoding: &'static Encoding,
    guessed: bool,
}

impl<R> fmt::Debug for Input<R> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut input = to.debug_struct("Input");
        input.field("compression", &self.compression);
        input.field("encoding", &self.encoding.name());
        input.finish_non_exhaustive()
    }
}

impl<R: Read> Input<R> {
    /// A byte order mark states the encoding, UTF-8 without one.
    ///
    /// # Errors
    /// If the reader fails or what is compressed is damaged.
    pub(in crate::io) fn plain(reader: R) -> Result<Self> {
        let (bytes, start, compression) = decompressed(reader, 4)?;
        let encoding = Encoding::for_bom(&start).map_or(UTF_8, |(encoding, _)| encoding);
        Self::decoded(bytes, encoding, compression, false)
    }

    /// The encoding by its label; for `auto`, by a byte order mark or a guess.
    ///
    /// # Errors
    /// If there is no such label, the reader fails or what is compressed is damaged.
    pub(in crate::io) fn open(reader: R, label: &str) -> Result<Self> {
        if !label.eq_ignore_ascii_case("auto") {
            let encoding = Encoding::for_label(label.as_bytes());
            let encoding = encoding.filter(|encoding| *encoding != encoding_rs::REPLACEMENT);
            let encoding = encoding.ok_or_else(|| {
                let expected = "auto, or a label of the WHATWG Encoding Standard such as utf-16le";
                Error::setting("the encoding", format!("{label:?}"), expected)
            })?;
            let (bytes, _, compression) = decompressed(reader, 4)?;
            return Self::decoded(bytes, encoding, compression, false);
        }
        let (bytes, start, compression) = decompressed(reader, SAMPLE)?;
        match Encoding::for_bom(&start) {
            Some((encoding, _)) => Self::decoded(bytes, encoding, compression, false),
            None => {
                let encoding = guessed_encoding(&start);
                Self::decoded(bytes, encoding, compression, encoding != UTF_8)
            }
        }
    }

    fn decoded(
        mut bytes: Ahead<Unpacked<R>>,
        encoding: &'static Encoding,
        compression: Option<&'static str>,
        guessed: bool,
    ) -> Result<Self> {
        let mark: &[u8] = match encoding {
            encoding if encoding == UTF_8 => b"\xef\xbb\xbf",
            encoding if encoding == UTF_16LE => b"\xff\xfe",
            encoding if encoding == UTF_16BE => b"\xfe\xff",
            _ => b"",
        };
        let mut before = 0;
        if !mark.is_empty() && bytes.ahead(mark.len())?.starts_with(mark) {
            bytes.at += mark.len();
            before = mark.len() as u64;
        }
        let text = match encoding == UTF_8 {
            true => Decoded::Plain(bytes),
            false => Decoded::Other(Box::new(Transcoder::new(bytes, encoding, before))),
        };
        Ok(Self {
            text: Ahead::new(text),
            compression,
            encoding,
            guessed,
        })
    }

    /// The first bytes of the text, which are read again later.
    pub(in crate::io) fn sample(&mut self) -> Result<&[u8]> {
        self.text.ahead(SAMPLE)
    }

    /// What the file is compressed with.
    #[cfg(test)]
    fn compression(&self) -> Option<&'static str> {
        self.compression
    }

    /// The encoding, where it was guessed.
    pub(in crate::io) fn guessed_encoding(&self) -> Option<&'static str> {
        self.guessed.then(|| self.encoding.name())
    }
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.text.read(to)
    }
}

/// What a text without a byte order mark is written in.
fn guessed_encoding(start: &[u8]) -> &'static Encoding {
    let pairs = start[..start.len().min(256)].chunks_exact(2);
    let (count, mut low, mut high) = (pairs.len(), 0, 0);
    for pair in pairs {
        high += usize::from(pair[0] == 0 && pair[1] != 0);
        low += usize::from(pair[1] == 0 && pair[0] != 0);
    }
    // signs, digits and commas of any script have a zero byte in UTF-16, and none in UTF-8
    if count >= 2 && 2 * low > count {
        return UTF_16LE;
    }
    if count >= 2 && 2 * high > count {
        return UTF_16BE;
    }
    match std::str::from_utf8(start) {
        Err(error) if error.error_len().is_some() => WINDOWS_1252,
        _ => UTF_8,
    }
}

#[cfg(test)]
pub(in crate::io) mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    pub(in crate::io) fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    pub(in crate::io) fn utf16le(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn read(bytes: &[u8], label: &str) -> Result<String, String> {
        let text = |mut input: Input<&[u8]>| -> Result<String> {
            let mut bytes = Vec::new();
            input.read_to_end(&mut bytes).map_err(Error::reading)?;
            Ok(String::from_utf8(bytes).unwrap())
        };
        Input::open(bytes, label)
            .and_then(text)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn texts_are_utf8_whatever_they_were() {
        let text = "né, \u{1f600}\n";
        let marked = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let expected = Ok(text.to_owned());
        assert_eq!(read(text.as_bytes(), "auto"), expected);
        assert_eq!(
            read(&marked(b"\xef\xbb\xbf", text.into()), "auto"),
            expected
        );
        assert_eq!(
            read(&marked(b"\xef\xbb\xbf", text.into()), "utf-8"),
            expected
        );
        assert_eq!(read(&marked(b"\xff\xfe", utf16le(text)), "auto"), expected);
        assert_eq!(read(&marked(b"\xfe\xff", big), "auto"), expected);
        assert_eq!(read(&utf16le(text), "utf-16le"), expected);
        assert_eq!(
            read(&marked(b"\xff\xfe", utf16le(text)), "utf-16le"),
            expected
        );
        assert_eq!(
            read(&utf16le("person,time\n1,2\n"), "auto"),
            Ok("person,time\n1,2\n".into())
        );
        assert_eq!(read(b"caf\xe9,\x80\n", "auto"), Ok("café,€\n".into()));
        assert_eq!(read(b"caf\xe9\n", "latin1"), Ok("café\n".into()));
        assert_eq!(read(b"", "auto"), Ok(String::new()));
        let long = "né,\u{1f600};".repeat(50_000);
        assert_eq!(read(&marked(b"\xff\xfe", utf16le(&long)), "auto"), Ok(long));
    }

    #[test]
    fn a_guess_of_the_encoding_is_told() {
        let guess = |bytes: &[u8]| Input::open(bytes, "auto").unwrap().guessed_encoding();
        assert_eq!(guess(b"caf\xe9\n"), Some("windows-1252"));
        assert_eq!(guess(&utf16le("a,b\n")), Some("UTF-16LE"));
        assert_eq!(guess(b"\xff\xfea\0"), None, "a mark states it");
        assert_eq!(guess("café".as_bytes()), None);
        let cut = "é".repeat(SAMPLE);
        assert_eq!(
            guess(&[b"a", cut.as_bytes()].concat()),
            None,
            "a sample cuts a character"
        );
    }

    #[test]
    fn compressed_files_are_what_is_in_them() {
        let text = "a,b\n".repeat(1000);
        let members = [gzip(text.as_bytes()), gzip(b"c,d\n")].concat();
        assert_eq!(read(&members, "auto"), Ok(format!("{text}c,d\n")));
        let zstd = zstd::encode_all(text.as_bytes(), 1).unwrap();
        let frames = [zstd.clone(), zstd.clone()].concat();
        assert_eq!(read(&frames, "auto"), Ok(text.repeat(2)));
        let wide = [b"\xff\xfe".as_slice(), &utf16le("a,é\n")].concat();
        assert_eq!(read(&gzip(&wide), "auto"), Ok("a,é\n".into()));
        let input = Input::open(zstd.as_slice(), "auto").unwrap();
        assert_eq!(input.compression(), Some("zstd"));
    }

    #[test]
    fn damage_is_told() {
        let packed = gzip("a,b\n".repeat(1000).as_bytes());
        let cut = read(&packed[..packed.len() - 9], "auto").unwrap_err();
        assert!(cut.starts_with("the gzip file is damaged: "), "{cut}");
        let zstd = zstd::encode_all(b"a,b\n".repeat(1000).as_slice(), 1).unwrap();
        let cut = read(&zstd[..zstd.len() - 3], "auto").unwrap_err();
        assert!(cut.starts_with("the zstd file is damaged: "), "{cut}");
        assert_eq!(
            read(b"\xff\xfea\0\x00\xd8b\0", "auto"),
            Err("the text of the file is damaged: byte 4 is not UTF-16LE".into())
        );
        assert_eq!(
            read(b"\xff\xfea\0b", "auto").unwrap_err(),
            "the text of the file is damaged: byte 4 is not UTF-16LE"
        );
        assert!(
            read(b"", "klingon")
                .unwrap_err()
                .contains("the encoding is \"klingon\"")
        );
    }

    #[test]
    fn a_failing_reader_is_no_damage() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::TimedOut.into())
            }
        }
        let packed = gzip(b"a,b\n");
        for cut in [2, 12] {
            let error = Input::plain(packed[..cut].chain(Failing)).unwrap_err();
            assert!(error.is_io(), "{error}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes: Vec<u8>, mark in 0usize..5) {
            let marks: [&[u8]; 5] = [b"", b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd"];
            let bytes = [marks[mark], &bytes].concat();
            for label in ["auto", "utf-16be", "shift_jis"] {
                if let Ok(mut input) = Input::open(bytes.as_slice(), label) {
                    input.read_to_end(&mut Vec::new()).ok();
                }
            }
        }
    }
}
