//! What a profile may say: lengths, characters, reserved slugs. Pure; all faults at once.
//!
//! Lengths count characters (Unicode scalar values): at most as they were sent, at least without white space at both
//! ends, which is cut off.

use std::collections::HashSet;

use serde::Deserialize;
use store::host::{HostItem, Rates, fold};
use utoipa::ToSchema;
use web::{Faults, trimmed};

/// The lowest and the highest rate of a minute, minor units (SoulSeer 2.2: 0.50 to 99.99).
pub const RATE_MINOR: std::ops::RangeInclusive<i64> = 50..=9_999;

/// Addresses that the site needs, or that would pass for the platform's own.
const RESERVED: [&str; 28] = [
    "about",
    "account",
    "admin",
    "administrator",
    "all",
    "api",
    "apply",
    "application",
    "edit",
    "help",
    "host",
    "hosts",
    "login",
    "me",
    "media",
    "new",
    "null",
    "official",
    "peer",
    "profile",
    "reader",
    "search",
    "settings",
    "sign-in",
    "support",
    "teacher",
    "undefined",
    "wallet",
];

/// Texts of a profile, checked or not yet. Absent ones are not looked at.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// 2 to 60 characters in one line.
    pub name: Option<String>,
    /// 3 to 40 of `a` to `z`, `0` to `9` and single hyphens between them.
    pub slug: Option<String>,
    /// 40 to 4,000 characters.
    pub bio: Option<String>,
    /// 1 to 12 of 2 to 30 characters each, no two the same.
    pub specialties: Option<Vec<String>>,
    /// 20 to 2,000 characters.
    pub statement: Option<String>,
}

impl Texts {
    /// The texts without white space around them, with what is wrong noted in `faults`.
    #[must_use]
    pub fn checked(mut self, faults: &mut Faults) -> Self {
        let bounded = [(&mut self.name, 60), (&mut self.bio, 4_000), (&mut self.statement, 2_000)];
        for (text, most) in bounded {
            *text = text.take().map(|text| trimmed(&text, most).to_owned());
        }
        for text in self.specialties.iter_mut().flatten() {
            *text = trimmed(text, 30).to_owned();
        }
        if let Some(name) = &self.name {
            line(faults, "/name", name, 2, 60);
        }
        if let Some(slug) = &self.slug {
            check_slug(faults, slug);
        }
        if let Some(bio) = &self.bio {
            text(faults, "/bio", bio, 40, 4_000);
        }
        if let Some(specialties) = &self.specialties {
            check_specialties(faults, specialties);
        }
        if let Some(statement) = &self.statement {
            text(faults, "/statement", statement, 20, 2_000);
        }
        self
    }

    /// Puts the texts that are given into a profile.
    pub fn put_into(&self, host: &mut HostItem) {
        let replace = |text: &Option<String>, into: &mut String| {
            if let Some(text) = text {
                text.clone_into(into);
            }
        };
        replace(&self.name, &mut host.name);
        replace(&self.slug, &mut host.slug);
        replace(&self.bio, &mut host.bio);
        replace(&self.statement, &mut host.statement);
        if let Some(specialties) = &self.specialties {
            specialties.clone_into(&mut host.specialties);
        }
    }
}

/// What a minute shall cost, in minor units: 50 to 9,999. What is absent or null is not offered.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedRates {
    /// Of text.
    #[schema(minimum = 50, maximum = 9999)]
    pub text_minor: Option<i64>,
    /// Of voice.
    #[schema(minimum = 50, maximum = 9999)]
    pub voice_minor: Option<i64>,
    /// Of video.
    #[schema(minimum = 50, maximum = 9999)]
    pub video_minor: Option<i64>,
}

impl WantedRates {
    /// The rates, with what is wrong noted in `faults`.
    pub fn checked(self, faults: &mut Faults) -> Rates {
        for (pointer, rate) in [
            ("/text_minor", self.text_minor),
            ("/voice_minor", self.voice_minor),
            ("/video_minor", self.video_minor),
        ] {
            let good = rate.is_none_or(|rate| RATE_MINOR.contains(&rate));
            faults.check(good, pointer, "A minute may cost 0.50 to 99.99.");
        }
        Rates {
            text_minor: self.text_minor,
            voice_minor: self.voice_minor,
            video_minor: self.video_minor,
        }
    }
}

/// Notes what is wrong with a text of one line.
pub fn line(faults: &mut Faults, pointer: &str, value: &str, least: usize, most: usize) {
    length(faults, pointer, value, least, most);
    faults.check(!value.contains(unprintable), pointer, "Must not have control characters.");
}

/// Notes what is wrong with a text that may have line breaks (`\n`).
pub fn text(faults: &mut Faults, pointer: &str, value: &str, least: usize, most: usize) {
    length(faults, pointer, value, least, most);
    let odd = |character| character != '\n' && unprintable(character);
    faults.check(
        !value.contains(odd),
        pointer,
        "Must not have control characters but line breaks.",
    );
}

fn length(faults: &mut Faults, pointer: &str, value: &str, least: usize, most: usize) {
    let good = (least..=most).contains(&value.chars().count());
    faults.check(good, pointer, format!("Must have {least} to {most} characters."));
}

/// Control characters, and those that turn the direction of what follows (Unicode TR 36: they make one name pass for
/// another).
fn unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

fn check_slug(faults: &mut Faults, slug: &str) {
    faults.check((3..=40).contains(&slug.len()), "/slug", "Must have 3 to 40 characters.");
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    faults.check(
        slug.bytes().all(known),
        "/slug",
        "May have small letters a to z, digits and hyphens.",
    );
    let hyphens = slug.starts_with('-') || slug.ends_with('-') || slug.contains("--");
    faults.check(!hyphens, "/slug", "Hyphens stand alone between letters or digits.");
    faults.check(!RESERVED.contains(&slug), "/slug", "This address is reserved.");
}

fn check_specialties(faults: &mut Faults, specialties: &[String]) {
    let count = (1..=12).contains(&specialties.len());
    faults.check(count, "/specialties", "Must be 1 to 12 topics.");
    let mut seen = HashSet::new();
    // The body's size bounds the list, but not what a person would read.
    for (index, specialty) in specialties.iter().enumerate().take(13) {
        let pointer = format!("/specialties/{index}");
        line(faults, &pointer, specialty, 2, 30);
        faults.check(seen.insert(fold(specialty)), &pointer, "This topic is there twice.");
    }
}
