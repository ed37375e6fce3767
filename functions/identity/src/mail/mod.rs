//! Mails: how they are worded. `store::mail` says what may be asked for.
//!
//! Templates are text and HTML beside this file. HTML escapes everything that comes from a record.

use minijinja::{AutoEscape, Environment, Value, context};
use store::mail::{HostDecision, SecondFactorNews};
use store::site::Site;

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

/// What the mail about an application tells.
#[derive(Clone, Copy, Debug)]
pub struct DecisionLetter<'a> {
    /// In whose words.
    pub site: &'a Site,
    /// The applicant's name.
    pub person: &'a str,
    /// What was decided.
    pub decision: HostDecision,
    /// Why; empty for an accepted application.
    pub reason: &'a str,
    /// Where to go on.
    pub link: &'a str,
}

/// What the mail about a second factor tells.
#[derive(Clone, Copy, Debug)]
pub struct NewsLetter<'a> {
    /// In whose words.
    pub site: &'a Site,
    /// The person's name.
    pub person: &'a str,
    /// What happened.
    pub news: SecondFactorNews,
    /// The account page.
    pub link: &'a str,
}

/// Writes the sign-in mail.
///
/// # Errors
/// When a template is broken (a test renders them).
pub fn sign_in_letter(letter: &SignInLetter<'_>) -> Result<Letter, minijinja::Error> {
    let values = context! {
        subject => format!("Sign in to {}", letter.site.name),
        button => "Sign in", code => letter.code, link => letter.link, minutes => letter.minutes,
    };
    write(
        letter.site,
        &values,
        [
            ("sign_in.txt", include_str!("sign_in.txt")),
            ("sign_in.html", include_str!("sign_in.html")),
        ],
    )
}

/// Writes the mail about an application.
///
/// # Errors
/// When a template is broken (a test renders them).
pub fn decision_letter(letter: &DecisionLetter<'_>) -> Result<Letter, minijinja::Error> {
    let name = &letter.site.name;
    let (decision, subject, button) = match letter.decision {
        HostDecision::Verified => {
            ("verified", format!("You are verified at {name}"), "Set your rates")
        }
        HostDecision::Rejected => {
            ("rejected", format!("Your application at {name}"), "Apply again")
        }
        HostDecision::Removed => ("removed", format!("Your profile at {name}"), "Apply again"),
    };
    let values = context! {
        subject, button, decision, person => letter.person, reason => letter.reason,
        link => letter.link, hosts => letter.site.words.hosts.to_lowercase(),
    };
    write(
        letter.site,
        &values,
        [
            ("host_decision.txt", include_str!("host_decision.txt")),
            ("host_decision.html", include_str!("host_decision.html")),
        ],
    )
}

/// Writes the mail about a second factor.
///
/// # Errors
/// When a template is broken (a test renders them).
pub fn news_letter(letter: &NewsLetter<'_>) -> Result<Letter, minijinja::Error> {
    let name = &letter.site.name;
    let what = match letter.news {
        SecondFactorNews::TurnedOn => format!(
            "Two-step sign-in was turned on for your account at {name}. From now on signing in takes a code of your authenticator, or a recovery code."
        ),
        SecondFactorNews::TurnedOff => format!(
            "Two-step sign-in was turned off for your account at {name}. From now on a mail is enough to sign in."
        ),
        SecondFactorNews::Removed => format!(
            "An admin removed the second step from your account at {name} and signed you out everywhere. Sign in by mail, and set it up anew on your account page."
        ),
        SecondFactorNews::RecoveryCodeUsed { left } => format!(
            "A recovery code was used to sign in to your account at {name}. Recovery codes left: {left}."
        ),
        SecondFactorNews::RecoveryCodesRenewed => format!(
            "New recovery codes were made for your account at {name}. Those before no longer work."
        ),
    };
    let values = context! {
        subject => format!("Two-step sign-in at {name}"), button => "Your account", what,
        person => letter.person, link => letter.link, contact => &letter.site.contact_email,
    };
    write(
        letter.site,
        &values,
        [
            ("second_factor.txt", include_str!("second_factor.txt")),
            ("second_factor.html", include_str!("second_factor.html")),
        ],
    )
}

