//! Settings by the names of section 1, as a template or an environment gives
//! them: text in, typed values or a clear error out.

use calendar::weekday;

use super::check::SettingError;
use super::{FirstAdmin, MAX_WEEKS, Settings, Site};
use crate::money;
use crate::term::DayShift;

/// What a setter says when the text is no value of its kind.
type Refusal = String;

impl Settings {
    /// These settings with the named ones replaced, then checked as a whole.
    ///
    /// # Errors
    /// One [`SettingError`] per unknown name, nonsense value or contradiction.
    pub fn with<'a, I>(&self, pairs: I) -> Result<Self, Vec<SettingError>>
    where
        I: IntoIterator<Item = (&'a str, &'a str)>,
    {
        let settings = self.replace(pairs)?;
        let faults = settings.faults();
        if faults.is_empty() { Ok(settings) } else { Err(faults) }
    }

    /// These settings with the named ones replaced, each checked by itself but
    /// not against the others; [`Settings::faults`] has the contradictions.
    ///
    /// # Errors
    /// One [`SettingError`] per unknown name or nonsense value.
    pub fn replace<'a, I>(&self, pairs: I) -> Result<Self, Vec<SettingError>>
    where
        I: IntoIterator<Item = (&'a str, &'a str)>,
    {
        let mut settings = self.clone();
        let mut errors = Vec::new();
        for (name, value) in pairs {
            if let Err(rule) = settings.set(name, value.trim()) {
                errors.push(SettingError::new(name, value, rule));
            }
        }
        if errors.is_empty() { Ok(settings) } else { Err(errors) }
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        match name {
            "DEFAULT_KEY_DAY" => {
                let number = whole(value, 0, 6, "the weekday, Monday = 0 to Sunday = 6")?;
                self.key_day = weekday::from_number(number).unwrap_or(self.key_day);
            }
            "DEFAULT_MAX_DAY_SHIFT" => {
                let days = whole(value, -6, 6, "days before or after the key day")?;
                self.max_day_shift = DayShift::new(days).map_err(|error| error.to_string())?;
            }
            "DEFAULT_SESSION_WEEKS" => self.term_weeks = weeks(value, 1)?,
            "SESSION_LOW_WEEKS" | "SESSION_MINIMUM_WEEKS" => {
                self.low_weeks_set = Some(weeks(value, 1)?);
            }
            "SESSION_MAX_WEEKS" => self.max_weeks_set = Some(weeks(value, 1)?),
            "SESSION_MAX_SKIP" => self.max_skip_set = Some(weeks(value, 0)?),
            "DEFAULT_SESSION_EXPIRE" => self.expire_days = days(value)?,
            "SHORT_SESSION_EXPIRE" => self.short_expire_days = days(value)?,
            "DEFAULT_CLASS_MINUTES" => {
                self.class_minutes = narrow(whole(value, 1, 1440, "minutes of one day")?);
            }
            "DEFAULT_CLASS_PRICE" => self.class_price_minor = amount(value)?,
            "DEFAULT_PRE_DISCOUNT" => self.pre_pay_discount_minor = amount(value)?,
            "MULTI_DISCOUNT" => self.multi_discount_minor = amount(value)?,
            "COMMON_LEVELS_COUNT" => {
                let count = whole(value, 0, 8, "how many of the eight levels always run")?;
                self.common_levels = u8::try_from(count).unwrap_or_default();
            }
            "ASSUME_CLASS_APPROVE" => self.assume_class_approve = yes_or_no(value)?,
            _ => return self.site.set(name, value),
        }
        Ok(())
    }
}

impl Site {
    fn set(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        let mail = &mut self.staff_mail;
        let text = || value.to_owned();
        match name {
            "BUSINESS_NAME" => self.business_name = text(),
            "TIME_ZONE" => self.time_zone = text(),
            "LANGUAGE_CODE" => self.language = text(),
            "DEFAULT_CITY" => self.city = text(),
            "DEFAULT_COUNTRY_AREA_STATE" => self.state = text(),
            "DEFAULT_POSTCODE" => self.postcode = text(),
            "DEFAULT_COUNTRY" => self.country = text(),
            "COUNTRIES_FIRST" => self.countries.first = list(value),
            "COUNTRIES_SORT" => self.countries.sort = yes_or_no(value)?,
            "COUNTRIES_REPEAT" => self.countries.repeat = yes_or_no(value)?,
            "COUNTRIES_BREAK" => self.countries.break_label = text(),
            "SUPERUSER_FIRST_NAME" => self.admin().first_name = text(),
            "SUPERUSER_LAST_NAME" => self.admin().last_name = text(),
            "SUPERUSER_EMAIL" => self.admin().email = text(),
            "EMAIL_ADMIN_ID" => mail.admin_ids = list(value),
            "EMAIL_MANAGER_ID" => mail.manager_ids = list(value),
            "STAFF_EMAIL_DOMAIN" => mail.domain = text(),
            "EMAIL_ADMIN_ARE_MANAGERS" => mail.admins_are_managers = yes_or_no(value)?,
            "EMAIL_DEFAULT_FROM" => mail.default_from = text(),
            "EMAIL_ADMIN_PREFIX" => mail.subject_prefix = text(),
            "MAIL_PAUSE_MILLISECONDS" => self.mail_pace.pause_milliseconds = pace(value, 0)?,
            "MAIL_BATCH_SECONDS" => self.mail_pace.batch_seconds = pace(value, 0)?,
            "MAIL_BATCH_SIZE" => self.mail_pace.batch_size = pace(value, 1)?,
            _ => return Err("is not a setting of the school".to_owned()),
        }
        Ok(())
    }

    fn admin(&mut self) -> &mut FirstAdmin {
        self.first_admin.get_or_insert_default()
    }
}

fn whole(value: &str, least: i64, most: i64, meaning: &str) -> Result<i64, Refusal> {
    value
        .parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| format!("must be a whole number from {least} to {most}: {meaning}"))
}

fn narrow(number: i64) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

fn weeks(value: &str, least: i64) -> Result<u16, Refusal> {
    whole(value, least, i64::from(MAX_WEEKS), "weeks").map(narrow)
}

fn days(value: &str) -> Result<u16, Refusal> {
    whole(value, 0, 366, "days after the first class").map(narrow)
}

fn pace(value: &str, least: i64) -> Result<u32, Refusal> {
    let number = whole(value, least, 86_400_000, "the pace of bulk mail")?;
    Ok(u32::try_from(number).unwrap_or_default())
}

fn amount(value: &str) -> Result<i64, Refusal> {
    match money::parse_minor(value) {
        Ok(minor) if minor >= 0 => Ok(minor),
        Ok(_) => Err("must not be negative".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn yes_or_no(value: &str) -> Result<bool, Refusal> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "on" | "yes" | "1" => Ok(true),
        "false" | "off" | "no" | "0" => Ok(false),
        _ => Err("must be on or off".to_owned()),
    }
}

fn list(value: &str) -> Vec<String> {
    value.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}
