//! A zlib stream of a short text, byte for byte as Node's zlib writes it at its defaults.
//!
//! Any inflate reads what any deflate writes, and Agora asks for no more; but our tokens are proven equal to the vendor's by
//! comparing bytes, so the choices must be the same. They are those of zlib at level 6 (lazy matching over hash chains, one
//! block, the shortest of its three forms) with the one change that Node's copy, Chromium's, makes: chains go by four bytes,
//! not three, so a repetition of three is never looked for. Neither zlib itself nor its ports to Rust choose like that.

mod block;
mod huffman;
mod matches;

/// The longest text: what one block holds, and what the window reaches back over.
const TEXT_BYTES_MAX: usize = 16_000;

/// A zlib stream of `text`.
///
/// # Panics
/// When the text is longer than 16 000 bytes.
pub(crate) fn zlib(text: &[u8]) -> Vec<u8> {
    assert!(text.len() <= TEXT_BYTES_MAX, "a token is short");
    // Window of 32 KiB, default level, no dictionary.
    let mut bytes = vec![0x78, 0x9c];
    bytes.extend(block::of(text, &matches::find(text)));
    bytes.extend_from_slice(&adler32(text).to_be_bytes());
    bytes
}

fn adler32(text: &[u8]) -> u32 {
    let (low, high) = text.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    (high << 16) | low
}
