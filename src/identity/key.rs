//! The caller's secret.

use crate::error::{Error, Result};
use std::fmt;
use std::str::FromStr;
use zeroize::Zeroize;

/// The secret key that identifiers are hashed with: 32 bytes. Whoever has it can find out whether a
/// known e-mail address is among the pseudonyms, so keep it apart from the data; whoever loses it,
/// or destroys it, cannot link new data to old.
///
/// Read from text it is 64 hexadecimal digits. Shown for debugging it is hidden, it does not
/// serialise, and its memory is cleared when it is dropped. Keys are compared only with keys that
/// the same caller gave, never with what a stranger sends; so the time a comparison takes tells
/// nobody anything.
///
/// ```
/// let key: mixtouch::identity::HashKey = "00112233445566778899aabbccddeeff".repeat(2).parse()?;
/// assert_eq!(format!("{key:?}"), "HashKey(..)");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct HashKey([u8; 32]);

impl HashKey {
    /// The key of these bytes, which should come from a source of randomness made for secrets.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// BLAKE3 (O'Connor, Aumasson, Neves and Wilcox-O'Hearn 2020) in its keyed mode, of the kind
    /// and the value. The kind's length goes first, so that no two pairs of kind and value are the
    /// same bytes.
    pub(super) fn hash(&self, kind: &str, value: &str) -> u128 {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher
            .update(&(kind.len() as u64).to_le_bytes())
            .update(kind.as_bytes())
            .update(value.as_bytes());
        let mut first = [0; 16];
        first.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        hasher.zeroize(); // it holds the key
        u128::from_be_bytes(first)
    }
}

impl Drop for HashKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey(..)")
    }
}

impl FromStr for HashKey {
    type Err = Error;

    /// # Errors
    /// If the text is not 64 hexadecimal digits. The message does not repeat the text, which may be
    /// nearly the key.
    fn from_str(text: &str) -> Result<Self> {
        let bad = || {
            Error::setting(
                "the key of identifiers",
                format!("{} characters", text.chars().count()),
                "64 hexadecimal digits",
            )
        };
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(bad());
        }
        let mut key = Self([0; 32]); // cleared also where an error drops it
        for (at, byte) in key.0.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| bad())?;
        }
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_blake3_keyed() {
        // The key and the first 16 bytes of keyed_hash for 1 byte of input (0x00) in BLAKE3's test
        // vectors, https://github.com/BLAKE3-team/BLAKE3/blob/master/test_vectors/test_vectors.json
        let key = *b"whats the Elvish word for friend";
        let expected = "6d7878dfff2f485635d39013278ae14f";
        let hash = blake3::keyed_hash(&key, &[0]).to_hex();
        assert_eq!(&hash[..32], expected);
        let framed = [&5u64.to_le_bytes()[..], b"phone", b"+49"].concat();
        let ours = HashKey::new(key).hash("phone", "+49");
        assert_eq!(
            format!("{ours:032x}"),
            blake3::keyed_hash(&key, &framed).to_hex()[..32]
        );
    }

    #[test]
    #[allow(unsafe_code)] // what drop leaves behind can be seen in no other way
    fn a_dropped_key_leaves_no_bytes() {
        let mut key = std::mem::ManuallyDrop::new(HashKey::new([0xa5; 32]));
        // SAFETY: it is dropped once, in place, and what is read then are plain bytes
        unsafe { std::mem::ManuallyDrop::drop(&mut key) };
        assert_eq!(key.0, [0; 32]);
    }

    #[test]
    fn kind_and_value_do_not_run_into_each_other() {
        let key = HashKey::new([7; 32]);
        assert_ne!(key.hash("card", "1"), key.hash("car", "d1"));
        assert_ne!(
            key.hash("card", "1"),
            HashKey::new([8; 32]).hash("card", "1")
        );
    }

    #[test]
    fn keys_are_read_without_being_told() {
        assert_eq!(
            "0f".repeat(32).parse::<HashKey>().unwrap(),
            HashKey::new([15; 32])
        );
        for bad in ["", "zz", &"g".repeat(64), &"é".repeat(32), &"0".repeat(63)] {
            let message = bad.parse::<HashKey>().unwrap_err().to_string();
            assert!(bad.is_empty() || !message.contains(bad), "{message}");
        }
    }
}
