//! The image processor of the examples, whole: deployed to a sandbox by its own script, with pictures that are looked at
//! when they come back.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use opsctl::sandbox::Connection;

use crate::support::machines::States;
use crate::support::{Ran, Sandbox, Sealed, finish};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/image-processor");
const PICTURES: usize = 50;
/// The folders of results.
const MADE: [&str; 3] = ["resized", "filtered", "optimized"];

/// The functions' program: cargo builds it with the tests.
pub fn program() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_opsctl")).with_file_name("examples/image-processor");
    assert!(program.exists(), "cargo build --example image-processor makes what is needed here");
    program
}

fn script(sealed: &Sealed, words: &[&str]) -> Ran {
    let mut command = Command::new(words[0]);
    sealed.seal(&mut command);
    command.args(&words[1..]);
    finish(command, b"")
}

#[test]
fn one_command_shows_all_of_it() {
    let mut sealed = Sealed::new();
    sealed.set("IMAGE_PROCESSOR", program().to_str().unwrap());
    let ran = sealed.run(["sandbox", "run", "--", &format!("{EXAMPLE}/run.sh")]).expect(0);
    for shown in [
        "filtered/hills.jpg",
        "optimized/hills.jpg",
        "resized/hills.jpg",
        "Picture processed",
        "Picture not processed",
        "BrokenImage",
        "it is neither a JPEG nor a PNG",
        "OptimizeImage",
        "(exit code 6)",
        "so it is    ALARM: 1 of the newest 1 datapoint breaches",
        "-> ALARM: Threshold Crossed",
        "ALARM -> OK: Threshold Crossed",
        "ALARM: \"image-processor-failing\" in us-east-1",
        "OK: \"image-processor-failing\" in us-east-1",
    ] {
        assert!(ran.stdout.contains(shown) || ran.stderr.contains(shown), "{shown}: {ran:?}");
    }
}

