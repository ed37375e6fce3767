//! Subjects: the content that is taught (section 2.2).

use crate::level::{Level, Version};
use crate::price::ClassPrice;
use crate::settings::Settings;

/// A subject, as far as the rules need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Its level.
    pub level: Level,
    /// Its version within the level.
    pub version: Version,
    /// The title.
    pub name: String,
    /// Class weeks.
    pub weeks: u16,
    /// Length of one class day, minutes.
    pub class_minutes: u32,
    /// Full price and discounts.
    pub price: ClassPrice,
}

impl Subject {
    /// A new subject with the school's defaults: Special Focus, version A,
    /// qualifying for the discount on several classes.
    #[must_use]
    pub fn new(name: impl Into<String>, settings: &Settings) -> Self {
        Self {
            level: Level::SpecialFocus,
            version: Version::A,
            name: name.into(),
            weeks: settings.term_weeks,
            class_minutes: u32::from(settings.class_minutes),
            price: ClassPrice::of_settings(settings),
        }
    }

    /// Level code and version letter, with ": title" unless the level is one
    /// of the common ones: `BegA`, `WSN: Charleston`.
    #[must_use]
    pub fn label(&self, settings: &Settings) -> String {
        let (level, version) = (self.level.code(), self.version.code());
        if self.level.is_common(settings.common_levels) {
            format!("{level}{version}")
        } else {
            format!("{level}{version}: {}", self.name)
        }
    }
}
