//! The vendor's packing: little endian, lengths of 16 bits.

/// Bytes as the vendor packs them.
#[derive(Default)]
pub(crate) struct Pack(pub(crate) Vec<u8>);

impl Pack {
    pub(crate) fn u16(&mut self, value: u16) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn u32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// A length and the bytes. Callers bound the length; what is beyond 16 bits is cut, never wrapped.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
        self.u16(length);
        self.0.extend_from_slice(&bytes[..usize::from(length)]);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }
}
