//! How the API shows a person.

use serde::Serialize;
use store::user::{HostStatus, Role, User};
use utoipa::ToSchema;
use uuid::Uuid;
use web::At;

/// A person, as they see themselves.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Me {
    /// The id.
    pub id: Uuid,
    /// The mail address.
    pub email: String,
    /// The name that others see.
    pub display_name: String,
    /// What the person may be.
    pub roles: Vec<Role>,
    /// IANA name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Where an application to host stands.
    pub host_status: HostStatus,
    /// The slug of the host's page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_slug: Option<String>,
    /// Suspended people may read, not write.
    pub suspended: bool,
    /// Whether signing in takes a second factor.
    pub second_factor: bool,
    /// `true` when the caller's role needs a second factor and this sign-in was made without: only their own account is
    /// open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_factor_missing: Option<bool>,
    /// The first sign-in.
    pub created_at: At,
}

/// A person, as admins see them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AdminUser {
    /// The person.
    #[serde(flatten)]
    pub me: Me,
    /// Whether spending is locked, for instance by a dispute.
    pub spending_locked: bool,
}

impl Me {
    /// Somebody as they see themselves, who may lack a second factor that their role needs.
    #[must_use]
    pub fn of(user: &User, lacks_second_factor: bool) -> Self {
        let second_factor_missing = lacks_second_factor.then_some(true);
        Self { second_factor_missing, ..Self::from(user) }
    }
}

impl From<&User> for Me {
    fn from(user: &User) -> Self {
        Self {
            id: user.id,
            email: user.email.clone(),
            display_name: user.display_name.clone(),
            roles: user.roles.iter().copied().collect(),
            time_zone: user.time_zone.clone(),
            host_status: user.host_status,
            host_slug: user.host_slug.clone(),
            suspended: user.suspended,
            second_factor: user.second_factor,
            second_factor_missing: None,
            created_at: user.created_at.into(),
        }
    }
}
