//! Laws of settings: any text for any name is taken or refused, never more.

use proptest::prelude::*;
use school::Settings;

use crate::support::laws;

const NAMES: [&str; 37] = [
    "DEFAULT_KEY_DAY",
    "DEFAULT_MAX_DAY_SHIFT",
    "DEFAULT_SESSION_WEEKS",
    "SESSION_LOW_WEEKS",
    "SESSION_MINIMUM_WEEKS",
    "SESSION_MAX_WEEKS",
    "SESSION_MAX_SKIP",
    "DEFAULT_SESSION_EXPIRE",
    "SHORT_SESSION_EXPIRE",
    "DEFAULT_CLASS_MINUTES",
    "DEFAULT_CLASS_PRICE",
    "DEFAULT_PRE_DISCOUNT",
    "MULTI_DISCOUNT",
    "COMMON_LEVELS_COUNT",
    "ASSUME_CLASS_APPROVE",
    "BUSINESS_NAME",
    "TIME_ZONE",
    "LANGUAGE_CODE",
    "DEFAULT_CITY",
    "DEFAULT_COUNTRY_AREA_STATE",
    "DEFAULT_POSTCODE",
    "DEFAULT_COUNTRY",
    "COUNTRIES_FIRST",
    "COUNTRIES_SORT",
    "COUNTRIES_REPEAT",
    "COUNTRIES_BREAK",
    "SUPERUSER_FIRST_NAME",
    "SUPERUSER_EMAIL",
    "EMAIL_ADMIN_ID",
    "EMAIL_MANAGER_ID",
    "STAFF_EMAIL_DOMAIN",
    "EMAIL_ADMIN_ARE_MANAGERS",
    "EMAIL_DEFAULT_FROM",
    "EMAIL_ADMIN_PREFIX",
    "MAIL_PAUSE_MILLISECONDS",
    "MAIL_BATCH_SECONDS",
    "MAIL_BATCH_SIZE",
];

proptest! {
    #![proptest_config(laws())]

    #[test]
    fn any_text_is_taken_or_refused_by_name(
        pairs in prop::collection::vec(
            (prop::sample::select(NAMES.to_vec()), "\\PC{0,12}|-?[0-9]{1,5}|(on|US|a,b)"),
            1..4,
        ),
    ) {
        let given = pairs.iter().map(|(name, value)| (*name, value.as_str()));
        match Settings::reference().with(given) {
            Ok(settings) => {
                prop_assert!(settings.faults().is_empty());
                prop_assert!(settings.low_weeks() >= 1);
                prop_assert!(settings.low_weeks() <= settings.term_weeks);
                prop_assert!(settings.term_weeks <= settings.max_weeks());
            }
            Err(errors) => {
                prop_assert!(!errors.is_empty());
                for error in errors {
                    prop_assert!(!error.name.is_empty() && !error.rule.is_empty());
                }
            }
        }
    }
}
