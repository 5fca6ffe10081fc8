//! The files of mocks, and the case that a run takes from one.

use opsctl_engine::asl::mocks::{self, Case, Fault, MockFile, Unclear};

use crate::error::{Error, Kind};
use crate::input::Mistake;
use crate::input::files;
use crate::input::yaml::Document;
use crate::output::nearest;

/// A mock configuration file, in JSON or YAML.
pub fn read(file: &str, text: &str) -> Result<MockFile, Error> {
    let wrong = |mistakes| files::mistaken(format!("the mocks in {file} are wrong"), mistakes);
    let document = Document::read(file, text).map_err(|mistake| wrong(vec![mistake]))?;
    mocks::file(&document.value()).map_err(|faults| {
        let mut mistakes: Vec<Mistake> = faults.iter().map(|fault| mistake(&document, &[], fault)).collect();
        mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
        wrong(mistakes)
    })
}

/// A fault of what stands at `base` in a document.
pub fn mistake(document: &Document<'_>, base: &[String], fault: &Fault) -> Mistake {
    let path: Vec<String> = base.iter().chain(&fault.path).cloned().collect();
    document.mistake(&path, fault.is_name, &*fault.message)
}

/// The case called `wanted`, `CASE` or `MACHINE#CASE` as Step Functions Local has it; `default` is the machine where
/// there are several.
pub fn case<'a>(
    mocks: &'a MockFile,
    file: &str,
    default: &str,
    wanted: Option<&str>,
) -> Result<&'a Case, Error> {
    let (machine, case) = match wanted.map(|wanted| wanted.split_once('#').ok_or(wanted)) {
        Some(Ok((machine, case))) => (Some(machine), Some(case)),
        Some(Err(case)) => (None, Some(case)),
        None => (None, None),
    };
    mocks.case(machine, default, case).map_err(|unclear| match unclear {
        Unclear::Machine(names) => {
            let name = machine.unwrap_or(default);
            let error = Error::new(Kind::NotFound, format!("{file} has no mocks for the machine {name}"));
            one_of(error, name, &names, |name| format!("--case {name}#{}", case.unwrap_or("CASE")))
        }
        Unclear::Case { machine, cases } => match case {
            Some(case) => {
                let error = Error::new(
                    Kind::NotFound,
                    format!("{file} has no case {case} for the machine {machine}"),
                );
                one_of(error, case, &cases, |case| format!("--case {case}"))
            }
            None => {
                let error =
                    Error::usage(format!("{file} has {} cases for the machine {machine}", cases.len()));
                one_of(error, "", &cases, |case| format!("--case {case}"))
            }
        },
    })
}

fn one_of(error: Error, wanted: &str, names: &[String], option: impl Fn(&str) -> String) -> Error {
    let near = nearest(wanted, names.iter().map(String::as_str)).or(names.first().map(String::as_str));
    let error = error.because(match names {
        [] => "it has none".to_owned(),
        names => format!("it has {}", names.join(", ")),
    });
    match near {
        Some(near) => error.hint(option(near)),
        None => error,
    }
}
