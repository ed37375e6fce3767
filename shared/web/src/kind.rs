//! Every kind of problem that the API answers: its stable key, status and title.
//!
//! One table, so that a status is reasoned about once. 400 shape; 401 not signed in; 402 not
//! enough funds; 403 may not; 404 does not exist as far as the caller may know; 409 the state says
//! no; 410 too late; 422 an idempotency key with another request; 429 and 503 later; 500 a bug.

use http::StatusCode;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $key:literal, $status:ident, $title:literal;)*) => {
        /// A kind of problem. `type` of the reply is `/problems/<key>`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind { $($(#[$doc])* $variant,)* }

        impl Kind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stable key that programs look at.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)* }
            }

            /// The status of the reply.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)* }
            }

            /// What happened, in a few words; the same for each reply of the kind.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }
        }
    };
}

kinds! {
    /// Fields are missing, unknown or out of range; `errors` says which.
    InvalidRequest = "invalid-request", BAD_REQUEST, "The request is not valid";
    /// The body is not JSON.
    MalformedJson = "malformed-json", BAD_REQUEST, "The body is not JSON";
    /// `cursor` was not given by this list.
    BadCursor = "bad-cursor", BAD_REQUEST, "The cursor does not fit this list";
    /// The header `Idempotency-Key` is missing or malformed.
    IdempotencyKeyMissing = "idempotency-key-missing", BAD_REQUEST, "An Idempotency-Key is needed";
    /// The signature of a webhook does not fit.
    BadSignature = "bad-signature", BAD_REQUEST, "The signature does not fit";
    /// A mailed code that does not fit; `tries_left`.
    CodeWrong = "code-wrong", BAD_REQUEST, "The code is wrong";
    /// A code of the second factor that does not count: another, too old, used before; `tries_left` at a sign-in.
    SecondFactorWrong = "second-factor-wrong", BAD_REQUEST, "The code does not count";
    /// An uploaded file is not what it was announced to be.
    UploadInvalid = "upload-invalid", BAD_REQUEST, "The file cannot be used";
    /// An issuer's reply that does not fit the browser that was sent there.
    SignInFailed = "sign-in-failed", BAD_REQUEST, "Signing in did not work";
    /// No valid access token.
    NotSignedIn = "not-signed-in", UNAUTHORIZED, "Please sign in";
    /// The refresh token is unknown, used up, revoked or too old.
    SignedOut = "signed-out", UNAUTHORIZED, "You are signed out";
    /// The issuer's token does not prove who the person is.
    ProofRefused = "proof-refused", UNAUTHORIZED, "The proof of identity was refused";
    /// The wallet does not cover it; `needed_minor`, `available_minor`.
    FundsTooLow = "funds-too-low", PAYMENT_REQUIRED, "There are not enough funds";
    /// The caller may not do this.
    Forbidden = "forbidden", FORBIDDEN, "You may not do this";
    /// The caller is suspended.
    Suspended = "suspended", FORBIDDEN, "Your account is suspended";
    /// Spending is locked, for instance by a dispute.
    SpendingLocked = "spending-locked", FORBIDDEN, "Spending is locked";
    /// A host cannot be their own member.
    OwnSession = "own-session", FORBIDDEN, "You cannot hold a session with yourself";
    /// The issuer has not verified the mail address.
    EmailUnverified = "email-unverified", FORBIDDEN, "The mail address is not verified";
    /// The caller's role needs a second factor, and this sign-in was made without.
    SecondFactorMissing = "second-factor-missing", FORBIDDEN, "A second factor is needed";
    /// What decides who may sign in is changed only soon after signing in.
    SignInAgain = "sign-in-again", FORBIDDEN, "Please sign in again first";
    /// There is no such thing, or the caller may not know of it.
    NotFound = "not-found", NOT_FOUND, "There is no such thing";
    /// The path exists, the method does not.
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED, "The method is not allowed here";
    /// The state does not allow it.
    Conflict = "conflict", CONFLICT, "This cannot be done now";
    /// Somebody changed it meanwhile.
    VersionConflict = "version-conflict", CONFLICT, "It was changed meanwhile";
    /// The slug belongs to somebody else.
    SlugTaken = "slug-taken", CONFLICT, "The name in the address is taken";
    /// An application is pending or accepted.
    AlreadyApplied = "already-applied", CONFLICT, "You have applied already";
    /// A host without any rate cannot go online.
    NoRates = "no-rates", CONFLICT, "A rate is needed first";
    /// The minute was refunded before.
    AlreadyRefunded = "already-refunded", CONFLICT, "It was refunded before";
    /// The session is not settled.
    NotSettled = "not-settled", CONFLICT, "The session is not settled yet";
    /// The host is not online.
    HostOffline = "host-offline", CONFLICT, "The host is offline";
    /// The host is in another session.
    HostBusy = "host-busy", CONFLICT, "The host is busy";
    /// The caller has another open session; `session_id`.
    SessionOpen = "session-open", CONFLICT, "A session is open";
    /// The host does not offer this modality.
    ModalityOff = "modality-off", CONFLICT, "The host does not offer this";
    /// The session's state does not allow it; `state`.
    WrongState = "wrong-state", CONFLICT, "The session's state does not allow this";
    /// The host has not accepted the request yet.
    NotAccepted = "not-accepted", CONFLICT, "The request has not been accepted yet";
    /// The payment's state does not allow it.
    PaymentState = "payment-state", CONFLICT, "The payment's state does not allow this";
    /// The last admin must stay one.
    LastAdmin = "last-admin", CONFLICT, "One admin must remain";
    /// The code is too old, used up, or was never sent.
    CodeExpired = "code-expired", GONE, "The code no longer works";
    /// The link is too old or used.
    LinkExpired = "link-expired", GONE, "The link no longer works";
    /// The browser came back from the issuer too late or twice.
    SignInExpired = "sign-in-expired", GONE, "This sign-in is over";
    /// The time to come back has passed.
    GraceOver = "grace-over", GONE, "The time to come back is over";
    /// The upload's time has passed.
    UploadExpired = "upload-expired", GONE, "The upload is over";
    /// The body is larger than allowed.
    BodyTooLarge = "body-too-large", PAYLOAD_TOO_LARGE, "The body is too large";
    /// The body is not declared as JSON.
    NotJson = "not-json", UNSUPPORTED_MEDIA_TYPE, "The body must be JSON";
    /// The idempotency key was used for another request.
    IdempotencyKeyReused = "idempotency-key-reused", UNPROCESSABLE_ENTITY, "The Idempotency-Key was used before";
    /// Too many requests of this sort.
    TooManyRequests = "too-many-requests", TOO_MANY_REQUESTS, "Too many requests";
    /// A bug. Nothing about it is told but the request id.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong";
    /// The store is busy; the same request may work soon.
    Busy = "busy", SERVICE_UNAVAILABLE, "The service is busy";
    /// A service that Parlor depends on does not answer.
    UpstreamDown = "upstream-down", SERVICE_UNAVAILABLE, "A service we depend on does not answer";
}
