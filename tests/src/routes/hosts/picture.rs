//! What stays of a picture and what goes, byte by byte; and small pictures for other tests.

use hosts::picture::{Fault, Picture, clean};

/// What must not be served.
pub const SECRET: &[u8] = b"48.2082 N 16.3738 E, Ada's phone";

/// A PNG of these sides, with a text in it and something behind it.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        [&length[..], kind, data, b"crc."].concat()
    };
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &header),
        chunk(b"tEXt", SECRET),
        chunk(b"eXIf", SECRET),
        chunk(b"gAMA", b"\0\0\xb1\x8f"),
        chunk(b"IDAT", b"pixels"),
        chunk(b"IEND", b""),
        SECRET.to_vec(),
    ]
    .concat()
}

/// A JPEG of these sides that lies on its side, with a thumbnail, a comment and something behind it.
pub fn jpeg(width: u16, height: u16, little_endian: bool) -> Vec<u8> {
    let segment = |code: u8, payload: &[u8]| {
        let length = u16::try_from(payload.len() + 2).unwrap().to_be_bytes();
        [&[0xFF, code][..], &length, payload].concat()
    };
    let orientation: &[u8] = if little_endian {
        b"Exif\0\0II*\0\x08\0\0\0\x02\0\x0f\x01\x02\0\x04\0\0\0Ada\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"
    } else {
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"
    };
    let sides = [&[8][..], &height.to_be_bytes(), &width.to_be_bytes(), &[1, 1, 0x11, 0]].concat();
    [
        vec![0xFF, 0xD8],
        segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"),
        segment(0xE0, &[b"JFXX\0", SECRET].concat()),
        segment(0xE1, &[orientation, SECRET].concat()),
        segment(0xE1, &[b"http://ns.adobe.com/xap/1.0/\0", SECRET].concat()),
        segment(0xE2, b"ICC_PROFILE\0\x01\x01colors"),
        segment(0xE2, &[b"MPF\0", SECRET].concat()),
        segment(0xED, &[b"Photoshop 3.0\0", SECRET].concat()),
        segment(0xFE, SECRET),
        segment(0xDB, b"table"),
        vec![0xFF, 0xFF],
        segment(0xC2, &sides)[1..].to_vec(),
        segment(0xDA, b"scan"),
        b"data\xFF\0\xFF\xD3more".to_vec(),
        segment(0xDA, b"scan"),
        b"and more".to_vec(),
        vec![0xFF, 0xD9],
        SECRET.to_vec(),
    ]
    .concat()
}

/// A WebP with a canvas of these sides, with Exif and something behind it.
pub fn webp(width: u32, height: u32) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let length = u32::try_from(data.len()).unwrap().to_le_bytes();
        [&kind[..], &length, data, &[0][..data.len() % 2]].concat()
    };
    let side = |side: u32| (side - 1).to_le_bytes()[..3].to_vec();
    let canvas = [&[0x2C, 0, 0, 0][..], &side(width), &side(height)].concat();
    let chunks = [
        chunk(b"VP8X", &canvas),
        chunk(b"ICCP", b"colors."),
        chunk(b"VP8L", b"\x2f\x09\xc0\x01\0pixels"),
        chunk(b"EXIF", SECRET),
        chunk(b"XMP ", SECRET),
        chunk(b"what", SECRET),
    ]
    .concat();
    let size = u32::try_from(chunks.len() + 4).unwrap().to_le_bytes();
    [b"RIFF", &size[..], b"WEBP", &chunks, SECRET].concat()
}

/// Whether bytes are somewhere in a file.
pub fn holds(file: &[u8], part: &[u8]) -> bool {
    file.windows(part.len()).any(|window| window == part)
}

fn good(file: &[u8]) -> Picture {
    clean(file).unwrap()
}

#[test]
fn only_the_picture_and_its_colors_stay() {
    for (file, content_type, kept) in [
        (png(30, 20), "image/png", &[&b"IHDR"[..], b"gAMA", b"pixels", b"IEND"][..]),
        (
            jpeg(30, 20, true),
            "image/jpeg",
            &[
                b"JFIF",
                b"ICC_PROFILE\0\x01\x01colors",
                b"table",
                b"data\xFF\0\xFF\xD3more",
                b"and more",
            ],
        ),
        (webp(30, 20), "image/webp", &[b"VP8X", b"colors.", b"pixels"]),
    ] {
        assert!(holds(&file, SECRET));
        let picture = good(&file);
        assert_eq!(picture.content_type, content_type);
        assert!(!holds(&picture.bytes, SECRET) && !holds(&picture.bytes, b"Ada"));
        for part in kept {
            assert!(holds(&picture.bytes, part), "{content_type} lost {part:?}");
        }
        assert_eq!(good(&picture.bytes), picture, "a clean file stays as it is");
    }
}

#[test]
fn a_picture_of_a_phone_stays_upright() {
    let upright = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    for little_endian in [true, false] {
        assert!(holds(&good(&jpeg(30, 20, little_endian)).bytes, upright));
    }
}

#[test]
fn a_webp_says_no_more_that_it_has_metadata_and_how_long_it_is() {
    let bytes = good(&webp(30, 20)).bytes;
    assert_eq!(bytes[20], 0x20, "of the flags only the color profile");
    let size = u32::from_le_bytes(*bytes[4..].first_chunk().unwrap());
    assert_eq!(usize::try_from(size).unwrap(), bytes.len() - 8);
}

#[test]
fn more_pixels_than_anybody_needs_are_refused() {
    assert_eq!(clean(&png(8_193, 1)), Err(Fault::TooManyPixels));
    assert_eq!(clean(&jpeg(6_001, 4_000, true)), Err(Fault::TooManyPixels));
    assert_eq!(clean(&webp(8_000, 8_000)), Err(Fault::TooManyPixels));
    assert_eq!(clean(&png(0, 5)), Err(Fault::Broken));
    assert!(clean(&jpeg(6_000, 4_000, true)).is_ok());
}

#[test]
fn a_file_that_ends_too_early_is_refused_wherever_it_ends() {
    for file in [png(30, 20), jpeg(30, 20, true), webp(30, 20)] {
        let whole = file.len() - SECRET.len();
        assert!(clean(&file[..whole]).is_ok());
        for end in 0..whole {
            assert!(clean(&file[..end]).is_err(), "{end} of {whole} bytes");
        }
    }
}

#[test]
fn no_changed_byte_brings_the_cleaner_down() {
    for file in [png(30, 20), jpeg(30, 20, false), webp(30, 20)] {
        for at in 0..file.len() {
            for byte in [0x00, 0x01, 0x7F, 0x80, 0xFF] {
                let mut changed = file.clone();
                changed[at] = byte;
                let length = clean(&changed).map_or(0, |picture| picture.bytes.len());
                // The orientation is written in 36 bytes, whatever it took.
                assert!(length <= file.len() + 36);
            }
        }
    }
}

#[test]
fn a_moving_picture_is_no_photo() {
    let mut file = webp(30, 20);
    let at = file.windows(4).position(|kind| kind == b"VP8L").unwrap();
    file[at..at + 4].copy_from_slice(b"ANMF");
    assert_eq!(clean(&file), Err(Fault::Broken));
}
