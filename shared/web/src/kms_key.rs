//! An RSA key in KMS: what it signs, and its public half. The private half never leaves KMS.

use std::sync::Arc;

use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{MessageType, SigningAlgorithmSpec};
use jsonwebtoken::jwk::{Jwk, KeyAlgorithm, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey};
use tokio::sync::OnceCell;

use crate::TokenError;

/// A key. Cloning is cheap, and clones share what was read of it.
#[derive(Clone)]
pub struct KmsKey(Arc<Inner>);

struct Inner {
    kms: aws_sdk_kms::Client,
    key_id: String,
    public: OnceCell<Public>,
}

/// The public half.
pub struct Public {
    /// The fingerprint (RFC 7638), by which the key set names it.
    pub kid: String,
    /// The key as the key set has it.
    pub jwk: Jwk,
    pub(crate) key: DecodingKey,
}

impl KmsKey {
    /// The key of this id. Nothing is read before it is needed.
    #[must_use]
    pub fn new(kms: aws_sdk_kms::Client, key_id: &str) -> Self {
        Self(Arc::new(Inner { kms, key_id: key_id.to_owned(), public: OnceCell::new() }))
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256 over at most 4,096 bytes: the same bytes give the same signature.
    ///
    /// # Errors
    /// [`TokenError::Unavailable`].
    pub async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        let reply = self
            .0
            .kms
            .sign()
            .key_id(&self.0.key_id)
            .message(Blob::new(message))
            .message_type(MessageType::Raw)
            .signing_algorithm(SigningAlgorithmSpec::RsassaPkcs1V15Sha256)
            .send()
            .await
            .map_err(|error| unavailable(&error))?;
        let signature = reply.signature.map(Blob::into_inner);
        signature.ok_or_else(|| TokenError::Unavailable("KMS gave no signature".into()))
    }

    /// The public half, read once.
    ///
    /// # Errors
    /// [`TokenError::Unavailable`].
    pub async fn public(&self) -> Result<&Public, TokenError> {
        self.0.public.get_or_try_init(|| self.read_public()).await
    }

    async fn read_public(&self) -> Result<Public, TokenError> {
        let bad = |error: jsonwebtoken::errors::Error| TokenError::Unavailable(error.to_string());
        let request = self.0.kms.get_public_key().key_id(&self.0.key_id);
        let reply = request.send().await.map_err(|error| unavailable(&error))?;
        let der = reply.public_key.map(Blob::into_inner).unwrap_or_default();
        let key = DecodingKey::from_rsa_der(&der);
        let mut jwk = Jwk::from_decoding_key(&key, Some(Algorithm::RS256)).map_err(bad)?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(bad)?;
        jwk.common.key_id = Some(kid.clone());
        jwk.common.key_algorithm = Some(KeyAlgorithm::RS256);
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        let key = DecodingKey::from_jwk(&jwk).map_err(bad)?;
        Ok(Public { kid, jwk, key })
    }
}

pub(crate) fn unavailable(error: &(impl std::error::Error + 'static)) -> TokenError {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    TokenError::Unavailable(text)
}
