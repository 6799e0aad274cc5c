//! Alerts: RFC 8446 section 6.

use super::record::Record;
use super::registry::{AlertDescription, AlertLevel, ContentType};

/// An alert that is not encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Alert {
    /// Severity.
    pub level: AlertLevel,
    /// What it says.
    pub description: AlertDescription,
}

impl Alert {
    /// The alert in a record; `None` where it holds none, or an encrypted one, which is longer
    /// than two bytes.
    #[must_use]
    pub fn parse(record: &Record<'_>) -> Option<Self> {
        match (record.kind, record.fragment, record.length) {
            (ContentType::ALERT, &[level, description], 2) => Some(Self {
                level: AlertLevel(level),
                description: AlertDescription(description),
            }),
            _ => None,
        }
    }
}
