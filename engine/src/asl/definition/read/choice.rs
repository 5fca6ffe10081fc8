//! The Choice state.

use super::super::model::{ChoiceRule, QueryLanguage, Test, Work};
use super::fields::{Fields, is_expression};
use super::{Names, Reader};
use crate::asl::choice::Condition;

impl Reader {
    pub(super) fn choice(
        &mut self,
        fields: &Fields<'_>,
        language: QueryLanguage,
        names: &Names,
    ) -> Option<Work> {
        self.require(fields, &["Choices"]);
        let list = self.list(fields, "Choices");
        if list.is_some_and(<[_]>::is_empty) {
            self.refuse(Some(fields.at("Choices")), "Value cannot be empty".to_owned());
        }
        let rules: Vec<Option<ChoiceRule>> = list
            .unwrap_or_default()
            .iter()
            .enumerate()
            .map(|(number, value)| {
                let fields = self.element(value, format!("{}/{number}", fields.at("Choices")))?;
                self.require(&fields, &["Next"]);
                let next = self.name(&fields, "Next");
                let next = next.and_then(|next| self.target(&fields, "Next", next, names));
                let assign = self.assign_as(&fields, language, &format!("Choices[{number}]/Assign"));
                let output = match language {
                    QueryLanguage::Jsonata => {
                        self.template_as(&fields, "Output", language, &format!("Choices[{number}]/Output"))
                    }
                    QueryLanguage::JsonPath => None,
                };
                let test = match language {
                    QueryLanguage::Jsonata => self.condition(&fields),
                    QueryLanguage::JsonPath => match Condition::compile(value) {
                        Ok(rule) => Some(Test::Rule(rule)),
                        Err(faults) => {
                            self.faults(faults, &fields.here());
                            None
                        }
                    },
                };
                Some(ChoiceRule { test: test?, next: next?, assign, output })
            })
            .collect();
        let default = match fields.has("Default") {
            true => {
                let name = self.name(fields, "Default")?;
                Some(self.target(fields, "Default", name, names)?)
            }
            false => None,
        };
        Some(Work::Choice { rules: rules.into_iter().collect::<Option<Vec<_>>>()?, default })
    }

    fn condition(&mut self, fields: &Fields<'_>) -> Option<Test> {
        self.only(fields, &["Comment", "Condition", "Next", "Assign", "Output"]);
        self.require(fields, &["Condition"]);
        match fields.get("Condition")? {
            serde_json::Value::Bool(truth) => Some(Test::Always(*truth)),
            serde_json::Value::String(text) if is_expression(text) => {
                self.expression(text, &fields.at("Condition")).map(Test::Condition)
            }
            _ => self.expected(fields, "Condition", "JSONata expression or Boolean"),
        }
    }
}