/// What is wrong with a picture is told by name, and its result is not that of another one.
#[test]
fn what_is_broken_cut_or_small_is_turned_away() {
    let (sealed, sandbox) = deployed();
    let whole = Upload::number(0).bytes();
    let folder = sealed.path("uploads");
    std::fs::create_dir_all(folder.join("deep")).unwrap();
    let small = RgbImage::from_pixel(8, 8, Rgb([1, 2, 3]));
    let mut png = Cursor::new(Vec::new());
    DynamicImage::from(small).write_to(&mut png, ImageFormat::Png).unwrap();
    for (name, bytes) in [
        ("cut.jpg", &whole[..whole.len() / 2]),
        ("empty.jpg", &[][..]),
        ("small.png", png.get_ref()),
        ("same.jpg", &whole),
        ("deep/same.jpg", &whole),
    ] {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    sealed.run(["sandbox", "put", "uploads", "s3://image-uploads/"]).expect(0);
    assert_eq!(ended(&sandbox, 5), BTreeMap::from([("SUCCEEDED".to_owned(), 2), ("FAILED".to_owned(), 3)]));
    let told = sealed.run(["sandbox", "messages", "--columns", "message", "-o", "text"]).expect(0).stdout;
    for (name, problem) in [
        ("cut.jpg", "it ends before the picture does"),
        ("empty.jpg", "it is neither a JPEG nor a PNG"),
        ("small.png", "8 x 8 pixels: each side must have 16 to 12000"),
        ("same.jpg", "resized/same.jpg"),
        ("deep/same.jpg", "resized/deep/same.jpg"),
    ] {
        let uploaded = format!("\"uploaded\":\"{name}\"");
        assert!(
            told.lines().any(|line| line.contains(&uploaded) && line.contains(problem)),
            "{name}: {told}"
        );
    }
}

#[test]
fn it_is_deployed_to_nothing_but_a_sandbox() {
    let mut sealed = Sealed::new();
    sealed.set("AWS_ENDPOINT_URL", "https://states.eu-west-1.amazonaws.com");
    for name in ["run.sh", "deploy.sh"] {
        let ran = script(&sealed, &[&format!("{EXAMPLE}/{name}")]).expect(2);
        assert!(ran.stderr.contains(&format!("opsctl sandbox run -- {EXAMPLE}/{name}")), "{ran:?}");
    }
}

/// A picture of one colour, and a size that is its own.
struct Upload {
    colour: [u8; 3],
    size: (u32, u32),
}

impl Upload {
    fn number(number: usize) -> Self {
        let number = u32::try_from(number).unwrap();
        let part = |step: u32| u8::try_from(40 + number * step % 160).unwrap();
        Upload { colour: [part(37), part(53), part(91)], size: (100 + number * 3, 120 - number) }
    }

    fn bytes(&self) -> Vec<u8> {
        let image = RgbImage::from_pixel(self.size.0, self.size.1, Rgb(self.colour));
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(image).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
        bytes.into_inner()
    }

    /// Every pixel of a result, as near as JPEG is.
    fn check(&self, image: &DynamicImage, size: (u32, u32), colour: [u8; 3], name: &str) {
        assert_eq!((image.width(), image.height()), size, "{name}");
        for pixel in image.to_rgb8().pixels() {
            let is_near = pixel.0.iter().zip(colour).all(|(is, expected)| is.abs_diff(expected) <= 8);
            assert!(is_near, "{name}: {pixel:?} is not {colour:?}");
        }
    }

    /// As bright as people see it.
    fn grey(&self) -> [u8; 3] {
        let [red, green, blue] = self.colour.map(f64::from);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let grey = (0.2126 * red + 0.7152 * green + 0.0722 * blue).round() as u8;
        [grey; 3]
    }
}

/// A sandbox with the image processor, and a place to call it from.
fn deployed() -> (Sealed, Sandbox) {
    let mut sealed = Sealed::new();
    let sandbox = Sandbox::up(&sealed);
    let connection = connection(&sandbox);
    sealed
        .set("IMAGE_PROCESSOR", program().to_str().unwrap())
        .set("AWS_ENDPOINT_URL", connection.endpoint())
        .set("AWS_ACCESS_KEY_ID", connection.access_key_id.clone())
        .set("AWS_SECRET_ACCESS_KEY", connection.secret_access_key.as_str())
        .set("AWS_REGION", connection.region.clone());
    script(&sealed, &[&format!("{EXAMPLE}/deploy.sh")]).expect(0);
    (sealed, sandbox)
}

fn connection(sandbox: &Sandbox) -> Connection {
    opsctl::sandbox::find(Some(&sandbox.dir), || unreachable!()).unwrap()
}

/// How many executions there are in each status once so many of them are over.
fn ended(sandbox: &Sandbox, count: usize) -> BTreeMap<String, usize> {
    let machine = "arn:aws:states:us-east-1:111122223333:stateMachine:image-processor";
    States::of(sandbox).with_client(async |client| {
        let end = Instant::now() + Duration::from_secs(300);
        loop {
            let pages = client.list_executions().state_machine_arn(machine).into_paginator().items();
            let listed = pages.send().collect::<Result<Vec<_>, _>>().await.unwrap();
            let mut statuses: BTreeMap<String, usize> = BTreeMap::new();
            for execution in &listed {
                *statuses.entry(execution.status.as_str().to_owned()).or_default() += 1;
            }
            let is_over = listed.len() >= count && !statuses.contains_key("RUNNING");
            if is_over || Instant::now() > end {
                return statuses;
            }
            // Between two looks: those who work need the processor.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
}

#[test]
fn fifty_pictures_at_once_come_back_right() {
    let (sealed, sandbox) = deployed();
    let folder = sealed.path("uploads");
    std::fs::create_dir(&folder).unwrap();
    for number in 0..PICTURES {
        std::fs::write(folder.join(format!("{number}.jpg")), Upload::number(number).bytes()).unwrap();
    }
    sealed.run(["sandbox", "put", "uploads", "s3://image-uploads/"]).expect(0);

    // Every upload has started one execution, and all of them end well.
    assert_eq!(ended(&sandbox, PICTURES), BTreeMap::from([("SUCCEEDED".to_owned(), PICTURES)]));

    let results = States::of(&sandbox).with_client(async |_| {
        let client = sandbox.aws().await.s3();
        let mut results = BTreeMap::new();
        for key in (0..PICTURES).flat_map(|number| MADE.map(|made| format!("{made}/{number}.jpg"))) {
            let answer = client.get_object().bucket("image-results").key(&key).send().await.unwrap();
            results.insert(key, answer.body.collect().await.unwrap().to_vec());
        }
        results
    });
    for number in 0..PICTURES {
        let upload = Upload::number(number);
        let [resized, filtered, optimized] = MADE.map(|made| &results[&format!("{made}/{number}.jpg")]);
        assert!(optimized.len() <= resized.len(), "{number}");
        let image = |bytes: &[u8]| image::load_from_memory_with_format(bytes, ImageFormat::Jpeg).unwrap();
        upload.check(&image(resized), (800, 600), upload.colour, "resized");
        upload.check(&image(optimized), (800, 600), upload.colour, "optimized");
        upload.check(&image(filtered), upload.size, upload.grey(), "filtered");
    }

    // The function that fails the first attempt at every picture was tried again, and everybody was told once.
    let newest = sealed
        .run([
            "sfn",
            "executions",
            "image-processor",
            "--limit",
            "1",
            "--query",
            "items[0].executionArn",
            "-o",
            "text",
        ])
        .expect(0);
    let retried =
        ["sfn", "history", newest.stdout.trim(), "--query", "items[?type=='TaskFailed']", "-o", "json"];
    assert!(sealed.run(retried).expect(0).stdout.contains("StorageBusy"));
    let told = sealed.run(["sandbox", "messages", "--query", "length(items)", "-o", "text"]).expect(0);
    assert_eq!(told.stdout.trim(), PICTURES.to_string());
}
