//! Pages of lists, with tokens that hold the place in them. A token is sealed with what is listed, so that one from
//! another list, another filter or another sandbox is refused instead of giving a wrong page.

use super::ServiceError;
use crate::random::{self, NoRandomness};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use std::ops::RangeInclusive;

pub struct Pages {
    /// The most items of a page, whatever the caller asks for.
    most: usize,
    key: hmac::Key,
}

/// What a caller asked for.
pub struct PageRequest<'a> {
    pub max_results: Option<i32>,
    pub next_token: Option<&'a str>,
    /// The sizes that the operation's model allows.
    pub sizes: RangeInclusive<i32>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next_token: Option<String>,
}

impl Pages {
    pub fn new(most: usize) -> Result<Self, NoRandomness> {
        Ok(Pages { most: most.max(1), key: hmac::Key::new(hmac::HMAC_SHA256, &random::bytes::<32>()?) })
    }

    /// `list` says what is listed: the operation with its filters.
    pub fn page<T>(
        &self,
        list: &str,
        items: Vec<T>,
        request: &PageRequest<'_>,
    ) -> Result<Page<T>, ServiceError> {
        self.page_of(self.most, list, items, request)
    }

    /// The same for a list whose pages have up to `most` items, whatever the sandbox's others have.
    pub fn page_of<T>(
        &self,
        most: usize,
        list: &str,
        items: Vec<T>,
        request: &PageRequest<'_>,
    ) -> Result<Page<T>, ServiceError> {
        let size = size(most, request)?;
        let start = match request.next_token {
            None => 0,
            Some(token) => self
                .start(list, token)
                .ok_or_else(|| ServiceError::new("InvalidNextToken", "The specified token is not valid."))?,
        };
        let end = start.saturating_add(size);
        let next_token = (end < items.len()).then(|| self.token(list, end));
        Ok(Page { items: items.into_iter().skip(start).take(size).collect(), next_token })
    }

    /// What stands for a place in a list.
    pub fn token(&self, list: &str, start: usize) -> String {
        let place = (start as u64).to_be_bytes();
        let tag = hmac::sign(&self.key, &sealed(&place, list));
        URL_SAFE_NO_PAD.encode([&place[..], tag.as_ref()].concat())
    }

    /// The place that a token stands for; `None`: it is of another list.
    pub fn start(&self, list: &str, token: &str) -> Option<usize> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (place, tag) = bytes.split_first_chunk::<8>()?;
        hmac::verify(&self.key, &sealed(place, list), tag).ok()?;
        u64::from_be_bytes(*place).try_into().ok()
    }
}

fn size(most: usize, request: &PageRequest<'_>) -> Result<usize, ServiceError> {
    let Some(asked) = request.max_results else { return Ok(most) };
    let (least, greatest) = (request.sizes.start(), request.sizes.end());
    let constraint = if asked < *least {
        format!("have value greater than or equal to {least}")
    } else if asked > *greatest {
        format!("have value less than or equal to {greatest}")
    } else {
        return Ok(usize::try_from(asked).unwrap_or(1).min(most));
    };
    Err(ServiceError::constraint(asked, "maxResults", constraint))
}

fn sealed(place: &[u8; 8], list: &str) -> Vec<u8> {
    [&place[..], list.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn request(max_results: Option<i32>, next_token: Option<&str>) -> PageRequest<'_> {
        PageRequest { max_results, next_token, sizes: 5..=50 }
    }

    #[test]
    fn sizes_outside_the_model_are_refused_in_its_words() {
        let pages = Pages::new(10).unwrap();
        for (size, end) in [
            (4, "greater than or equal to 5"),
            (51, "less than or equal to 50"),
            (-1, "greater than or equal to 5"),
        ] {
            let error = pages.page("a", vec![0; 9], &request(Some(size), None)).unwrap_err();
            assert_eq!(error.code, "ValidationException");
            assert!(error.message.ends_with(end), "{}", error.message);
        }
        assert_eq!(pages.page("a", vec![0; 30], &request(Some(50), None)).unwrap().items.len(), 10);
        assert_eq!(pages.page("a", vec![0; 30], &request(Some(5), None)).unwrap().items.len(), 5);
    }

    #[test]
    fn a_token_is_good_for_its_own_list_only() {
        let pages = Pages::new(2).unwrap();
        let token = pages.page("a", vec![0; 3], &request(None, None)).unwrap().next_token.unwrap();
        assert!(pages.page("a", vec![0; 3], &request(None, Some(&token))).is_ok());
        let other = Pages::new(2).unwrap();
        let longer = format!("{token}A");
        for (pages, list, token) in
            [(&pages, "b", token.as_str()), (&other, "a", &token), (&pages, "a", ""), (&pages, "a", &longer)]
        {
            let error = pages.page(list, vec![0; 3], &request(None, Some(token))).unwrap_err();
            assert_eq!(error.code, "InvalidNextToken");
        }
    }

    proptest! {
        #[test]
        fn pages_give_every_item_once_and_in_order(count in 0usize..60, most in 1usize..12, asked in proptest::option::of(5..50i32)) {
            let pages = Pages::new(most).unwrap();
            let (mut seen, mut token) = (Vec::new(), None);
            loop {
                let page = pages.page("list", (0..count).collect(), &request(asked, token.as_deref())).unwrap();
                prop_assert!(!page.items.is_empty() || count == 0);
                seen.extend(page.items);
                token = page.next_token;
                if token.is_none() {
                    break;
                }
            }
            prop_assert_eq!(seen, (0..count).collect::<Vec<_>>());
        }
    }
}
