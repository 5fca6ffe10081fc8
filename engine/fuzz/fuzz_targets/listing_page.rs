//! A page of a listing from arbitrary bytes: it is read or refused, what is read is within the page, and what it says to go
//! on with is never where the request was.

#![no_main]

use libfuzzer_sys::fuzz_target;
use opsctl_engine::listing::{Page, Request};

fuzz_target!(|body: &[u8]| {
    let wrapped =
        [b"<ListBucketResult><EncodingType>url</EncodingType>", body, b"</ListBucketResult>"].concat();
    for body in [body, wrapped.as_slice()] {
        let Ok(page) = Page::parse(body) else { continue };
        assert_eq!(page.keys().count(), page.len());
        assert_eq!(page.records("data-1").count(), page.len());
        let first = Request { range: 0, root: 0, after: None, epoch: 0, split: None, folder: None };
        if let Ok(Some(marker)) = page.next(&first) {
            let second = Request { after: Some(marker.clone()), ..first };
            assert_ne!(page.next(&second), Ok(Some(marker)));
        }
    }
});
