//! Photos in S3: a place to upload to, the check of what came, and its move to where it is served.
//!
//! A browser uploads to `uploads/hosts/<host>/<id>`, which nobody can read and where a lifecycle rule removes what is
//! never finished. What is there is read once, checked and cleaned ([`crate::picture`]), and written to
//! `media/hosts/<host>/<id>`, which the site serves for ever: the upload's address works for five minutes and may be
//! used again, so an object must not be served from where a browser can still write, and what was checked is what is
//! served. Two requests of S3 and at most 5 MiB each way.
//!
//! Not done: pictures keep their pixels. The site's own form makes them smaller before it uploads them.

use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, RequestChecksumCalculation};
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use jiff::Timestamp;
use uuid::Uuid;
use web::{Kind, Problem};

use crate::picture::Picture;

/// The largest photo, bytes.
pub const SIZE_BYTES_MAX: i64 = 5 * 1024 * 1024;

/// How long an upload's address works.
pub const UPLOAD_SECONDS: u32 = 300;

/// What a photo may be.
pub const TYPES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];

/// The media bucket.
#[derive(Clone, Debug)]
pub struct Photos {
    client: Client,
    bucket: String,
}

/// An upload that may begin.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Where to `PUT` the file.
    pub url: String,
    /// The headers that must go with it; `content-length` is the browser's own affair.
    pub headers: Vec<(String, String)>,
}

impl Photos {
    /// A bucket behind a client.
    #[must_use]
    pub fn new(client: Client, bucket: impl Into<String>) -> Self {
        Self { client, bucket: bucket.into() }
    }

    /// A bucket behind the AWS configuration of the process. Uploads go to the endpoint that the SDK is configured
    /// with (`AWS_ENDPOINT_URL_S3` moves it); another endpoint than Amazon's has no host per bucket.
    #[must_use]
    pub fn from_aws(bucket: &str, aws: &aws_config::SdkConfig) -> Self {
        // A checksum of a body that does not exist yet must not become part of an upload's address.
        let config = Builder::from(aws)
            .force_path_style(aws.endpoint_url().is_some())
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .build();
        Self::new(Client::from_conf(config), bucket)
    }

    /// Signs the upload of exactly so many bytes of this type, valid for [`UPLOAD_SECONDS`] from `now`.
    ///
    /// # Errors
    /// 500 when it cannot be signed.
    pub async fn sign_upload(
        &self,
        key: &str,
        content_type: &str,
        size_bytes: i64,
        now: Timestamp,
    ) -> Result<Upload, Problem> {
        let config = PresigningConfig::builder()
            .start_time(SystemTime::from(now))
            .expires_in(Duration::from_secs(u64::from(UPLOAD_SECONDS)))
            .build()
            .map_err(Problem::internal)?;
        let put = self.client.put_object().bucket(&self.bucket).key(key);
        let request = put
            .content_type(content_type)
            .content_length(size_bytes)
            .presigned(config)
            .await
            .map_err(|error| Problem::internal(format!("{error:?}")))?;
        let headers = request.headers().filter(|(name, _)| *name != "content-length");
        Ok(Upload {
            url: request.uri().to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        })
    }

    /// What was uploaded, up to one byte more than [`SIZE_BYTES_MAX`]; `None` when nothing was.
    ///
    /// # Errors
    /// `upstream-down` when S3 does not answer.
    pub async fn fetch(&self, key: &str) -> Result<Option<Vec<u8>>, Problem> {
        let mut body = match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(found) => found.body,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(down(&error)),
        };
        let enough = usize::try_from(SIZE_BYTES_MAX).map_err(Problem::internal)?.saturating_add(1);
        let mut bytes = Vec::new();
        while bytes.len() < enough
            && let Some(part) = body.try_next().await.map_err(|error| down(&error))?
        {
            let room = enough.saturating_sub(bytes.len());
            bytes.extend_from_slice(part.get(..room).unwrap_or(&part));
        }
        Ok(Some(bytes))
    }

    /// Puts a picture where it is served.
    ///
    /// # Errors
    /// `upstream-down` when S3 does not answer.
    pub async fn serve(&self, key: &str, picture: Picture) -> Result<(), Problem> {
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(picture.content_type)
            .cache_control("public, max-age=31536000, immutable")
            .body(ByteStream::from(picture.bytes))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| down(&error))
    }

    /// Removes an object that nothing leads to any more. A failure leaves it behind, which costs storage alone, so it
    /// is logged and not told.
    pub async fn remove(&self, key: &str) {
        let removed = self.client.delete_object().bucket(&self.bucket).key(key).send().await;
        if let Err(error) = removed {
            tracing::warn!(key, error = ?error, "an object was not removed");
        }
    }
}

/// The key of a new upload.
#[must_use]
pub fn upload_key(host_id: Uuid, id: Uuid) -> String {
    format!("uploads/hosts/{host_id}/{id}")
}

/// Where an upload of this host is served once it is checked; `None` when the key is not this host's upload.
#[must_use]
pub fn served_key(host_id: Uuid, upload_key: &str) -> Option<String> {
    let id = upload_key.strip_prefix(&format!("uploads/hosts/{host_id}/"))?;
    let parsed: Uuid = id.parse().ok()?;
    (parsed.to_string() == id).then(|| format!("media/hosts/{host_id}/{id}"))
}

/// Without the right to list a bucket, S3 says 403 for what does not exist.
fn is_absent<E>(error: &SdkError<E, aws_sdk_s3::config::http::HttpResponse>) -> bool {
    error.raw_response().is_some_and(|reply| matches!(reply.status().as_u16(), 403 | 404))
}

fn down(error: &impl std::fmt::Debug) -> Problem {
    Problem::new(Kind::UpstreamDown)
        .detail("The photo store does not answer. Please try again soon.")
        .cause(format!("{error:?}"))
}
