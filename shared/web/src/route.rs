//! Routes and consumers as data: what `template.yaml`, `openapi.json` and the authorization matrix
//! are compared with.

use crate::Kind;

/// One function of the template: a route, or a consumer of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The id: name of the file, of the operation, and in CamelCase of the function.
    pub id: &'static str,
    /// What starts it.
    pub trigger: Trigger,
    /// `GET`, `POST`, ... ; empty for a consumer.
    pub method: &'static str,
    /// The path with `{parameters}`; empty for a consumer.
    pub path: &'static str,
    /// Who may call.
    pub auth: Auth,
    /// Whether it needs an `Idempotency-Key`.
    pub keyed: bool,
    /// Refusals of its own, beside those that every route of its kind has.
    pub refuses: &'static [Kind],
    needs: &'static [Need],
}

/// What starts a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// The HTTP API.
    Api,
    /// A function URL of its own.
    Url,
    /// A schedule.
    Schedule,
    /// An SQS queue.
    Queue,
    /// The stream of a table.
    Stream,
    /// A rule on the event bus.
    Bus,
}

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// Anybody.
    Public,
    /// Who holds the refresh cookie.
    Cookie,
    /// Anybody signed in; the handler may narrow it to the owner.
    Member,
    /// A verified host.
    Host,
    /// An admin.
    Admin,
    /// A body signed by a service we use.
    Signature,
    /// Nobody: AWS itself.
    Machine,
}

/// What a handler does in AWS: the name of a managed policy of `template.yaml`. A function's role
/// has exactly the policies of its route's needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// Read and query `App` and its indexes.
    ReadApp,
    /// Write `App`; also what counts rate limits.
    WriteApp,
    /// Read and query `Ledger` and its index.
    ReadLedger,
    /// Write `Ledger`, only inside a transaction.
    CommitLedger,
    /// Read the public half of the signing key.
    VerifyTokens,
    /// Sign with the signing key.
    SignTokens,
    /// Send mail.
    SendMails,
    /// Put, read and delete objects of the media bucket.
    UploadMedia,
    /// Read Stripe's keys.
    ReadStripeSecret,
    /// Read the client secrets at OIDC issuers.
    ReadOidcSecrets,
    /// Put events on the bus.
    PublishEvents,
    /// Send to the billing queue.
    SendTicks,
}

impl Need {
    /// The policy's logical id in the template.
    #[must_use]
    pub fn policy(self) -> String {
        format!("{self:?}")
    }
}

impl Route {
    const fn new(
        id: &'static str,
        trigger: Trigger,
        method: &'static str,
        path: &'static str,
    ) -> Self {
        Self {
            id,
            trigger,
            method,
            path,
            auth: Auth::Public,
            keyed: false,
            refuses: &[],
            needs: &[],
        }
    }

    /// `GET path`.
    #[must_use]
    pub const fn get(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Trigger::Api, "GET", path)
    }

    /// `POST path`.
    #[must_use]
    pub const fn post(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Trigger::Api, "POST", path)
    }

    /// `PUT path`.
    #[must_use]
    pub const fn put(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Trigger::Api, "PUT", path)
    }

    /// `PATCH path`.
    #[must_use]
    pub const fn patch(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Trigger::Api, "PATCH", path)
    }

    /// `DELETE path`.
    #[must_use]
    pub const fn delete(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Trigger::Api, "DELETE", path)
    }

    /// `POST /` of a function URL.
    #[must_use]
    pub const fn url(id: &'static str) -> Self {
        Self::new(id, Trigger::Url, "POST", "/").auth(Auth::Signature)
    }

    /// A consumer of events.
    #[must_use]
    pub const fn consumer(id: &'static str, trigger: Trigger) -> Self {
        Self::new(id, trigger, "", "").auth(Auth::Machine)
    }

    /// Who may call (default: anybody).
    #[must_use]
    pub const fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// The route needs an `Idempotency-Key`.
    #[must_use]
    pub const fn keyed(mut self) -> Self {
        self.keyed = true;
        self
    }

    /// Refusals of its own.
    #[must_use]
    pub const fn refuses(mut self, kinds: &'static [Kind]) -> Self {
        self.refuses = kinds;
        self
    }

    /// What its handler does in AWS.
    #[must_use]
    pub const fn needs(mut self, needs: &'static [Need]) -> Self {
        self.needs = needs;
        self
    }

    /// Everything that its role must allow: what its handler does, and what finding the caller takes.
    #[must_use]
    pub fn all_needs(&self) -> Vec<Need> {
        let mut needs = self.needs.to_vec();
        if matches!(self.auth, Auth::Member | Auth::Host | Auth::Admin) {
            needs.extend([Need::ReadApp, Need::VerifyTokens]);
        }
        needs.sort_unstable();
        needs.dedup();
        needs
    }

    /// Every kind of problem that the route answers, its own and those of its sort.
    #[must_use]
    pub fn all_refusals(&self) -> Vec<Kind> {
        let mut kinds = self.refuses.to_vec();
        kinds.extend([Kind::Internal, Kind::Busy]);
        if matches!(self.auth, Auth::Member | Auth::Host | Auth::Admin) {
            kinds.push(Kind::NotSignedIn);
        }
        if matches!(self.auth, Auth::Host | Auth::Admin) {
            kinds.push(Kind::Forbidden);
        }
        let writes = matches!(self.method, "POST" | "PUT" | "PATCH" | "DELETE");
        if writes && !matches!(self.auth, Auth::Public | Auth::Cookie | Auth::Signature) {
            kinds.push(Kind::Suspended);
        }
        if writes && self.trigger == Trigger::Api {
            kinds.extend([
                Kind::InvalidRequest,
                Kind::MalformedJson,
                Kind::BodyTooLarge,
                Kind::NotJson,
            ]);
        }
        if self.path.contains('{') {
            kinds.push(Kind::NotFound);
        }
        if self.keyed {
            kinds.extend([Kind::IdempotencyKeyMissing, Kind::IdempotencyKeyReused]);
        }
        kinds.sort_unstable_by_key(|kind| kind.key());
        kinds.dedup();
        kinds
    }
}
