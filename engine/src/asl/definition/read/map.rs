//! The Map state, inline and distributed.

use std::sync::Arc;

use serde_json::Value;

use super::super::model::{
    Batcher, Distributed, Field, Format, Items, Map, Mode, QueryLanguage, Reader as ItemReader,
    Transformation, Writer,
};
use super::fields::Fields;
use super::{MachineType, Reader};
use crate::asl::PAYLOAD_LIMIT;

const DISTRIBUTED_ONLY: &[&str] = &["ItemReader", "ItemBatcher", "ResultWriter", "Label"];

impl Reader {
    pub(super) fn map(&mut self, fields: &Fields<'_>, language: QueryLanguage) -> Option<Map> {
        let name = match (fields.has("ItemProcessor"), fields.has("Iterator")) {
            (true, false) => "ItemProcessor",
            (false, true) => "Iterator",
            (true, true) => {
                let message = "Only one of these fields is allowed: [ItemProcessor, Iterator]".to_owned();
                self.refuse(Some(fields.here()), message);
                return None;
            }
            (false, false) => {
                self.require(fields, &["ItemProcessor"]);
                return None;
            }
        };
        let processor_fields = self.inside(fields, name)?;
        self.only(&processor_fields, &["Comment", "StartAt", "States", "ProcessorConfig", "QueryLanguage"]);
        let config = self.inside(&processor_fields, "ProcessorConfig");
        let is_distributed = config.as_ref().is_some_and(|config| {
            self.only(config, &["Mode", "ExecutionType"]);
            self.word(config, "Mode", &["INLINE", "DISTRIBUTED"]) == Some("DISTRIBUTED")
        });
        // Children of an express kind are held to the rules of express machines.
        let around = self.machine_type;
        let kind = config.as_ref().and_then(|config| config.get("ExecutionType"));
        if is_distributed && kind.is_some_and(|kind| kind == "EXPRESS") {
            self.machine_type = MachineType::Express;
        }
        let processor = self.states(&processor_fields, is_distributed).map(Arc::new);
        self.machine_type = around;
        let mode = match is_distributed {
            true => Mode::Distributed(Box::new(self.distributed(fields, config.as_ref(), language))),
            false => {
                for name in DISTRIBUTED_ONLY.iter().filter(|name| fields.has(name)) {
                    let message = "Field is not supported in a Map state of mode INLINE".to_owned();
                    self.refuse(Some(fields.at(name)), message);
                }
                Mode::Inline
            }
        };
        let items = match language {
            QueryLanguage::JsonPath => match fields.has("ItemsPath") {
                true => self.path(fields, "ItemsPath").map_or(Items::Input, Items::Path),
                false => Items::Input,
            },
            QueryLanguage::Jsonata => match fields.get("Items") {
                Some(Value::String(_) | Value::Array(_) | Value::Object(_)) => {
                    self.template(fields, "Items", language).map_or(Items::Input, Items::Template)
                }
                Some(_) => self.expected(fields, "Items", "Array").unwrap_or(Items::Input),
                None => Items::Input,
            },
        };
        if fields.has("Parameters") && fields.has("ItemSelector") {
            let message = "Only one of these fields is allowed: [ItemSelector, Parameters]".to_owned();
            self.refuse(Some(fields.here()), message);
        }
        let selector = match fields.has("ItemSelector") {
            true => self.template(fields, "ItemSelector", language),
            false => self.template(fields, "Parameters", language),
        };
        let max_concurrency = self.whole_field(fields, "MaxConcurrency", language, 0);
        Some(Map { processor: processor?, mode, items, selector, max_concurrency })
    }

    fn distributed(
        &mut self,
        fields: &Fields<'_>,
        config: Option<&Fields<'_>>,
        language: QueryLanguage,
    ) -> Distributed {
        if self.machine_type == MachineType::Express {
            let message = "Express state machine does not support Map state in DISTRIBUTED mode".to_owned();
            self.refuse(Some(fields.here()), message);
        }
        let mut express = false;
        if let Some(config) = config {
            self.require(config, &["ExecutionType"]);
            express = self.word(config, "ExecutionType", &["STANDARD", "EXPRESS"]) == Some("EXPRESS");
        }
        Distributed {
            express,
            label: self.label(fields),
            reader: self.item_reader(fields, language),
            batcher: self.batcher(fields, language),
            writer: self.writer(fields, language),
            tolerated_count: self.whole_field(fields, "ToleratedFailureCount", language, 0),
            tolerated_percentage: self.percentage(fields, language),
        }
    }

    fn percentage(&mut self, fields: &Fields<'_>, language: QueryLanguage) -> Option<Field<f64>> {
        let field = self.number_field(fields, "ToleratedFailurePercentage", language);
        if let Some(Field::Fixed(percentage)) = &field
            && !(0.0..=100.0).contains(percentage)
        {
            let message = "Value must be between 0 and 100".to_owned();
            self.refuse(Some(fields.at("ToleratedFailurePercentage")), message);
        }
        field
    }

    fn label(&mut self, fields: &Fields<'_>) -> Option<Arc<str>> {
        let label = self.name(fields, "Label")?;
        let is_refused = |character: &char| {
            character.is_whitespace()
                || character.is_control()
                || "?*<>{}[]\"#%\\^|~`$&,;:/".contains(*character)
        };
        if label.chars().count() > 40 {
            self.refuse(Some(fields.at("Label")), "Label cannot exceed 40 characters".to_owned());
        } else if let Some(character) = label.chars().find(is_refused) {
            let message = format!(
                "Label {} contains invalid character: {}",
                label.escape_default(),
                character.escape_default()
            );
            self.refuse(Some(fields.at("Label")), message);
        }
        Some(Arc::from(label))
    }

