//! Lengths: whole tenths of a pixel.

/// Tenths of a pixel.
pub(crate) type Tenths = i32;

/// So many whole pixels.
pub(crate) const fn px(pixels: i32) -> Tenths {
    10 * pixels
}

/// Adds a length in pixels, `12.3` or `12`.
pub(crate) fn push(out: &mut String, length: Tenths) {
    if length < 0 {
        out.push('-');
    }
    let size = length.unsigned_abs();
    out.push_str(&(size / 10).to_string());
    if !size.is_multiple_of(10) {
        out.push('.');
        out.push(char::from(b'0' + (size % 10) as u8));
    }
}
