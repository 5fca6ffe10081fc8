//! S3PutObjectLegalHold and S3PutObjectRetention: what Object Lock knows, for each object.

use jiff::Timestamp;
use serde::Serialize;

use crate::batch::words;
use crate::document::Slot;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct LegalHold {
    pub legal_hold: LegalHoldStatus,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct LegalHoldStatus {
    /// `ON` or `OFF`.
    pub status: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct Retention {
    pub bypass_governance_retention: Option<bool>,
    pub retention: RetentionSetting,
}

/// An empty one takes the retention away, where governance is bypassed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct RetentionSetting {
    pub retain_until_date: Option<Timestamp>,
    pub mode: Option<String>,
    pub event_hold: Option<String>,
    pub event_hold_duration: Option<EventHoldDuration>,
}

/// How long an object stays protected after its event hold is released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct EventHoldDuration {
    pub days: Option<i32>,
    pub years: Option<i32>,
}

impl LegalHold {
    pub(super) fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let status = |slot: Slot<'_, '_>| {
            let fields = slot.fields()?;
            let status = fields.need("Status").word(words::ON_OFF).unwrap_or_default();
            fields.finish();
            Some(LegalHoldStatus { status })
        };
        let hold = LegalHold { legal_hold: status(fields.need("LegalHold")).unwrap_or_default() };
        fields.finish();
        Some(hold)
    }
}

impl Retention {
    pub(super) fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let setting = fields.need("Retention");
        let retention = Retention {
            bypass_governance_retention: fields.get("BypassGovernanceRetention").boolean(),
            retention: RetentionSetting::read(&setting).unwrap_or_default(),
        };
        let bypasses = retention.bypass_governance_retention == Some(true);
        if setting.is_empty_object() && !bypasses {
            setting.fault("is empty, which takes retention away and needs BypassGovernanceRetention");
        }
        fields.finish();
        Some(retention)
    }
}

impl RetentionSetting {
    fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let (date, mode) = (fields.get("RetainUntilDate"), fields.get("Mode"));
        if date.is_given() != mode.is_given() {
            fields.fault("Mode and RetainUntilDate go together");
        }
        let setting = RetentionSetting {
            retain_until_date: date.future(),
            mode: mode.word(words::LOCK_MODES),
            event_hold: fields.get("EventHold").word(words::ON_OFF),
            event_hold_duration: EventHoldDuration::read(&fields.get("EventHoldDuration")),
        };
        fields.finish();
        Some(setting)
    }
}

impl EventHoldDuration {
    pub(super) fn read(slot: &Slot<'_, '_>) -> Option<Self> {
        let fields = slot.fields()?;
        let mut duration = EventHoldDuration::default();
        let number =
            |slot: Slot<'_, '_>, most| slot.integer(1..=most).and_then(|days| i32::try_from(days).ok());
        match fields.one_of(&["Days", "Years"]) {
            Some(("Days", slot)) => duration.days = number(slot, 36_500),
            Some((_, slot)) => duration.years = number(slot, 100),
            None => fields.fault("has neither `Days` nor `Years`"),
        }
        fields.finish();
        Some(duration)
    }
}
