//! Mails: what may be asked for, and how it is worded.
//!
//! Templates are text and HTML beside this file. HTML escapes everything that comes from a record.

use minijinja::{AutoEscape, Environment, context};
use serde::{Deserialize, Serialize};
use store::site::Site;
use uuid::Uuid;

/// The outbox event that asks for a mail.
pub const MAIL_REQUESTED: &str = "mail.requested";

/// A mail that was asked for. What must stay secret is not in it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(tag = "mail", rename_all = "snake_case", deny_unknown_fields)]
pub enum Mail {
    /// A code and a link to sign in.
    SignIn {
        /// The address.
        to: String,
        /// The challenge that code and link are derived from.
        challenge_id: Uuid,
    },
}

/// A mail, written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The subject.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// What the sign-in mail tells.
#[derive(Clone, Copy, Debug)]
pub struct SignInLetter<'a> {
    /// In whose words.
    pub site: &'a Site,
    /// Six digits.
    pub code: &'a str,
    /// The address of the link.
    pub link: &'a str,
    /// How long they work, in minutes.
    pub minutes: i64,
}

/// Writes the sign-in mail.
///
/// # Errors
/// When a template is broken (a test renders them).
pub fn sign_in_letter(letter: &SignInLetter<'_>) -> Result<Letter, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|name| {
        if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None }
    });
    let values = context! {
        name => &letter.site.name, tagline => &letter.site.tagline,
        accent => letter.site.theme.light.get("accent"), on_accent => letter.site.theme.light.get("on-accent"),
        code => letter.code, link => letter.link, minutes => letter.minutes,
    };
    let render = |name: &str, source: &str| environment.render_named_str(name, source, &values);
    Ok(Letter {
        subject: render("sign_in.subject", "Sign in to {{ name }}")?,
        text: render("sign_in.txt", include_str!("sign_in.txt"))?,
        html: render("sign_in.html", include_str!("sign_in.html"))?,
    })
}

#[cfg(test)]
mod tests {
    use super::{SignInLetter, sign_in_letter};

    #[test]
    fn every_brand_says_its_name_the_code_and_the_link() {
        for site in store::site::shipped().unwrap() {
            let link = "https://parlor.test/sign-in/link#token=a.b";
            let letter = SignInLetter { site: &site, code: "012345", link, minutes: 10 };
            let letter = sign_in_letter(&letter).unwrap();
            assert_eq!(letter.subject, format!("Sign in to {}", site.name));
            for part in [&letter.text, &letter.html] {
                assert!(part.contains("012345") && part.contains(&site.name), "{part}");
            }
            assert!(letter.text.contains(link));
            assert!(letter.html.contains("#token&#x3d;a.b") || letter.html.contains("#token=a.b"));
        }
    }

    #[test]
    fn a_record_cannot_bring_markup_into_the_mail() {
        let mut site = store::site::shipped().unwrap().remove(0);
        site.name = "<script>x</script>".to_owned();
        let letter = SignInLetter { site: &site, code: "012345", link: "https://x", minutes: 10 };
        assert!(!sign_in_letter(&letter).unwrap().html.contains("<script>"));
    }
}
