//! The results of branches, iterations and children, kept only as long as what is made of them could be passed on.

use crate::asl::Payload;
use crate::asl::definition::{QueryLanguage, ResultPath, Selector, State};
use crate::asl::payload::PAYLOAD_LIMIT;

/// Bytes of JSON that results may have together when the state takes a part of them only. A limit of this engine.
const MOST_TO_CHOOSE_FROM: usize = 16 * 1024 * 1024;

/// Results by their number.
pub(super) struct Gathered {
    results: Vec<Option<Payload>>,
    /// Of the list as JSON.
    length: usize,
    /// `None` when nothing reads the results.
    most: Option<usize>,
}

impl Gathered {
    pub fn new(state: &State) -> Self {
        let flow = &state.flow;
        let is_discarded = matches!(flow.result_path, ResultPath::Discard);
        let selects = match state.language {
            QueryLanguage::Jsonata => flow.output.is_some(),
            QueryLanguage::JsonPath => {
                flow.result_selector.is_some() || !matches!(flow.output_path, Selector::Whole)
            }
        };
        let most = match selects || state.assign.is_some() {
            true => Some(MOST_TO_CHOOSE_FROM),
            false if is_discarded => None,
            false => Some(PAYLOAD_LIMIT),
        };
        Gathered { results: Vec::new(), length: "[]".len(), most }
    }

    pub fn put(&mut self, number: usize, result: Payload) {
        let Some(most) = self.most else { return };
        let comma = usize::from(self.length > "[]".len());
        self.length = self.length.saturating_add(result.length()).saturating_add(comma);
        if self.length > most {
            self.results = Vec::new();
            return;
        }
        if number >= self.results.len() {
            self.results.resize(number + 1, None);
        }
        if let Some(place) = self.results.get_mut(number) {
            *place = Some(result);
        }
    }

    /// The results as one list, in their order; nothing when they are more than they may be.
    pub fn into_payload(self) -> Option<Payload> {
        if self.most.is_some_and(|most| self.length > most) {
            return None;
        }
        Some(Payload::new(self.results.into_iter().flatten().map(Payload::into_value).collect()))
    }
}
