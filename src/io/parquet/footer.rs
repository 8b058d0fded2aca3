//! The footer of a Parquet file, looked through before it is decoded.
//!
//! It is written in Thrift's compact protocol, whose lists state their lengths. A footer of 1 kB may
//! state a list of two billion entries, which a decoder counts one by one before it finds that there
//! are none. Every entry takes a byte at least; so a list longer than the bytes behind it is damage.

/// The nesting at which the decoder gives up.
const DEEPEST: usize = 64;

/// What a list, a text or a map states that the bytes behind it cannot hold.
pub(super) fn impossible_length(footer: &[u8]) -> Option<u64> {
    let mut walk = Walk {
        bytes: footer,
        impossible: None,
    };
    walk.structure(0);
    walk.impossible
}

/// A walk through values. It ends without a finding where bytes are no Thrift: the decoder says so
/// by itself.
struct Walk<'a> {
    bytes: &'a [u8],
    impossible: Option<u64>,
}

impl Walk<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(first)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.bytes = self.bytes.get(count..)?;
        Some(())
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// A stated length that the bytes behind it can hold.
    fn length(&mut self, stated: u64) -> Option<usize> {
        let length = usize::try_from(stated).ok();
        let possible = length.filter(|&length| length <= self.bytes.len());
        if possible.is_none() {
            self.impossible = Some(stated);
        }
        possible
    }

    fn structure(&mut self, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        loop {
            let header = self.byte()?;
            if header == 0 {
                return Some(());
            }
            if header >> 4 == 0 {
                self.number()?; // the field's number, where it is far from the last one
            }
            match header & 0xf {
                1 | 2 => {} // truth is in the header
                kind => self.value(kind, depth)?,
            }
        }
    }

    fn value(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            1 | 2 => Some(()), // the decoder takes no byte for a truth
            3 => self.skip(1),
            4..=6 => self.number().map(|_| ()),
            7 => self.skip(8),
            8 => {
                let stated = self.number()?;
                let length = self.length(stated)?;
                self.skip(length)
            }
            9 | 10 => self.list(depth),
            11 => self.map(depth),
            12 => self.structure(depth + 1),
            13 => self.skip(16),
            _ => None,
        }
    }

    fn list(&mut self, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        let header = self.byte()?;
        let stated = match header >> 4 {
            15 => self.number()?,
            few => few.into(),
        };
        let length = self.length(stated)?;
        (0..length).try_for_each(|_| self.value(header & 0xf, depth + 1))
    }

    fn map(&mut self, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        let stated = self.number()?;
        let length = self.length(stated)?;
        if length == 0 {
            return Some(());
        }
        let kinds = self.byte()?;
        (0..length).try_for_each(|_| {
            self.value(kinds >> 4, depth + 1)?;
            self.value(kinds & 0xf, depth + 1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_longer_than_its_bytes_is_found() {
        // field 2: a list of 2^31 - 1 truths, and nothing behind it
        let endless = [0x29, 0xf1, 0xff, 0xff, 0xff, 0xff, 0x07];
        assert_eq!(impossible_length(&endless), Some(i32::MAX as u64));
        // the same inside a structure inside a list
        let nested = [
            0x19, 0x1c, 0x29, 0xf1, 0xff, 0xff, 0xff, 0xff, 0x07, 0x00, 0x00,
        ];
        assert_eq!(impossible_length(&nested), Some(i32::MAX as u64));
        // a text and a map
        assert_eq!(impossible_length(&[0x18, 0x05, b'a', b'b', 0x00]), Some(5));
        assert_eq!(impossible_length(&[0x1b, 0x7f, 0x55, 0x00]), Some(127));
    }

    #[test]
    fn what_fits_and_what_is_no_thrift_passes() {
        // a list of two numbers, a text, and a truth under a field number of its own
        let fits = [0x19, 0x25, 0x02, 0x04, 0x18, 0x01, b'a', 0x01, 0x26, 0x00];
        assert_eq!(impossible_length(&fits), None);
        for bytes in [&[][..], &[0xff; 40], &[0x1f, 0x00], &[0x1c; 200]] {
            assert_eq!(impossible_length(bytes), None);
        }
    }
}
