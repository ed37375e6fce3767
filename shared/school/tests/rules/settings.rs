//! Each setting refuses nonsense with an error that names it and its rule.

use school::Settings;

#[test]
fn the_defaults_are_those_of_section_1() {
    let settings = Settings::default();
    assert!(settings.faults().is_empty());
    assert!(Settings::reference().faults().is_empty());
    let derived = (settings.low_weeks(), settings.max_weeks(), settings.max_skip());
    assert_eq!(derived, (3, 7, 2));
    let longer = settings.with([("DEFAULT_SESSION_WEEKS", "8")]).unwrap();
    let derived = (longer.low_weeks(), longer.max_weeks(), longer.max_skip());
    assert_eq!(derived, (5, 12, 4));
}

#[test]
fn each_nonsense_value_has_a_clear_error() {
    let nonsense = [
        ("DEFAULT_KEY_DAY", "7"),
        ("DEFAULT_KEY_DAY", "Thu"),
        ("DEFAULT_MAX_DAY_SHIFT", "-7"),
        ("DEFAULT_SESSION_WEEKS", "0"),
        ("DEFAULT_SESSION_WEEKS", "521"),
        ("SESSION_LOW_WEEKS", "6"),
        ("SESSION_MINIMUM_WEEKS", "-1"),
        ("SESSION_MAX_WEEKS", "4"),
        ("SESSION_MAX_SKIP", "-1"),
        ("DEFAULT_SESSION_EXPIRE", "-8"),
        ("DEFAULT_SESSION_EXPIRE", "24"),
        ("SHORT_SESSION_EXPIRE", "9"),
        ("DEFAULT_CLASS_MINUTES", "0"),
        ("DEFAULT_CLASS_PRICE", "-70.00"),
        ("DEFAULT_CLASS_PRICE", "seventy"),
        ("DEFAULT_PRE_DISCOUNT", "70.01"),
        ("MULTI_DISCOUNT", "0.001"),
        ("COMMON_LEVELS_COUNT", "9"),
        ("ASSUME_CLASS_APPROVE", "perhaps"),
        ("BUSINESS_NAME", ""),
        ("TIME_ZONE", "Mars/Base"),
        ("LANGUAGE_CODE", "e"),
        ("DEFAULT_POSTCODE", "1234567890123456"),
        ("DEFAULT_COUNTRY", "usa"),
        ("COUNTRIES_FIRST", "US,Canada"),
        ("COUNTRIES_SORT", "2"),
        ("EMAIL_ADMIN_ID", ""),
        ("EMAIL_ADMIN_ID", "web@master"),
        ("EMAIL_MANAGER_ID", "a b"),
        ("EMAIL_DEFAULT_FROM", "x@y"),
        ("STAFF_EMAIL_DOMAIN", ""),
        ("MAIL_BATCH_SIZE", "0"),
        ("MAIL_PAUSE_MILLISECONDS", "-1"),
    ];
    for (name, value) in nonsense {
        let errors = Settings::reference().with([(name, value)]).unwrap_err();
        let text = errors[0].to_string();
        let named = name.replace("MINIMUM", "LOW");
        assert!(text.starts_with(name) || text.starts_with(&named), "{text}");
        assert!(errors[0].rule.len() > 10, "{text}");
    }
}

#[test]
fn unknown_names_and_secrets_are_refused() {
    for name in ["SESSION_MAXIMUM_WEEKS", "SUPERUSER_PASS", "PAYPAL_SECRET", ""] {
        let errors = Settings::default().with([(name, "1")]).unwrap_err();
        assert_eq!(errors[0].name, name);
    }
}

#[test]
fn all_errors_come_at_once() {
    let wrong = [("DEFAULT_KEY_DAY", "9"), ("TIME_ZONE", "x"), ("DEFAULT_SESSION_WEEKS", "-5")];
    let errors = Settings::default().with(wrong).unwrap_err();
    assert_eq!(errors.len(), 2, "values first, contradictions when they can be");
    let zone = Settings::default().with([("TIME_ZONE", "x")]).unwrap_err();
    assert_eq!(zone.len(), 1);
}

#[test]
fn sensible_values_are_taken() {
    let given = [
        ("DEFAULT_KEY_DAY", "1"),
        ("DEFAULT_CLASS_PRICE", "85.50"),
        ("COUNTRIES_FIRST", "US, CA"),
        ("COUNTRIES_REPEAT", "off"),
        ("TIME_ZONE", "Europe/Berlin"),
        ("SUPERUSER_EMAIL", "root@example.com"),
        ("ASSUME_CLASS_APPROVE", "True"),
    ];
    let settings = Settings::default().with(given).unwrap();
    assert_eq!(settings.key_day, calendar::Weekday::Tuesday);
    assert_eq!(settings.class_price_minor, 8550);
    assert_eq!(settings.site.countries.first, ["US", "CA"]);
    assert!(!settings.site.countries.repeat && settings.assume_class_approve);
    assert_eq!(settings.site.first_admin.unwrap().email, "root@example.com");
}
