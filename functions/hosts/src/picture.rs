//! What a picture file is, and the file without what it tells about its maker. Pure; nothing is decoded, so pixels stay
//! as they are, and a file that does not end where it should is refused.
//!
//! What stays is listed, what is not listed goes: place, time, camera, names, thumbnails, comments, and whatever follows
//! the picture. Of a JPEG's Exif its orientation is written anew, or photos of phones would lie on their side. An
//! animation is no photo: of a PNG the still picture stays, of a WebP nothing would, so it is refused.

/// Wider or higher is no photo of a person, but work for every browser that shows it.
const SIDE_MAX: u32 = 8_192;

/// 24 megapixels.
const PIXELS_MAX: u64 = 24_000_000;

/// A picture that may be served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its media type.
    pub content_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Why a file is no such picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// None of the types that a photo may be.
    Unknown,
    /// It begins like one, and is not.
    Broken,
    /// More pixels than anybody needs.
    TooManyPixels,
}

/// The picture of a file.
///
/// # Errors
/// [`Fault`].
pub fn clean(bytes: &[u8]) -> Result<Picture, Fault> {
    let (content_type, cleaned) = if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        ("image/jpeg", jpeg(bytes))
    } else if bytes.starts_with(PNG_SIGNATURE) {
        ("image/png", png(bytes))
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        ("image/webp", webp(bytes))
    } else {
        return Err(Fault::Unknown);
    };
    let Some((bytes, (width, height))) = cleaned else { return Err(Fault::Broken) };
    if width == 0 || height == 0 {
        return Err(Fault::Broken);
    }
    let pixels = u64::from(width).saturating_mul(u64::from(height));
    if width > SIDE_MAX || height > SIDE_MAX || pixels > PIXELS_MAX {
        return Err(Fault::TooManyPixels);
    }
    Ok(Picture { content_type, bytes })
}

/// A cleaned file, and width and height in pixels.
type Cleaned = Option<(Vec<u8>, (u32, u32))>;

/// ITU-T T.81, annex B: segments, and after each start of scan its coded data.
fn jpeg(bytes: &[u8]) -> Cleaned {
    let mut out = vec![0xFF, 0xD8];
    let mut size = None;
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        while *bytes.get(at)? == 0xFF {
            at += 1;
        }
        let code = *bytes.get(at)?;
        at += 1;
        match code {
            0xD9 => {
                out.extend([0xFF, 0xD9]);
                return Some((out, size?));
            }
            0x01 | 0xD0..=0xD7 => out.extend([0xFF, code]),
            0x00 | 0xD8 => return None,
            _ => {
                let length = usize::from(u16_of(bytes.get(at..)?, true)?);
                let segment = bytes.get(at..at.checked_add(length.max(2))?)?;
                at += length.max(2);
                // Frames of all kinds; the three between them are tables.
                if (0xC0..=0xCF).contains(&code) && !matches!(code, 0xC4 | 0xC8 | 0xCC) {
                    let (height, width) = (segment.get(3..5)?, segment.get(5..7)?);
                    size = Some((u16_of(width, true)?.into(), u16_of(height, true)?.into()));
                }
                jpeg_segment(&mut out, code, segment);
                if code == 0xDA {
                    let end = at + coded_length(bytes.get(at..)?)?;
                    out.extend(bytes.get(at..end)?);
                    at = end;
                }
            }
        }
    }
}

/// Writes a segment if it is part of the picture.
fn jpeg_segment(out: &mut Vec<u8>, code: u8, segment: &[u8]) {
    let payload = segment.get(2..).unwrap_or_default();
    let stays = match code {
        0xE0 => payload.starts_with(b"JFIF\0"),
        0xE2 => payload.starts_with(b"ICC_PROFILE\0"),
        0xEE => payload.starts_with(b"Adobe"),
        // Application data and comments.
        0xE1..=0xEF | 0xFE => false,
        _ => true,
    };
    if stays {
        out.extend([0xFF, code]);
        out.extend(segment);
    } else if code == 0xE1
        && let Some(orientation) = payload.strip_prefix(b"Exif\0\0").and_then(orientation)
    {
        out.extend([0xFF, 0xE1, 0, 34]);
        out.extend(b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0");
        out.extend([orientation, 0, 0, 0, 0, 0, 0]);
    }
}

/// How long the coded data after a start of scan is: to the next marker that is not part of it.
fn coded_length(data: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += data.get(at..)?.iter().position(|byte| *byte == 0xFF)?;
        match *data.get(at + 1)? {
            0x00 | 0xD0..=0xD7 => at += 2,
            0xFF => at += 1,
            _ => return Some(at),
        }
    }
}

