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
    /// `GET`, `POST`, ... ; empty for a consumer and for a route of the socket.
    pub method: &'static str,
    /// The path with `{parameters}`, or the socket's `$connect`, `$disconnect` or `$default`; empty for a consumer.
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
    /// What no route of the HTTP API takes.
    Rest,
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
    /// A route of the WebSocket API.
    Socket,
}

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// Anybody.
    Public,
    /// Who holds the refresh cookie.
    Cookie,
    /// Anybody; the refresh cookie is read where there is one.
    MaybeCookie,
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

/// One action on one resource that a function's role must allow. `resource` is a name of the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Need {
    /// The IAM action.
    pub action: &'static str,
    /// The resource: `App`, `App/index`, `Ledger`, `Ledger/index`, `SigningKey`, ...
    pub resource: &'static str,
}

macro_rules! needs {
    ($($(#[$doc:meta])* $name:ident = $action:literal on $resource:literal;)*) => {
        impl Need {
            $($(#[$doc])* pub const $name: Self = Self { action: $action, resource: $resource };)*
        }
    };
}

needs! {
    /// Read one item of `App`.
    APP_READ = "dynamodb:GetItem" on "App";
    /// Read several items of `App`.
    APP_READ_MANY = "dynamodb:BatchGetItem" on "App";
    /// Query a partition of `App`.
    APP_QUERY = "dynamodb:Query" on "App";
    /// Query an index of `App`.
    APP_INDEX = "dynamodb:Query" on "App/index";
    /// Put an item of `App`.
    APP_PUT = "dynamodb:PutItem" on "App";
    /// Update an item of `App`; also what counts rate limits.
    APP_UPDATE = "dynamodb:UpdateItem" on "App";
    /// Delete an item of `App`.
    APP_DELETE = "dynamodb:DeleteItem" on "App";
    /// Require something of an item of `App`.
    APP_CHECK = "dynamodb:ConditionCheckItem" on "App";
    /// Read one item of `Ledger`.
    LEDGER_READ = "dynamodb:GetItem" on "Ledger";
    /// Read several items of `Ledger`.
    LEDGER_READ_MANY = "dynamodb:BatchGetItem" on "Ledger";
    /// Query a partition of `Ledger`.
    LEDGER_QUERY = "dynamodb:Query" on "Ledger";
    /// Query an index of `Ledger`.
    LEDGER_INDEX = "dynamodb:Query" on "Ledger/index";
    /// Put an item of `Ledger`, only inside a transaction.
    LEDGER_PUT = "dynamodb:PutItem" on "Ledger";
    /// Update an item of `Ledger`, only inside a transaction.
    LEDGER_UPDATE = "dynamodb:UpdateItem" on "Ledger";
    /// Require something of an item of `Ledger`.
    LEDGER_CHECK = "dynamodb:ConditionCheckItem" on "Ledger";
    /// Read the public half of the signing key.
    KEY_PUBLIC = "kms:GetPublicKey" on "SigningKey";
    /// Sign with the signing key.
    KEY_SIGN = "kms:Sign" on "SigningKey";
    /// Read the public half of the key that signs roots.
    PROOF_PUBLIC = "kms:GetPublicKey" on "ProofKey";
    /// Sign a root.
    PROOF_SIGN = "kms:Sign" on "ProofKey";
    /// Publish a root.
    PROOFS_PUT = "s3:PutObject" on "Proofs";
    /// Read a published root.
    PROOFS_READ = "s3:GetObject" on "Proofs";
    /// Put events on the bus.
    BUS_PUT = "events:PutEvents" on "Bus";
    /// Send mail.
    MAIL_SEND = "ses:SendEmail" on "Mail";
    /// Speak to open sockets, and close them.
    SOCKET_MANAGE = "execute-api:ManageConnections" on "Socket";
    /// Send to the billing queue.
    BILLING_SEND = "sqs:SendMessage" on "BillingQueue";
    /// Put an object of the media bucket.
    MEDIA_PUT = "s3:PutObject" on "Media";
    /// Read an object of the media bucket.
    MEDIA_READ = "s3:GetObject" on "Media";
    /// Delete an object of the media bucket.
    MEDIA_DELETE = "s3:DeleteObject" on "Media";
    /// Read Stripe's keys.
    STRIPE_SECRET = "secretsmanager:GetSecretValue" on "StripeSecret";
    /// Read the keys of what carries rooms.
    ROOM_SECRET = "secretsmanager:GetSecretValue" on "RoomSecret";
    /// Read the client secrets at OIDC issuers.
    OIDC_SECRET = "secretsmanager:GetSecretValue" on "OidcSecret";
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

    /// A route of the WebSocket API: `$connect`, `$disconnect` or `$default`.
    #[must_use]
    pub const fn socket(id: &'static str, route_key: &'static str) -> Self {
        Self::new(id, Trigger::Socket, "", route_key).auth(Auth::Machine)
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

    /// Whether a path is of the caller's own account and sign-ins: what stays open to who lacks a second factor, so that
    /// they can set it up.
    #[must_use]
    pub fn is_of_own_account(path: &str) -> bool {
        path == "/v1/me" || path.starts_with("/v1/me/") || path.starts_with("/v1/tokens/")
    }

    /// Everything that its role must allow: what its handler does, and what finding the caller takes.
    #[must_use]
    pub fn all_needs(&self) -> Vec<Need> {
        let mut needs = self.needs.to_vec();
        if matches!(self.auth, Auth::Member | Auth::Host | Auth::Admin) {
            needs.extend([Need::APP_READ, Need::KEY_PUBLIC]);
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
            if !Self::is_of_own_account(self.path) {
                kinds.push(Kind::SecondFactorMissing);
            }
        }
        if matches!(self.auth, Auth::Host | Auth::Admin) {
            kinds.push(Kind::Forbidden);
        }
        let writes = matches!(self.method, "POST" | "PUT" | "PATCH" | "DELETE");
        if writes
            && !matches!(
                self.auth,
                Auth::Public | Auth::Cookie | Auth::MaybeCookie | Auth::Signature
            )
        {
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
