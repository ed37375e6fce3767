//! The school's settings: every default of specification section 1.
//!
//! [`Settings::default`] has the values of the column "Default in code",
//! [`Settings::reference`] those of the acceptance scenarios. Settings are
//! changed by name and text with [`Settings::with`], which refuses nonsense
//! with one clear error per value. Credentials and passwords are no settings:
//! they live in the secret store, and the first administrator never gets a
//! password from here.

mod check;
mod names;

use calendar::Weekday;

use crate::term::DayShift;

pub use check::SettingError;

/// Weeks a term, a skip or a break may have at most: ten years.
pub const MAX_WEEKS: u16 = 520;

/// Defaults and limits of a school. Dates follow from weeks and days, money is
/// in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `DEFAULT_KEY_DAY`: the weekday of a new offer, and of the very first
    /// key date.
    pub key_day: Weekday,
    /// `DEFAULT_MAX_DAY_SHIFT`, days: how far other class days lie from the
    /// key day.
    pub max_day_shift: DayShift,
    /// `DEFAULT_SESSION_WEEKS`: class weeks of a new term and subject.
    pub term_weeks: u16,
    /// `SESSION_LOW_WEEKS`, when set; see [`Settings::low_weeks`].
    pub low_weeks_set: Option<u16>,
    /// `SESSION_MAX_WEEKS`, when set; see [`Settings::max_weeks`].
    pub max_weeks_set: Option<u16>,
    /// `SESSION_MAX_SKIP`, when set; see [`Settings::max_skip`].
    pub max_skip_set: Option<u16>,
    /// `DEFAULT_SESSION_EXPIRE`, days after the first class.
    pub expire_days: u16,
    /// `SHORT_SESSION_EXPIRE`, days after the first class of a short term.
    pub short_expire_days: u16,
    /// `DEFAULT_CLASS_MINUTES`.
    pub class_minutes: u16,
    /// `DEFAULT_CLASS_PRICE`, the full price in minor units.
    pub class_price_minor: i64,
    /// `DEFAULT_PRE_DISCOUNT`, minor units.
    pub pre_pay_discount_minor: i64,
    /// `MULTI_DISCOUNT`, minor units.
    pub multi_discount_minor: i64,
    /// `COMMON_LEVELS_COUNT`: the first levels, whose labels omit the title.
    pub common_levels: u8,
    /// `ASSUME_CLASS_APPROVE`: whether a new offer is approved.
    pub assume_class_approve: bool,
    /// What concerns the site rather than the rules.
    pub site: Site,
}

/// Settings of the site around the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// `BUSINESS_NAME`.
    pub business_name: String,
    /// `TIME_ZONE`, IANA name: what "today" is measured in.
    pub time_zone: String,
    /// `LANGUAGE_CODE`, BCP 47.
    pub language: String,
    /// `DEFAULT_CITY`.
    pub city: String,
    /// `DEFAULT_COUNTRY_AREA_STATE`.
    pub state: String,
    /// `DEFAULT_POSTCODE`.
    pub postcode: String,
    /// `DEFAULT_COUNTRY`, ISO 3166-1 alpha-2.
    pub country: String,
    /// The order of the country picker.
    pub countries: CountryPicker,
    /// Who is made administrator when a school begins, if anybody.
    pub first_admin: Option<FirstAdmin>,
    /// Who receives and sends staff mail.
    pub staff_mail: StaffMail,
    /// The pace of bulk mail.
    pub mail_pace: MailPace,
}

/// `COUNTRIES_*`: the order of the country picker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountryPicker {
    /// `COUNTRIES_FIRST`, ISO 3166-1 alpha-2; empty means the default country.
    pub first: Vec<String>,
    /// `COUNTRIES_SORT`: whether the first ones are sorted by name.
    pub sort: bool,
    /// `COUNTRIES_REPEAT`: whether the first ones come again in the list.
    pub repeat: bool,
    /// `COUNTRIES_BREAK`: the text between the first ones and the others.
    pub break_label: String,
}

/// `SUPERUSER_*` without a password: it is set by the person, through a link.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FirstAdmin {
    /// `SUPERUSER_FIRST_NAME`.
    pub first_name: String,
    /// `SUPERUSER_LAST_NAME`.
    pub last_name: String,
    /// `SUPERUSER_EMAIL`; empty means the first admin mail identity.
    pub email: String,
}