    fn item_reader(&mut self, fields: &Fields<'_>, language: QueryLanguage) -> Option<ItemReader> {
        let reader = self.inside(fields, "ItemReader")?;
        let arguments = if language == QueryLanguage::Jsonata { "Arguments" } else { "Parameters" };
        self.only(&reader, &["Resource", arguments, "ReaderConfig", "Comment"]);
        self.require(&reader, &["Resource"]);
        let resource = self.text(&reader, "Resource").unwrap_or_default();
        let listing = resource.ends_with(":s3:listObjectsV2");
        if !listing && !resource.ends_with(":s3:getObject") && reader.has("Resource") {
            let message = "The resource of an ItemReader must be s3:getObject or s3:listObjectsV2".to_owned();
            self.refuse(Some(reader.at("Resource")), message);
        }
        let arguments = self.template_as(&reader, arguments, language, "ItemReader/Arguments");
        let mut format = Format::Json;
        let mut max_items = None;
        let mut items_pointer = None;
        let mut flattens = false;
        if let Some(config) = self.inside(&reader, "ReaderConfig") {
            format = self.format(&config);
            max_items = self.whole_field(&config, "MaxItems", language, 0);
            items_pointer = self.text(&config, "ItemsPointer").map(str::to_owned);
            flattens = self.word(&config, "Transformation", &["NONE", "LOAD_AND_FLATTEN"])
                == Some("LOAD_AND_FLATTEN");
        }
        Some(ItemReader { listing, arguments, format, max_items, items_pointer, flattens })
    }

    fn format(&mut self, config: &Fields<'_>) -> Format {
        const KNOWN: &[&str] = &[
            "InputType",
            "CSVHeaderLocation",
            "CSVHeaders",
            "CSVDelimiter",
            "MaxItems",
            "MaxItemsPath",
            "ItemsPointer",
            "ManifestType",
            "Transformation",
        ];
        self.only(config, KNOWN);
        match self.word(config, "InputType", &["CSV", "JSON", "JSONL", "MANIFEST", "PARQUET"]) {
            Some("CSV") => {
                Format::Csv { headers: self.csv_headers(config), delimiter: self.delimiter(config) }
            }
            Some("JSONL") => Format::Jsonl,
            Some("MANIFEST") => Format::Manifest,
            Some("PARQUET") => Format::Parquet,
            _ => Format::Json,
        }
    }

    fn csv_headers(&mut self, config: &Fields<'_>) -> Option<Vec<String>> {
        self.require(config, &["CSVHeaderLocation"]);
        if self.word(config, "CSVHeaderLocation", &["FIRST_ROW", "GIVEN"])? != "GIVEN" {
            return None;
        }
        self.require(config, &["CSVHeaders"]);
        let headers = self.list(config, "CSVHeaders")?;
        let texts: Option<Vec<String>> =
            headers.iter().map(|header| header.as_str().map(str::to_owned)).collect();
        match texts {
            Some(texts) => Some(texts),
            None => self.expected(config, "CSVHeaders", "String"),
        }
    }

    fn delimiter(&mut self, config: &Fields<'_>) -> u8 {
        match self.word(config, "CSVDelimiter", &["COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"]) {
            Some("PIPE") => b'|',
            Some("SEMICOLON") => b';',
            Some("SPACE") => b' ',
            Some("TAB") => b'\t',
            _ => b',',
        }
    }

    fn batcher(&mut self, fields: &Fields<'_>, language: QueryLanguage) -> Option<Batcher> {
        let batcher = self.inside(fields, "ItemBatcher")?;
        self.only(
            &batcher,
            &[
                "MaxItemsPerBatch",
                "MaxItemsPerBatchPath",
                "MaxInputBytesPerBatch",
                "MaxInputBytesPerBatchPath",
                "BatchInput",
            ],
        );
        let max_items = self.whole_field(&batcher, "MaxItemsPerBatch", language, 1);
        let max_bytes = self.whole_field(&batcher, "MaxInputBytesPerBatch", language, 1);
        if matches!(max_bytes, Some(Field::Fixed(most)) if most > PAYLOAD_LIMIT as u64) {
            let message = format!("Maximum value is {PAYLOAD_LIMIT}");
            self.refuse(Some(batcher.at("MaxInputBytesPerBatch")), message);
        }
        if max_items.is_none() && max_bytes.is_none() {
            let message =
                "At least one of these fields is required: [MaxItemsPerBatch, MaxInputBytesPerBatch]";
            self.refuse(Some(batcher.here()), message.to_owned());
        }
        Some(Batcher {
            max_items,
            max_bytes,
            input: self.template_as(&batcher, "BatchInput", language, "ItemBatcher/BatchInput"),
        })
    }

    fn writer(&mut self, fields: &Fields<'_>, language: QueryLanguage) -> Option<Writer> {
        let writer = self.inside(fields, "ResultWriter")?;
        let arguments = if language == QueryLanguage::Jsonata { "Arguments" } else { "Parameters" };
        self.only(&writer, &["Resource", arguments, "WriterConfig"]);
        let mut transformation = Transformation::None;
        let mut jsonl = false;
        if let Some(config) = self.inside(&writer, "WriterConfig") {
            self.only(&config, &["Transformation", "OutputType"]);
            transformation = match self.word(&config, "Transformation", &["NONE", "COMPACT", "FLATTEN"]) {
                Some("COMPACT") => Transformation::Compact,
                Some("FLATTEN") => Transformation::Flatten,
                _ => Transformation::None,
            };
            jsonl = self.word(&config, "OutputType", &["JSON", "JSONL"]) == Some("JSONL");
        }
        let arguments = self.template_as(&writer, arguments, language, "ResultWriter/Arguments");
        Some(Writer { arguments, transformation, jsonl })
    }
}
