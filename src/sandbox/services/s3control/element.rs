//! XML as a tree of elements with text, read with limits. Knows no shape.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

/// No request of the service is nested deeper than a third of it.
const DEPTH_LIMIT: usize = 32;

#[derive(Debug, PartialEq, Eq)]
pub struct Element {
    /// Without its namespace.
    pub name: String,
    /// All text directly in it.
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    /// The root of a document, or why it is none.
    pub fn parse(document: &[u8]) -> Result<Element, String> {
        let document = std::str::from_utf8(document).map_err(|_| "the document is not UTF-8".to_owned())?;
        let mut reader = Reader::from_str(document);
        let mut open: Vec<Element> = Vec::new();
        let mut root = None;
        loop {
            let event = reader.read_event().map_err(|error| error.to_string())?;
            match event {
                Event::Start(start) => {
                    if root.is_some() || open.len() >= DEPTH_LIMIT {
                        return Err("the document has two roots or is nested too deep".to_owned());
                    }
                    open.push(Element::new(start.local_name().as_ref()));
                }
                Event::Empty(start) => {
                    if root.is_some() {
                        return Err("the document has two roots".to_owned());
                    }
                    close(Element::new(start.local_name().as_ref()), &mut open, &mut root);
                }
                Event::End(_) => {
                    let element = open.pop().ok_or_else(|| "an element ends that was not open".to_owned())?;
                    close(element, &mut open, &mut root);
                }
                Event::Text(text) => {
                    let text = text.xml10_content().map_err(|error| error.to_string())?;
                    append(&mut open, &text)?;
                }
                Event::CData(text) => {
                    let text = text.xml10_content().map_err(|error| error.to_string())?;
                    append(&mut open, &text)?;
                }
                Event::GeneralRef(reference) => {
                    let name = reference.decode().map_err(|error| error.to_string())?;
                    let letter = reference.resolve_char_ref().map_err(|error| error.to_string())?;
                    match (letter, resolve_predefined_entity(&name)) {
                        (Some(letter), _) => append(&mut open, letter.encode_utf8(&mut [0; 4]))?,
                        (None, Some(text)) => append(&mut open, text)?,
                        (None, None) => return Err(format!("the entity &{name}; is unknown")),
                    }
                }
                Event::DocType(_) => return Err("a document type is not allowed".to_owned()),
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
                Event::Eof => break,
            }
        }
        match root {
            Some(root) if open.is_empty() => Ok(root),
            _ => Err("the document ends early".to_owned()),
        }
    }

    fn new(name: &[u8]) -> Self {
        let name = String::from_utf8_lossy(name).into_owned();
        Element { name, text: String::new(), children: Vec::new() }
    }
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None => *root = Some(element),
    }
}

fn append(open: &mut [Element], text: &str) -> Result<(), String> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err("text stands outside of the document".to_owned()),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn references_cdata_and_namespaces_are_understood() {
        let root = Element::parse(
            b"<?xml version=\"1.0\"?><a:b xmlns:a=\"x\"><c>1 &lt;&amp;&#xe9; <![CDATA[<2>]]></c><d/></a:b>",
        )
        .unwrap();
        assert_eq!(root.name, "b");
        assert_eq!(root.children[0].text, "1 <&\u{e9} <2>");
        assert_eq!(root.children[1], Element { name: "d".into(), text: String::new(), children: Vec::new() });
    }

    #[test]
    fn what_is_no_document_is_refused() {
        let deep = format!("{}{}", "<a>".repeat(40), "</a>".repeat(40));
        for document in [
            "",
            "<a>",
            "<a></b>",
            "</a>",
            "<a/><a/>",
            "<a/>x",
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
            "<a>&b;</a>",
            "<a>&#0;</a>",
            &deep,
        ] {
            assert!(Element::parse(document.as_bytes()).is_err(), "{document}");
        }
        assert!(Element::parse(b"<a>\xff</a>").is_err());
    }

    proptest! {
        #[test]
        fn no_document_makes_the_reader_panic(
            document in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..64),
                "(<[ab]|/?>|</[ab]>|&#?x?[0-9a]{1,3};|&lt;|<!\\[CDATA\\[|\\]\\]>|<!--|-->|x| ){0,16}"
                    .prop_map(String::into_bytes),
            ],
        ) {
            let _ = Element::parse(&document);
        }
    }
}
