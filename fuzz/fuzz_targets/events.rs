#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mixtouch_fuzz::events::run(data));
