//! What a metric goes by: its namespace, its name and all of its dimensions. There is no part of it that names it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use aws_sdk_cloudwatch::types;
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Metric {
    pub namespace: String,
    pub metric_name: String,
    pub dimensions: BTreeMap<String, String>,
}

impl Metric {
    /// `QueueName=orders, Stage=prod`
    pub fn dimensions_text(&self) -> String {
        let each = self.dimensions.iter().map(|(name, value)| format!("{name}={value}"));
        each.collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.namespace, self.metric_name)?;
        match self.dimensions.is_empty() {
            true => Ok(()),
            false => write!(f, " {}", self.dimensions_text()),
        }
    }
}

impl From<types::Metric> for Metric {
    fn from(it: types::Metric) -> Self {
        let dimension = |it: types::Dimension| (it.name.unwrap_or_default(), it.value.unwrap_or_default());
        Metric {
            namespace: it.namespace.unwrap_or_default(),
            metric_name: it.metric_name.unwrap_or_default(),
            dimensions: it.dimensions.unwrap_or_default().into_iter().map(dimension).collect(),
        }
    }
}

impl From<&Metric> for types::Metric {
    fn from(it: &Metric) -> Self {
        let metric = types::Metric::builder().namespace(&it.namespace).metric_name(&it.metric_name);
        metric.set_dimensions(Some(dimensions(&it.dimensions))).build()
    }
}

fn dimensions(of: &BTreeMap<String, String>) -> Vec<types::Dimension> {
    let dimension = |(name, value)| types::Dimension::builder().name(name).value(value).build();
    of.iter().map(dimension).collect()
}

/// `NAME=VALUE`, as it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimension {
    pub name: String,
    pub value: String,
}

impl FromStr for Dimension {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() && !value.is_empty() => {
                Ok(Dimension { name: name.to_owned(), value: value.to_owned() })
            }
            _ => Err("a dimension looks like NAME=VALUE".to_owned()),
        }
    }
}

impl Dimension {
    /// All of a metric's. The name that is given twice is the error.
    pub fn all(typed: &[Dimension]) -> Result<BTreeMap<String, String>, String> {
        let mut all = BTreeMap::new();
        for Dimension { name, value } in typed {
            if all.insert(name.clone(), value.clone()).is_some() {
                return Err(name.clone());
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dimension_has_a_name_and_a_value() {
        let dimension = |text: &str| text.parse::<Dimension>().map(|it| (it.name, it.value));
        assert_eq!(dimension("Queue=a=b"), Ok(("Queue".to_owned(), "a=b".to_owned())));
        for text in ["", "Queue", "=x", "Queue="] {
            assert!(dimension(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_metric_is_told_with_all_of_its_dimensions() {
        let typed: Vec<Dimension> = ["b=2", "a=1"].iter().map(|text| text.parse().unwrap()).collect();
        let mut metric = Metric {
            namespace: "AWS/SQS".into(),
            metric_name: "Age".into(),
            dimensions: Dimension::all(&typed).unwrap(),
        };
        assert_eq!(metric.to_string(), "AWS/SQS Age a=1, b=2");
        assert_eq!(Metric::from(types::Metric::from(&metric)), metric);
        metric.dimensions.clear();
        assert_eq!(metric.to_string(), "AWS/SQS Age");
        assert_eq!(Dimension::all(&[typed.clone(), typed].concat()), Err("b".to_owned()));
    }
}
