//! `PATCH /v1/admin/users/{user_id}`: suspends, appoints, locks spending, or takes that back; signs out; removes a second
//! factor that was lost. Audited with its reason.
//!
//! An admin cannot suspend or demote themselves, so one always remains, nor remove their own second factor, which takes a
//! code of it (`turn_off_second_factor`). Who may host is decided by verifying their
//! application, not here.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use serde::Deserialize;
use store::user::{Role, User};
use store::wallet::wallet_key;
use store::{Table, Transaction, Update};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{
    Auth, Caller, Ctx, Deed, Faults, Json, Kind, Need, Path, Problem, Route, audit, trimmed,
};

use crate::AdminUser;
use crate::list_users::with_locks;
use crate::second_factor::remove;

/// The route.
pub const ROUTE: Route = Route::patch("update_user", "/v1/admin/users/{user_id}")
    .auth(Auth::Admin)
    .refuses(&[Kind::LastAdmin, Kind::Conflict, Kind::VersionConflict])
    .needs(&[
        Need::APP_READ,
        Need::APP_PUT,
        Need::APP_DELETE,
        Need::LEDGER_UPDATE,
        Need::LEDGER_READ_MANY,
    ]);

/// What may change. What is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateUser {
    /// Suspended people may read, not write.
    #[serde(default)]
    pub suspended: Option<bool>,
    /// All roles that the person has from now on.
    #[serde(default)]
    pub roles: Option<BTreeSet<Role>>,
    /// Whether spending is locked.
    #[serde(default)]
    pub spending_locked: Option<bool>,
    /// `true` signs the person out everywhere, at once.
    #[serde(default)]
    pub sign_out: Option<bool>,
    /// `false` removes the person's second factor and signs them out everywhere.
    #[serde(default)]
    pub second_factor: Option<bool>,
    /// Why, 1 to 500 characters, for the audit log.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// Changes a person.
#[utoipa::path(patch, path = "/v1/admin/users/{user_id}", operation_id = "update_user", tag = "identity",
    params(("user_id" = Uuid, Path)), request_body = UpdateUser,
    responses((status = 200, description = "The person after the change", body = AdminUser)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(user_id): Path<Uuid>,
    Json(request): Json<UpdateUser>,
) -> Result<Json<AdminUser>, Problem> {
    let admin = caller.admin()?;
    let user = store::user::find(&ctx.store, user_id).await?.ok_or(Kind::NotFound)?;
    check(&request, &user)?;
    let after = changed(&request, &user);
    if user.id == admin.id && (after.suspended || !after.is(Role::Admin)) {
        return Err(Problem::new(Kind::LastAdmin)
            .detail("You cannot suspend or demote yourself. Ask another admin."));
    }
    if user.id == admin.id && request.second_factor.is_some() {
        return Err(Problem::new(Kind::Forbidden).detail(
            "You turn your own two-step sign-in off on your account page, with a code of it.",
        ));
    }
    let mut tx = Transaction::new();
    if request.second_factor.is_some() {
        tx = remove(&ctx, tx, user_id, ctx.now()).await?;
    }
    if after != user {
        tx = store::user::replace(tx, &after);
    }
    if let Some(locked) = request.spending_locked {
        tx = lock(tx, user_id, locked);
    }
    if !tx.is_empty() {
        let deed = Deed {
            action: ROUTE.id,
            object_type: "user",
            object_id: user_id.to_string(),
            details: details(&request),
        };
        ctx.store.commit(audit(tx, admin, deed, ctx.now())).await?;
    }
    let shown = with_locks(&ctx, &[after]).await?.pop();
    shown.map(Json).ok_or_else(|| Problem::internal("the changed user is not shown"))
}

fn check(request: &UpdateUser, user: &User) -> Result<(), Problem> {
    let mut faults = Faults::new();
    let length = trimmed(&request.reason, 500).chars().count();
    faults.check((1..=500).contains(&length), "/reason", "Must have 1 to 500 characters.");
    let not_given = request.second_factor != Some(true);
    faults.check(not_given, "/second_factor", "Only the person can turn it on.");
    if let Some(roles) = &request.roles {
        faults.check(roles.contains(&Role::Member), "/roles", "Everybody is a member.");
        let same = roles.contains(&Role::Host) == user.is(Role::Host);
        faults.check(same, "/roles", "Who may host is decided with their application.");
    }
    faults.done()
}

fn changed(request: &UpdateUser, user: &User) -> User {
    // Access tokens and refresh families of another generation count no more (`web::Caller`, `identity::family`).
    let removes = request.second_factor == Some(false);
    let signs_out = u64::from(removes || request.sign_out == Some(true));
    User {
        token_generation: user.token_generation + signs_out,
        second_factor: user.second_factor && !removes,
        suspended: request.suspended.unwrap_or(user.suspended),
        roles: request.roles.clone().unwrap_or_else(|| user.roles.clone()),
        ..user.clone()
    }
}

fn lock(tx: Transaction, user_id: Uuid, locked: bool) -> Transaction {
    let update = if locked {
        Update::new("SET locked = :why").value(":why", "admin")
    } else {
        Update::new("REMOVE locked")
    };
    let update = update.when("attribute_exists(pk)");
    tx.update("wallet", Table::Ledger, &wallet_key(&user_id.to_string()), update)
}

fn details(request: &UpdateUser) -> BTreeMap<String, String> {
    let mut details = BTreeMap::from([("reason".to_owned(), request.reason.trim().to_owned())]);
    if let Some(suspended) = request.suspended {
        details.insert("suspended".to_owned(), suspended.to_string());
    }
    if let Some(roles) = &request.roles {
        let names: Vec<String> =
            roles.iter().map(|role| format!("{role:?}").to_lowercase()).collect();
        details.insert("roles".to_owned(), names.join(", "));
    }
    if let Some(locked) = request.spending_locked {
        details.insert("spending_locked".to_owned(), locked.to_string());
    }
    if request.second_factor == Some(false) {
        details.insert("second_factor".to_owned(), "removed".to_owned());
    }
    if request.sign_out == Some(true) {
        details.insert("sign_out".to_owned(), "true".to_owned());
    }
    details
}
