//! The README's pictures are what the code draws.
