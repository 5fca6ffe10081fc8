use super::*;

fn document(text: &str) -> Document {
    Document::read("Mine", "doc.json", text).unwrap()
}

fn given(values: &[(&str, &str)]) -> HashMap<String, Vec<String>> {
    values.iter().map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()])).collect()
}

#[test]
fn references_are_names_in_two_braces() {
    let found = |text| references(text).map(|(_, name)| name.to_owned()).collect::<Vec<_>>();
    for (text, names) in [
        ("{{a}} {{ b-c }}", &["a", "b-c"][..]),
        ("{{{a}}}", &["a"]),
        ("{{}} {{ }} {{a b}} { {a}} {{a", &[]),
        ("{{x {{y}}", &["y"]),
        ("{''{x}}", &[]),
    ] {
        assert_eq!(found(text), names, "{text}");
    }
    let values = BTreeMap::from([("a", "{{b}}"), ("b", "B")]);
    assert_eq!(filled("<{{a}}|{{b}}|{{c}}|{{a}}>", &values), "<{{b}}|B|{{c}}|{{b}}>", "each is filled once");
}

#[test]
fn each_type_runs_what_it_says() {
    let interactive = r#"{ "schemaVersion": "1.0", "sessionType": "InteractiveCommands",
        "properties": { "linux": { "commands": "top", "runAsElevated": false } } }"#;
    let command = "top".to_owned();
    let interactive = document(interactive).session(&HashMap::new());
    assert_eq!(interactive, Ok(SessionDocument::InteractiveCommands { command }));
    let shell = document(r#"{ "schemaVersion": "1.0", "sessionType": "Standard_Stream" }"#);
    assert_eq!(shell.session(&HashMap::new()), Ok(SessionDocument::StandardStream));
    assert_eq!(shell.kms_key_id, None);
    let port = document(
        r#"{ "schemaVersion": "1.0", "sessionType": "Port",
             "parameters": { "port": { "type": "String", "default": "5432" } },
             "properties": { "portNumber": "{{port}}", "type": "LocalPortForwarding", "host": "db" } }"#,
    );
    let Ok(SessionDocument::Port(ours)) = port.session(&HashMap::new()) else { panic!("{port:?}") };
    assert_eq!((ours.host.as_deref(), ours.port, ours.is_local), (Some("db"), 5432, true));
    assert_eq!(ours.properties["portNumber"], "5432");
    let error = port.session(&given(&[("port", "many")]));
    assert_eq!(error, Err("`portNumber` must be a port".to_owned()));
}

#[test]
fn parameters_take_what_they_allow() {
    let document = document(
        r#"{ "schemaVersion": "1.0", "sessionType": "NonInteractiveCommands",
             "parameters": { "n": { "type": "String", "default": "1", "allowedPattern": "^[0-9]+$" },
                             "p": { "type": "String", "default": "" } },
             "properties": { "linux": { "commands": "x {{n}}", "separateOutputStream": "true",
                                        "stdErrSeparatorPrefix": "{{p}}" } } }"#,
    );
    let runs = |command: &str, prefix: &str| {
        let separate = Some(Prefixes { stdout: String::new(), stderr: prefix.to_owned() });
        Ok(SessionDocument::NonInteractiveCommands(CommandRequest { command: command.to_owned(), separate }))
    };
    assert_eq!(document.session(&given(&[])), runs("x 1", ""));
    assert_eq!(document.session(&given(&[("n", "22"), ("p", "err: _")])), {
        Err("the prefix \"err: _\" is not up to 30 letters, digits, _ : - or line ends".to_owned())
    });
    assert_eq!(document.session(&given(&[("n", "22"), ("p", "err:")])), runs("x 22", "err:"));
    let two = HashMap::from([("n".to_owned(), vec!["1".to_owned(), "2".to_owned()])]);
    for (values, expected) in [
        (given(&[("n", "x")]), "the value of the parameter n does not match ^[0-9]+$"),
        (given(&[("n", "")]), "the parameter n takes one value, which is not empty"),
        (two, "the parameter n takes one value, which is not empty"),
        (given(&[("m", "1")]), "the document has no parameter m"),
    ] {
        assert_eq!(document.session(&values), Err(expected.to_owned()));
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "([{}\\[\\],:\" ]|\"(parameters|properties|linux|type|a)\"|null|1|.){0,40}") {
        let _ = Document::read("Mine", "doc.json", &text);
    }
}
