//! Photos in S3: a place to upload to, the check of what came, and its move to where it is served.
//!
//! A browser uploads to `uploads/hosts/<host>/<id>`, which nobody can read and where a lifecycle rule removes what is
//! never finished. What passes the check is *copied* to `media/hosts/<host>/<id>`, which the site serves for ever: the
//! upload's address works for five minutes and may be used again, so an object must not be served from where a
//! browser can still write. The copy asks for the entity tag that was checked.
//!
//! Not done: pictures are served as they came, with their metadata and dimensions.

use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, RequestChecksumCalculation};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::types::MetadataDirective;
use jiff::Timestamp;
use uuid::Uuid;
use web::{Kind, Problem};

/// The largest photo, bytes.
pub const SIZE_BYTES_MAX: i64 = 5 * 1024 * 1024;

/// How long an upload's address works.
pub const UPLOAD_SECONDS: u32 = 300;

/// What a photo may be.
pub const TYPES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];

/// Enough of a file to know its type.
const MAGIC_RANGE: &str = "bytes=0-15";

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

/// What was found under an upload's key.
#[derive(Clone, Debug)]
pub struct Found {
    /// Size, bytes.
    pub size_bytes: i64,
    /// The type that the first bytes show.
    pub content_type: Option<&'static str>,
    e_tag: Option<String>,
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

    /// Looks at what was uploaded; `None` when nothing was.
    ///
    /// # Errors
    /// `upstream-down` when S3 does not answer.
    pub async fn look(&self, key: &str) -> Result<Option<Found>, Problem> {
        let head = match self.client.head_object().bucket(&self.bucket).key(key).send().await {
            Ok(head) => head,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(down(&error)),
        };
        let size_bytes = head.content_length().unwrap_or(0);
        let content_type = if size_bytes > 0 { self.magic(key).await? } else { None };
        Ok(Some(Found { size_bytes, content_type, e_tag: head.e_tag }))
    }

    async fn magic(&self, key: &str) -> Result<Option<&'static str>, Problem> {
        let get = self.client.get_object().bucket(&self.bucket).key(key).range(MAGIC_RANGE);
        let mut body = get.send().await.map_err(|error| down(&error))?.body;
        let mut start = Vec::new();
        while start.len() < 16
            && let Some(bytes) = body.try_next().await.map_err(Problem::internal)?
        {
            start.extend_from_slice(&bytes);
        }
        Ok(type_of(&start))
    }

    /// Copies a checked upload to where it is served.
    ///
    /// # Errors
    /// `upload-invalid` when the upload was replaced since it was checked; `upstream-down`.
    pub async fn serve(&self, from: &str, to: &str, found: &Found) -> Result<(), Problem> {
        let copy = self.client.copy_object().bucket(&self.bucket).key(to);
        let copied = copy
            .copy_source(format!("{}/{from}", self.bucket))
            .set_copy_source_if_match(found.e_tag.clone())
            .metadata_directive(MetadataDirective::Replace)
            .set_content_type(found.content_type.map(str::to_owned))
            .cache_control("public, max-age=31536000, immutable")
            .send()
            .await;
        match copied {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("PreconditionFailed") => {
                Err(Problem::new(Kind::UploadInvalid)
                    .detail("The file changed while it was checked. Please upload it again."))
            }
            Err(error) => Err(down(&error)),
        }
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

/// The type that the first bytes of a file show (WHATWG MIME Sniffing, section 6.1).
#[must_use]
pub fn type_of(start: &[u8]) -> Option<&'static str> {
    if start.starts_with(&[0xFF, 0xD8, 0xFF]) {
        Some("image/jpeg")
    } else if start.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if start.starts_with(b"RIFF") && start.get(8..14) == Some(b"WEBPVP") {
        Some("image/webp")
    } else {
        None
    }
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