/// `EMAIL_*` and `STAFF_EMAIL_DOMAIN`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMail {
    /// `EMAIL_ADMIN_ID`: local parts of the administrators' addresses.
    pub admin_ids: Vec<String>,
    /// `EMAIL_MANAGER_ID`: local parts of the managers' addresses.
    pub manager_ids: Vec<String>,
    /// `STAFF_EMAIL_DOMAIN`.
    pub domain: String,
    /// `EMAIL_ADMIN_ARE_MANAGERS`.
    pub admins_are_managers: bool,
    /// `EMAIL_DEFAULT_FROM`, a local part; empty means the first admin.
    pub default_from: String,
    /// `EMAIL_ADMIN_PREFIX`, before the subject of mail to administrators.
    pub subject_prefix: String,
}

/// The pace of bulk mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailPace {
    /// `MAIL_PAUSE_MILLISECONDS`, after each mail.
    pub pause_milliseconds: u32,
    /// `MAIL_BATCH_SECONDS`, between batches.
    pub batch_seconds: u32,
    /// `MAIL_BATCH_SIZE`, mails.
    pub batch_size: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            key_day: Weekday::Thursday,
            max_day_shift: DayShift::DEFAULT,
            term_weeks: 5,
            low_weeks_set: None,
            max_weeks_set: None,
            max_skip_set: None,
            expire_days: 8,
            short_expire_days: 2,
            class_minutes: 60,
            class_price_minor: 0,
            pre_pay_discount_minor: 0,
            multi_discount_minor: 0,
            common_levels: 2,
            assume_class_approve: false,
            site: Site::default(),
        }
    }
}

impl Default for Site {
    fn default() -> Self {
        Self {
            business_name: "School Site".to_owned(),
            time_zone: "America/Los_Angeles".to_owned(),
            language: "en-us".to_owned(),
            city: String::new(),
            state: "WA".to_owned(),
            postcode: String::new(),
            country: "US".to_owned(),
            countries: CountryPicker {
                first: Vec::new(),
                sort: false,
                repeat: true,
                break_label: "(Select Country)".to_owned(),
            },
            first_admin: None,
            staff_mail: StaffMail {
                admin_ids: vec!["webmaster".to_owned()],
                manager_ids: Vec::new(),
                domain: "localhost".to_owned(),
                admins_are_managers: false,
                default_from: String::new(),
                subject_prefix: "School".to_owned(),
            },
            mail_pace: MailPace { pause_milliseconds: 100, batch_seconds: 60, batch_size: 100 },
        }
    }
}

impl Settings {
    /// The configuration of the acceptance scenarios: the defaults with prices
    /// 70.00, 5.00 and 10.00.
    #[must_use]
    pub fn reference() -> Self {
        Self {
            class_price_minor: 7000,
            pre_pay_discount_minor: 500,
            multi_discount_minor: 1000,
            ..Self::default()
        }
    }

    /// Terms with fewer weeks than this are no base for the dates of others.
    /// Unless set: `1 + term_weeks div 2` (section 1).
    #[must_use]
    pub fn low_weeks(&self) -> u16 {
        self.low_weeks_set.unwrap_or(1 + self.term_weeks / 2)
    }

    /// Weeks of the longest term. Unless set: `term_weeks + low_weeks - 1`.
    #[must_use]
    pub fn max_weeks(&self) -> u16 {
        let usual = self.term_weeks.saturating_add(self.low_weeks());
        self.max_weeks_set.unwrap_or(usual.saturating_sub(1))
    }

    /// The most weeks a term may skip. Unless set: `low_weeks - 1`.
    #[must_use]
    pub fn max_skip(&self) -> u16 {
        self.max_skip_set.unwrap_or(self.low_weeks().saturating_sub(1))
    }

    /// Whether a term of `weeks` expires after the longer time and counts as
    /// "next" of an earlier one: strictly more than [`Settings::low_weeks`].
    ///
    /// The strict comparison is the original's (3.7: "keep for
    /// compatibility"; scenarios 7 and 8 rest on it).
    #[must_use]
    pub fn is_full(&self, weeks: u16) -> bool {
        weeks > self.low_weeks()
    }

    /// Whether a term of `weeks` may be the base of another's dates: not fewer
    /// than [`Settings::low_weeks`] (3.3, 3.7).
    #[must_use]
    pub fn is_base(&self, weeks: u16) -> bool {
        weeks >= self.low_weeks()
    }
}