/// Fills in a text and an HTML template, which stands in the frame of all mails; `values` has the subject, the link and
/// what its button says.
fn write(
    site: &Site,
    values: &Value,
    [text, html]: [(&str, &str); 2],
) -> Result<Letter, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|name| {
        if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None }
    });
    environment.add_template("frame.html", include_str!("frame.html"))?;
    let values = context! {
        name => &site.name, tagline => &site.tagline,
        accent => site.theme.light.get("accent"), on_accent => site.theme.light.get("on-accent"),
        ..values.clone()
    };
    let render = |(name, source): (&str, &str)| environment.render_named_str(name, source, &values);
    Ok(Letter {
        subject: render(("subject", "{{ subject }}"))?,
        text: render(text)?,
        html: render(html)?,
    })
}

#[cfg(test)]
mod tests {
    use super::{
        DecisionLetter, HostDecision, NewsLetter, SecondFactorNews, SignInLetter, decision_letter,
        news_letter, sign_in_letter,
    };

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
    fn every_brand_tells_each_decision_with_its_reason_and_where_to_go_on() {
        use HostDecision::{Rejected, Removed, Verified};
        for site in store::site::shipped().unwrap() {
            for (decision, reason) in
                [(Verified, ""), (Rejected, "Too short."), (Removed, "Asked to.")]
            {
                let link = "https://parlor.test/there";
                let letter = DecisionLetter { site: &site, person: "Ada", decision, reason, link };
                let letter = decision_letter(&letter).unwrap();
                assert!(letter.subject.contains(&site.name));
                for part in [&letter.text, &letter.html] {
                    assert!(part.contains("Hello Ada,") && part.contains(reason), "{part}");
                }
                assert!(
                    letter.text.contains(link) && !letter.text.contains("{%"),
                    "{}",
                    letter.text
                );
                assert_eq!(letter.text.contains("the reason"), decision != Verified);
            }
        }
    }

    #[test]
    fn every_brand_tells_what_became_of_a_second_factor() {
        use SecondFactorNews::{
            RecoveryCodeUsed, RecoveryCodesRenewed, Removed, TurnedOff, TurnedOn,
        };
        for site in store::site::shipped().unwrap() {
            for (news, told) in [
                (TurnedOn, "turned on"),
                (TurnedOff, "turned off"),
                (Removed, "An admin removed"),
                (RecoveryCodeUsed { left: 9 }, "left: 9"),
                (RecoveryCodesRenewed, "New recovery codes"),
            ] {
                let link = "https://parlor.test/account";
                let letter = NewsLetter { site: &site, person: "Ada", news, link };
                let letter = news_letter(&letter).unwrap();
                assert!(letter.subject.contains(&site.name));
                for part in [&letter.text, &letter.html] {
                    assert!(part.contains("Hello Ada,") && part.contains(told), "{part}");
                }
                assert!(letter.text.contains(link) && !letter.text.contains("{%"));
            }
        }
    }

    #[test]
    fn nothing_from_a_record_brings_markup_into_the_mail() {
        let mut site = store::site::shipped().unwrap().remove(0);
        site.name = "<script>x</script>".to_owned();
        let letter = SignInLetter { site: &site, code: "012345", link: "https://x", minutes: 10 };
        assert!(!sign_in_letter(&letter).unwrap().html.contains("<script>"));
        let (person, reason) = ("<script>y", "<script>z");
        let decision = HostDecision::Rejected;
        let letter = DecisionLetter { site: &site, person, decision, reason, link: "https://x" };
        let letter = decision_letter(&letter).unwrap();
        assert!(!letter.html.contains("<script>"));
        assert!(letter.text.contains(reason), "text is not escaped");
    }
}
