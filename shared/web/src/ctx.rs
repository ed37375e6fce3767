//! The context that every domain's state exposes by `FromRef`.

use std::sync::Arc;

use jiff::Timestamp;
use runtime::{Clock, Config, SystemClock};
use store::Store;

use crate::{KmsKey, Tokens};

/// Store, clock, configuration and tokens. Cloning is cheap.
#[derive(Clone)]
pub struct Ctx {
    /// The two tables.
    pub store: Store,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The configuration.
    pub config: Arc<Config>,
    /// Access tokens.
    pub tokens: Tokens,
    /// Signs the roots of the hours; another key than that of the tokens.
    pub proof_key: KmsKey,
}

impl Ctx {
    /// A context of its parts.
    #[must_use]
    pub fn new(
        config: Config,
        clock: Arc<dyn Clock>,
        dynamodb: aws_sdk_dynamodb::Client,
        kms: aws_sdk_kms::Client,
    ) -> Self {
        let store = Store::new(dynamodb, &config.app_table, &config.ledger_table);
        let tokens =
            Tokens::new(KmsKey::new(kms.clone(), &config.signing_key_id), &config.site_url);
        let proof_key = KmsKey::new(kms, &config.proof_key_id);
        Self { store, clock, config: Arc::new(config), tokens, proof_key }
    }

    /// The context of a Lambda function: the machine's clock and clients of this AWS configuration.
    #[must_use]
    pub fn from_aws(config: Config, aws: &aws_config::SdkConfig) -> Self {
        let dynamodb = aws_sdk_dynamodb::Client::new(aws);
        Self::new(config, Arc::new(SystemClock), dynamodb, aws_sdk_kms::Client::new(aws))
    }

    /// The present instant. Ask once per request and pass it on.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
