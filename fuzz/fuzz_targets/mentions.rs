#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| citypact_fuzz::targets::mentions::run(data));