/// The orientation of a TIFF structure (Exif 2.3, 4.6.4) when it is another than upright.
fn orientation(tiff: &[u8]) -> Option<u8> {
    let big = match tiff.get(..4)? {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return None,
    };
    let first = usize::try_from(u32_of(tiff.get(4..)?, big)?).ok()?;
    let directory = tiff.get(first..)?;
    let count = usize::from(u16_of(directory, big)?);
    let entries = directory.get(2..)?.chunks_exact(12).take(count);
    let mut values = entries
        .filter(|entry| u16_of(entry, big) == Some(0x0112))
        .filter_map(|entry| u16_of(entry.get(8..)?, big));
    let value = u8::try_from(values.next()?).ok()?;
    (2..=8).contains(&value).then_some(value)
}

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The picture of a PNG and what its colors mean.
const PNG_CHUNKS: [&[u8]; 12] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB",
    b"cICP", b"pHYs",
];

/// PNG (third edition), 5.3: length, type, data, checksum.
fn png(bytes: &[u8]) -> Cleaned {
    let mut out = PNG_SIGNATURE.to_vec();
    let mut size = None;
    let mut has_data = false;
    let mut at = PNG_SIGNATURE.len();
    loop {
        let rest = bytes.get(at..)?;
        let length = usize::try_from(u32_of(rest, true)?).ok()?;
        let chunk = rest.get(..length.checked_add(12)?)?;
        at += chunk.len();
        let kind = chunk.get(4..8)?;
        if size.is_none() {
            let header = (kind == b"IHDR").then(|| chunk.get(8..16))??;
            size = Some((u32_of(header, true)?, u32_of(header.get(4..)?, true)?));
        }
        has_data |= kind == b"IDAT";
        if PNG_CHUNKS.contains(&kind) {
            out.extend(chunk);
        }
        if kind == b"IEND" {
            return has_data.then_some((out, size?));
        }
    }
}

/// RFC 9649, 2.4: type, length, data, padded to an even length.
fn webp(bytes: &[u8]) -> Cleaned {
    let mut out = b"RIFF\0\0\0\0WEBP".to_vec();
    let (mut canvas, mut image) = (None, None);
    let end = usize::try_from(u32_of(bytes.get(4..)?, false)?).ok()?.checked_add(8)?;
    let mut rest = bytes.get(12..end)?;
    while !rest.is_empty() {
        let length = usize::try_from(u32_of(rest.get(4..)?, false)?).ok()?;
        let data = rest.get(8..length.checked_add(8)?)?;
        let kind = rest.get(..4)?;
        let padded = length.checked_add(8 + length % 2)?;
        let from = out.len();
        if [&b"VP8X"[..], b"ICCP", b"ALPH", b"VP8 ", b"VP8L"].contains(&kind) {
            out.extend(rest.get(..padded)?);
        }
        match kind {
            b"VP8X" => {
                canvas = Some((1 + u24_of(data.get(4..)?)?, 1 + u24_of(data.get(7..)?)?));
                // It has neither Exif nor XMP any more, and is no animation.
                *out.get_mut(from + 8)? &= !(0x08 | 0x04 | 0x02);
            }
            b"VP8 " => image = Some(vp8_size(data)?),
            b"VP8L" => image = Some(vp8l_size(data)?),
            _ => {}
        }
        rest = rest.get(padded..)?;
    }
    let size = u32::try_from(out.len() - 8).ok()?;
    out.get_mut(4..8)?.copy_from_slice(&size.to_le_bytes());
    let image = image?;
    Some((out, canvas.unwrap_or(image)))
}

/// RFC 6386, 9.1: a key frame's start code, then 14 bits each.
fn vp8_size(data: &[u8]) -> Option<(u32, u32)> {
    let sides = data.get(3..)?.strip_prefix(&[0x9D, 0x01, 0x2A])?;
    let side = |at: usize| Some(u32::from(u16_of(sides.get(at..)?, false)? & 0x3FFF));
    Some((side(0)?, side(2)?))
}

/// RFC 9649, 3.4: a signature, then 14 bits each, less one.
fn vp8l_size(data: &[u8]) -> Option<(u32, u32)> {
    let bits = u32_of(data.strip_prefix(&[0x2F])?, false)?;
    Some((1 + (bits & 0x3FFF), 1 + ((bits >> 14) & 0x3FFF)))
}

fn u16_of(bytes: &[u8], big: bool) -> Option<u16> {
    let number = *bytes.first_chunk::<2>()?;
    Some(if big { u16::from_be_bytes(number) } else { u16::from_le_bytes(number) })
}

fn u24_of(bytes: &[u8]) -> Option<u32> {
    let [low, middle, high] = *bytes.first_chunk::<3>()?;
    Some(u32::from_le_bytes([low, middle, high, 0]))
}

fn u32_of(bytes: &[u8], big: bool) -> Option<u32> {
    let number = *bytes.first_chunk::<4>()?;
    Some(if big { u32::from_be_bytes(number) } else { u32::from_le_bytes(number) })
}
