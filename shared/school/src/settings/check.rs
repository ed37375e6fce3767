//! What makes settings as a whole sensible.
//!
//! [`Settings::with`] checks after every change; a caller that fills the
//! fields itself asks [`Settings::faults`].

use std::fmt::Display;

use calendar::Zone;

use super::{MAX_WEEKS, Settings, Site};
use crate::money::{self, MAX_AMOUNT_MINOR};

/// A setting that cannot be, and the rule it breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} = {value:?}: {rule}")]
pub struct SettingError {
    /// The name as section 1 gives it.
    pub name: String,
    /// The value refused.
    pub value: String,
    /// What the value must be.
    pub rule: String,
}

impl SettingError {
    pub(super) fn new(name: &str, value: impl Display, rule: impl Into<String>) -> Self {
        Self { name: name.to_owned(), value: value.to_string(), rule: rule.into() }
    }
}

impl Settings {
    /// Everything that is wrong with these settings; empty when they are
    /// sensible. [`Settings::default`] is.
    #[must_use]
    pub fn faults(&self) -> Vec<SettingError> {
        let mut faults = self.week_faults();
        faults.extend(self.expire_faults());
        faults.extend(self.price_faults());
        faults.extend(self.site.faults());
        if self.common_levels > 8 {
            let rule = "there are eight levels";
            faults.push(SettingError::new("COMMON_LEVELS_COUNT", self.common_levels, rule));
        }
        if !(1..=1440).contains(&self.class_minutes) {
            let rule = "a class has 1 to 1440 minutes";
            faults.push(SettingError::new("DEFAULT_CLASS_MINUTES", self.class_minutes, rule));
        }
        faults
    }

    fn week_faults(&self) -> Vec<SettingError> {
        let mut faults = Vec::new();
        let mut must = |holds: bool, name: &str, value: u16, rule: &str| {
            if !holds {
                faults.push(SettingError::new(name, value, rule));
            }
        };
        let (usual, low, max) = (self.term_weeks, self.low_weeks(), self.max_weeks());
        must(
            (1..=MAX_WEEKS).contains(&usual),
            "DEFAULT_SESSION_WEEKS",
            usual,
            "a term has 1 to 520 weeks",
        );
        must(
            (1..=usual).contains(&low),
            "SESSION_LOW_WEEKS",
            low,
            "must be at least 1 and not more than DEFAULT_SESSION_WEEKS, or a usual term would count as short",
        );
        must(
            (usual..=2 * MAX_WEEKS).contains(&max),
            "SESSION_MAX_WEEKS",
            max,
            "must not be less than DEFAULT_SESSION_WEEKS",
        );
        must(
            self.max_skip() <= MAX_WEEKS,
            "SESSION_MAX_SKIP",
            self.max_skip(),
            "must not be more than 520 weeks",
        );
        faults
    }

    /// `short <= normal` and `normal - short <= 7 * low_weeks`: with these two
    /// a term dated by default is always published before it expires, however
    /// its neighbours are shifted.
    fn expire_faults(&self) -> Vec<SettingError> {
        let (normal, short) = (self.expire_days, self.short_expire_days);
        let mut faults = Vec::new();
        if short > normal {
            faults.push(SettingError::new(
                "SHORT_SESSION_EXPIRE",
                short,
                "must not be more than DEFAULT_SESSION_EXPIRE",
            ));
        } else if u32::from(normal - short) > 7 * u32::from(self.low_weeks()) {
            faults.push(SettingError::new(
                "DEFAULT_SESSION_EXPIRE",
                normal,
                "must not be more than SHORT_SESSION_EXPIRE plus 7 times SESSION_LOW_WEEKS, \
                 or a term could expire before it is published",
            ));
        }
        faults
    }

    fn price_faults(&self) -> Vec<SettingError> {
        let (price, pre) = (self.class_price_minor, self.pre_pay_discount_minor);
        let named = [
            ("DEFAULT_CLASS_PRICE", price),
            ("DEFAULT_PRE_DISCOUNT", pre),
            ("MULTI_DISCOUNT", self.multi_discount_minor),
        ];
        let mut faults: Vec<_> = named
            .into_iter()
            .filter(|(_, minor)| !(0..=MAX_AMOUNT_MINOR).contains(minor))
            .map(|(name, minor)| {
                let rule = "must be between 0.00 and 10000000.00";
                SettingError::new(name, money::format_minor(minor), rule)
            })
            .collect();
        for (name, discount) in &named[1..] {
            if faults.is_empty() && *discount > price {
                let rule = "must not be more than DEFAULT_CLASS_PRICE";
                faults.push(SettingError::new(name, money::format_minor(*discount), rule));
            }
        }
        faults
    }
}

impl Site {
    fn faults(&self) -> Vec<SettingError> {
        let mut faults = Vec::new();
        let mut must = |holds: bool, name: &str, value: &str, rule: &str| {
            if !holds {
                faults.push(SettingError::new(name, value, rule));
            }
        };
        must(
            !self.business_name.is_empty() && self.business_name.len() <= 200,
            "BUSINESS_NAME",
            &self.business_name,
            "must have 1 to 200 characters",
        );
        must(
            Zone::named(&self.time_zone).is_ok(),
            "TIME_ZONE",
            &self.time_zone,
            "must be a zone of the IANA database, such as America/Los_Angeles",
        );
        must(
            is_language(&self.language),
            "LANGUAGE_CODE",
            &self.language,
            "must be a language tag such as en-us",
        );
        must(
            self.postcode.len() <= 15,
            "DEFAULT_POSTCODE",
            &self.postcode,
            "must have at most 15 characters",
        );
        must(
            is_country(&self.country),
            "DEFAULT_COUNTRY",
            &self.country,
            "must be a country code of two capital letters",
        );
        for country in &self.countries.first {
            must(
                is_country(country),
                "COUNTRIES_FIRST",
                country,
                "must be country codes of two capital letters",
            );
        }
        faults.extend(self.mail_faults());
        faults
    }

    fn mail_faults(&self) -> Vec<SettingError> {
        let mail = &self.staff_mail;
        let mut faults = Vec::new();
        let mut must = |holds: bool, name: &str, value: &str, rule: &str| {
            if !holds {
                faults.push(SettingError::new(name, value, rule));
            }
        };
        let local = "must be the part of an address before the @";
        must(
            !mail.admin_ids.is_empty(),
            "EMAIL_ADMIN_ID",
            "",
            "must name at least one administrator",
        );
        for id in &mail.admin_ids {
            must(is_local_part(id), "EMAIL_ADMIN_ID", id, local);
        }
        for id in &mail.manager_ids {
            must(is_local_part(id), "EMAIL_MANAGER_ID", id, local);
        }
        let from = &mail.default_from;
        must(from.is_empty() || is_local_part(from), "EMAIL_DEFAULT_FROM", from, local);
        must(
            is_local_part(&mail.domain),
            "STAFF_EMAIL_DOMAIN",
            &mail.domain,
            "must be the part of an address after the @",
        );
        must(
            self.mail_pace.batch_size > 0,
            "MAIL_BATCH_SIZE",
            "0",
            "a batch has at least one mail",
        );
        faults
    }
}

fn is_country(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn is_language(tag: &str) -> bool {
    let parts: Vec<&str> = tag.split('-').collect();
    let word = |part: &&str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    parts.iter().all(word) && (2..=3).contains(&parts[0].len())
}

fn is_local_part(text: &str) -> bool {
    let forbidden = |c: char| c == '@' || c == ',' || c.is_whitespace() || c.is_control();
    (1..=64).contains(&text.len()) && !text.contains(forbidden)
}
