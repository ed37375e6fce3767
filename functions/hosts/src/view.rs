//! Hosts as the API shows them.

use ledger::Currency;
use runtime::Config;
use serde::Serialize;
use store::host::{Card, HostItem, Rates, Status};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{At, Problem};

use crate::catalogue::rating_tenths;

/// What a minute costs, by modality, in minor units. A modality without a rate is not offered.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = Rates)]
pub struct RatesView {
    /// Of text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_minor: Option<i64>,
    /// Of voice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice_minor: Option<i64>,
    /// Of video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_minor: Option<i64>,
}

/// A host in the catalogue.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HostCard {
    /// The user's id.
    pub id: Uuid,
    /// The readable part of the page's address.
    pub slug: String,
    /// The name.
    pub name: String,
    /// Where the photo is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photo_url: Option<String>,
    /// The first 140 characters of the biography.
    pub headline: String,
    /// Topics.
    pub specialties: Vec<String>,
    /// What a minute costs.
    pub rates: RatesView,
    /// ISO 4217 code of the rates.
    #[schema(value_type = String)]
    pub currency: Currency,
    /// Whether the host takes requests now.
    pub online: bool,
    /// The average of all ratings with one decimal; absent without ratings.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("4.8"))]
    pub rating: Option<String>,
    /// Number of ratings.
    pub review_count: i64,
    /// Number of settled sessions.
    pub session_count: i64,
}

/// A host's page.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HostPage {
    /// As in the catalogue.
    #[serde(flatten)]
    pub card: HostCard,
    /// What the host says about themselves.
    pub bio: String,
    /// Since when they host; before they are verified, since when they wait.
    pub member_since: At,
}

/// A profile as its owner and admins see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HostSelf {
    /// As others see it.
    #[serde(flatten)]
    pub page: HostPage,
    /// Where the application stands.
    pub status: HostSelfStatus,
    /// What the applicant told the admins.
    pub statement: String,
    /// Why the application was turned down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reject_reason: Option<String>,
    /// When the (last) application came.
    pub applied_at: At,
    /// Give this back with a change of the profile.
    pub version: u64,
}

/// Where an application stands.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HostSelfStatus {
    /// Not decided.
    Pending,
    /// May host.
    Verified,
    /// Turned down.
    Rejected,
}

impl From<Rates> for RatesView {
    fn from(rates: Rates) -> Self {
        Self {
            text_minor: rates.text_minor,
            voice_minor: rates.voice_minor,
            video_minor: rates.video_minor,
        }
    }
}

impl HostCard {
    /// The view of a card.
    #[must_use]
    pub fn of(card: Card, config: &Config) -> Self {
        let rating = rating_tenths(card.rating_total, card.review_count);
        Self {
            id: card.host_id,
            slug: card.slug,
            name: card.name,
            photo_url: card.photo_key.map(|key| format!("{}/{key}", config.site_url)),
            headline: card.headline,
            specialties: card.specialties,
            rates: card.rates.into(),
            currency: card.currency,
            online: card.online,
            rating: rating
                .map(|tenths| format!("{}.{}", tenths.div_euclid(10), tenths.rem_euclid(10))),
            review_count: card.review_count,
            session_count: card.session_count,
        }
    }
}

impl HostPage {
    /// The page of a profile.
    ///
    /// # Errors
    /// 500 when an instant is out of range.
    pub fn of(host: &HostItem, config: &Config) -> Result<Self, Problem> {
        Ok(Self {
            card: HostCard::of(Card::of(host), config),
            bio: host.bio.clone(),
            member_since: At::from_millisecond(host.verified_at_ms.unwrap_or(host.applied_at_ms))?,
        })
    }
}

impl HostSelf {
    /// The whole profile.
    ///
    /// # Errors
    /// 500 when an instant is out of range.
    pub fn of(host: &HostItem, config: &Config) -> Result<Self, Problem> {
        Ok(Self {
            page: HostPage::of(host, config)?,
            status: match host.status {
                Status::Pending => HostSelfStatus::Pending,
                Status::Verified => HostSelfStatus::Verified,
                Status::Rejected => HostSelfStatus::Rejected,
            },
            statement: host.statement.clone(),
            reject_reason: host.reject_reason.clone(),
            applied_at: At::from_millisecond(host.applied_at_ms)?,
            version: host.version,
        })
    }
}
