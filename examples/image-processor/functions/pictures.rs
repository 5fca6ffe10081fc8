//! What is done to a picture. Knows no storage.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageReader, Limits};

use crate::event::Failure;

/// What a resized picture measures.
pub const SIZE: (u32, u32) = (800, 600);
/// The smallest picture that is worth the work, and the largest that fits into a function.
const SIDES: std::ops::RangeInclusive<u32> = 16..=12_000;
/// Bytes that a decoded picture may have.
const MEMORY: u64 = 512 << 20;

/// A picture that was read, and what it was.
pub struct Picture {
    pub image: DynamicImage,
    /// `jpeg` or `png`.
    pub format: &'static str,
}

/// Reads a picture whole: what is broken is broken now, not three steps later.
pub fn read(bytes: &[u8]) -> Result<Picture, Failure> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| Failure::broken(format!("it cannot be read: {error}")))?;
    let format = match reader.format() {
        Some(image::ImageFormat::Jpeg) => "jpeg",
        Some(image::ImageFormat::Png) => "png",
        _ => return Err(Failure::broken("it is neither a JPEG nor a PNG")),
    };
    if format == "jpeg" && !is_whole(bytes) {
        return Err(Failure::broken("it ends before the picture does"));
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let image = reader.decode().map_err(|error| Failure::broken(format!("it cannot be decoded: {error}")))?;
    Ok(Picture { image, format })
}

/// Whether the end of a JPEG follows its last scan: decoders fill up what is missing. A thumbnail, which has an end of its
/// own, comes before.
fn is_whole(jpeg: &[u8]) -> bool {
    let last = |marker: [u8; 2]| jpeg.windows(2).rposition(|bytes| bytes == marker);
    last([0xff, 0xda]).zip(last([0xff, 0xd9])).is_some_and(|(scan, end)| scan < end)
}

/// Why a picture is not worked on though nothing is wrong with it.
pub fn objection(picture: &Picture) -> Option<String> {
    let (width, height) = (picture.image.width(), picture.image.height());
    let fits = SIDES.contains(&width) && SIDES.contains(&height);
    (!fits).then(|| {
        format!("{width} x {height} pixels: each side must have {} to {}", SIDES.start(), SIDES.end())
    })
}

/// Exactly 800 x 600: what is too wide or too high is cut from both sides.
pub fn resize(image: &DynamicImage) -> DynamicImage {
    image.resize_to_fill(SIZE.0, SIZE.1, FilterType::Triangle)
}

/// Grey, and its edges sharpened.
pub fn filter(image: &DynamicImage) -> DynamicImage {
    image.grayscale().unsharpen(1.0, 2)
}

/// `quality`: 1 to 100.
pub fn jpeg(image: &DynamicImage, quality: u8) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let image = match image {
        DynamicImage::ImageLuma8(_) => image.clone(),
        other => other.to_rgb8().into(),
    };
    image
        .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality))
        .map_err(|error| Failure::broken(format!("it cannot be written as JPEG: {error}")))?;
    Ok(bytes)
}
