//! The steps of the workflow: each reads a picture, works on it and writes what it made.

use serde_json::{Value, json};

use crate::event::{Event, Failure};
use crate::pictures::{self, Picture};
use crate::storage::Storage;

/// The quality of what is worked on further, and of what people load.
const WORKING: u8 = 95;
const OPTIMIZED: u8 = 75;

pub enum Step {
    Validate,
    Resize,
    Filter,
    Optimize,
}

impl Step {
    /// The step of a function: the last word of its name.
    pub fn of(function: &str) -> Result<Self, String> {
        Ok(match function.rsplit('-').next() {
            Some("validate") => Step::Validate,
            Some("resize") => Step::Resize,
            Some("filter") => Step::Filter,
            Some("optimize") => Step::Optimize,
            _ => {
                return Err(format!(
                    "the name {function} does not end with -validate, -resize, -filter or -optimize"
                ));
            }
        })
    }

    pub async fn run(&self, storage: &Storage, event: &Event) -> Result<Value, Failure> {
        let bytes = storage.read(&event.bucket, &event.key).await?;
        let Picture { image, format } = match self {
            Step::Validate => {
                let picture = pictures::read(&bytes)?;
                let objection = pictures::objection(&picture);
                return Ok(json!({
                    "valid": objection.is_none(),
                    "reason": objection,
                    "format": picture.format,
                    "width": picture.image.width(),
                    "height": picture.image.height(),
                    "bytes": bytes.len(),
                }));
            }
            _ => pictures::read(&bytes)?,
        };
        let (folder, made, quality) = match self {
            Step::Resize => ("resized", pictures::resize(&image), WORKING),
            Step::Filter => ("filtered", pictures::filter(&image), WORKING),
            Step::Validate | Step::Optimize => ("optimized", image, OPTIMIZED),
        };
        let jpeg = pictures::jpeg(&made, quality)?;
        let result = json!({
            "key": event.result(folder),
            "width": made.width(),
            "height": made.height(),
            "bytes": jpeg.len(),
            "from": { "format": format, "bytes": bytes.len() },
        });
        let key = result["key"].as_str().unwrap_or_default();
        storage.write(&event.results, key, jpeg).await?;
        Ok(result)
    }
}
