//! The bucket of published roots. An object is written once and never again.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, RequestChecksumCalculation};
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::primitives::ByteStream;
use proof::{Hour, SignedRoot};

use crate::publish_root::PublishError;

/// What is published never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// The bucket.
#[derive(Clone, Debug)]
pub struct Roots {
    client: Client,
    bucket: String,
}

impl Roots {
    /// The bucket behind the AWS configuration of the process.
    #[must_use]
    pub fn from_aws(bucket: &str, aws: &aws_config::SdkConfig) -> Self {
        let path_style = aws.endpoint_url().is_some();
        let config = Builder::from(aws)
            .force_path_style(path_style)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .build();
        Self { client: Client::from_conf(config), bucket: bucket.to_owned() }
    }

    /// Publishes an hour's root unless it is published; then it must be the same.
    ///
    /// # Errors
    /// [`PublishError::Differs`] if another one is there; [`PublishError::Bucket`].
    pub async fn put_once(&self, hour: Hour, signed: &SignedRoot) -> Result<(), PublishError> {
        let path = hour.path();
        let key = path.trim_start_matches('/');
        let body = serde_json::to_vec(signed)
            .map_err(|error| PublishError::Document(error.to_string()))?;
        let request = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type("application/json")
            .cache_control(FOREVER)
            .if_none_match("*")
            .body(ByteStream::from(body.clone()));
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) if is_taken(&error) => {
                if self.read(key).await? == body {
                    Ok(())
                } else {
                    Err(PublishError::Differs(path))
                }
            }
            Err(error) => Err(PublishError::Bucket(format!("{error:?}"))),
        }
    }

    async fn read(&self, key: &str) -> Result<Vec<u8>, PublishError> {
        let bad = |error: String| PublishError::Bucket(error);
        let reply = self.client.get_object().bucket(&self.bucket).key(key).send().await;
        let body = reply.map_err(|error| bad(format!("{error:?}")))?.body.collect().await;
        Ok(body.map_err(|error| bad(error.to_string()))?.to_vec())
    }
}

/// `If-None-Match: *` on what exists.
fn is_taken<E>(error: &SdkError<E, aws_sdk_s3::config::http::HttpResponse>) -> bool {
    error.raw_response().is_some_and(|reply| reply.status().as_u16() == 412)
}
