//! How a profile changes: read, decide, commit in one transaction, and again if somebody came between.
//!
//! The user item repeats a host's status and slug and has the role; it is written with the profile whenever one of
//! them changes, so the two never disagree. A host who is verified for the first time gets an earnings balance in the
//! same transaction.

use jiff::Timestamp;
use store::host::{HostItem, Status};
use store::mail::{HostDecision, MAIL_REQUESTED, Mail};
use store::outbox::Event;
use store::user::{HostStatus, Role, User};
use store::{CommitError, Refused, Transaction};
use uuid::Uuid;
use web::{Ctx, Deed, Kind, Problem};

/// How often a change begins again before it gives up with 409.
const ROUNDS: usize = 4;

/// What an admin does, for the audit log. A decision about the application asks for a mail in the same transaction.
#[derive(Clone, Debug)]
pub struct ByAdmin<'a> {
    /// Who.
    pub admin: &'a User,
    /// What.
    pub deed: Deed,
    /// When.
    pub now: Timestamp,
}

/// Changes a profile as `decide` says; it sees the newest version and may be asked several times. A decision that
/// changes nothing writes nothing.
///
/// # Errors
/// 404 without a profile; what `decide` refuses; `slug-taken`; `version-conflict` after [`ROUNDS`] lost races.
pub async fn change(
    ctx: &Ctx,
    host_id: Uuid,
    by: Option<&ByAdmin<'_>>,
    decide: impl Fn(&HostItem) -> Result<HostItem, Problem>,
) -> Result<HostItem, Problem> {
    let mut has_earnings = false;
    for _ in 0..ROUNDS {
        let read = ctx.store.host(host_id).await?.ok_or_else(no_profile)?;
        let next = decide(&read)?;
        if next == read {
            return Ok(read);
        }
        let mut tx = store::host::save(Transaction::new(), &read, &next);
        if next.slug != read.slug || next.status != read.status {
            tx = mirror(ctx, tx, &next).await?;
        }
        if next.status == Status::Verified && read.status != Status::Verified && !has_earnings {
            tx = store::wallet::create_earnings(tx, &host_id.to_string(), next.currency);
        }
        if let Some(by) = by {
            tx = web::audit(tx, by.admin, by.deed.clone(), by.now);
            if let Some(decision) = decided(read.status, next.status) {
                let mail = Mail::HostDecision { user_id: host_id, decision };
                let event = Event::new(runtime::new_id(by.now), MAIL_REQUESTED, by.now, &mail)?;
                tx = store::outbox::add(tx, &event);
            }
        }
        let Err(error) = ctx.store.commit(tx).await else {
            return Ok(HostItem { version: read.version.saturating_add(1), ..next });
        };
        match &error {
            _ if slug_is_anothers(&error, host_id) => return Err(slug_taken(&next.slug)),
            // A host who is verified again keeps the balance.
            CommitError::Refused(_) => has_earnings |= error.refused("earnings").is_some(),
            CommitError::Busy | CommitError::Store(_) => return Err(error.into()),
        }
    }
    Err(lost())
}

/// What a change of status means to the person.
fn decided(before: Status, after: Status) -> Option<HostDecision> {
    match (before, after) {
        (Status::Verified, Status::Rejected) => Some(HostDecision::Removed),
        (Status::Pending, Status::Rejected) => Some(HostDecision::Rejected),
        (Status::Pending | Status::Rejected, Status::Verified) => Some(HostDecision::Verified),
        (_, Status::Pending)
        | (Status::Verified, Status::Verified)
        | (Status::Rejected, Status::Rejected) => None,
    }
}

/// Stores a first application with its user.
///
/// # Errors
/// `already-applied`, `slug-taken`, `version-conflict` when the user item keeps changing.
pub async fn create(ctx: &Ctx, host: &HostItem) -> Result<(), Problem> {
    for _ in 0..ROUNDS {
        let tx = store::host::create(Transaction::new(), host);
        let tx = mirror(ctx, tx, host).await?;
        let Err(error) = ctx.store.commit(tx).await else { return Ok(()) };
        match &error {
            _ if error.refused("host").is_some() => return Err(already_applied()),
            _ if slug_is_anothers(&error, host.host_id) => return Err(slug_taken(&host.slug)),
            CommitError::Refused(_) => {}
            CommitError::Busy | CommitError::Store(_) => return Err(error.into()),
        }
    }
    Err(lost())
}

/// Adds the user item as the profile wants it.
async fn mirror(ctx: &Ctx, tx: Transaction, host: &HostItem) -> Result<Transaction, Problem> {
    let found = store::user::find(&ctx.store, host.host_id).await?;
    let mut user = found.ok_or_else(|| Problem::internal("a host without a user"))?;
    user.host_slug = Some(host.slug.clone());
    user.host_status = match host.status {
        Status::Pending => HostStatus::Pending,
        Status::Verified => HostStatus::Verified,
        Status::Rejected => HostStatus::Rejected,
    };
    if host.status == Status::Verified {
        user.roles.insert(Role::Host);
    } else {
        user.roles.remove(&Role::Host);
    }
    Ok(store::user::replace(tx, &user))
}

/// Whether a slug was refused because it leads to somebody else (and not to this host, who won against themselves).
fn slug_is_anothers(error: &CommitError, host_id: Uuid) -> bool {
    let own = host_id.to_string();
    error.refused("slug").is_some_and(|Refused { found, .. }| {
        let owner = found.as_ref().and_then(|item| item.get("host_id")?.as_s().ok());
        owner.is_none_or(|owner| *owner != own)
    })
}

/// 404: the caller has no profile.
pub fn no_profile() -> Problem {
    Problem::new(Kind::NotFound).detail("You have not applied yet.")
}

/// 409 `already-applied`.
pub fn already_applied() -> Problem {
    Problem::new(Kind::AlreadyApplied)
        .detail("You have applied already; change your profile instead.")
}

/// Refuses people whose application was turned down.
///
/// # Errors
/// 403 `forbidden`.
pub fn not_rejected(host: &HostItem) -> Result<(), Problem> {
    if host.status == Status::Rejected {
        return Err(Problem::new(Kind::Forbidden)
            .detail("Your application was turned down. You may apply again."));
    }
    Ok(())
}

fn slug_taken(slug: &str) -> Problem {
    Problem::new(Kind::SlugTaken)
        .detail(format!("The address {slug} belongs to somebody else. Please choose another."))
        .error("/slug", "This address is taken.")
}

fn lost() -> Problem {
    Problem::new(Kind::VersionConflict)
        .detail("Somebody changed this at the same moment. Please look again.")
}
