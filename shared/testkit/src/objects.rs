//! The few operations of S3 that the product uses, over a map.

use std::collections::BTreeMap;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

/// Objects by key, whatever the bucket.
#[derive(Debug, Default)]
pub(crate) struct Objects(BTreeMap<String, (String, Vec<u8>)>);

impl Objects {
    pub(crate) fn operation(method: &str) -> &'static str {
        match method {
            "GET" => "GetObject",
            "HEAD" => "HeadObject",
            "PUT" => "PutObject",
            "DELETE" => "DeleteObject",
            other => panic!("the fake S3 does not know {other}"),
        }
    }

    pub(crate) fn put(&mut self, key: &str, content_type: &str, bytes: Vec<u8>) {
        self.0.insert(key.to_owned(), (content_type.to_owned(), bytes));
    }

    pub(crate) fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.0.get(key).map(|(_, bytes)| bytes.clone())
    }

    pub(crate) fn content_type(&self, key: &str) -> Option<String> {
        self.0.get(key).map(|(content_type, _)| content_type.clone())
    }

    /// What S3 answers. Copies (`x-amz-copy-source`) work within the bucket.
    pub(crate) fn run(&mut self, request: &HttpRequest) -> Answer {
        let uri: http::Uri = request.uri().parse().expect("an address");
        let path = uri.path().trim_start_matches('/');
        // Virtual-hosted addresses carry the bucket in the host, path-style ones first in the path.
        let bucket_in_host = uri.host().is_some_and(|host| !host.starts_with("s3."));
        let key =
            if bucket_in_host { path } else { path.split_once('/').map_or("", |(_, key)| key) };
        match Self::operation(request.method()) {
            "PutObject" if request.headers().get("x-amz-copy-source").is_some() => {
                self.copy(key, request)
            }
            "PutObject"
                if request.headers().get("if-none-match") == Some("*")
                    && self.0.contains_key(key) =>
            {
                Answer::error(412, "PreconditionFailed")
            }
            "PutObject" => {
                let content_type = request.headers().get("content-type").unwrap_or_default();
                let bytes = request.body().bytes().unwrap_or_default().to_vec();
                self.put(key, content_type, bytes);
                Answer::of(200, "", Vec::new())
            }
            "DeleteObject" => {
                self.0.remove(key);
                Answer::of(204, "", Vec::new())
            }
            _ => match self.0.get(key) {
                Some((content_type, bytes)) => {
                    let part = ranged(bytes, request.headers().get("range"));
                    Answer { e_tag: Some(e_tag(bytes)), ..Answer::of(200, content_type, part) }
                }
                None => Answer::error(404, "NoSuchKey"),
            },
        }
    }

    fn copy(&mut self, to: &str, request: &HttpRequest) -> Answer {
        let header = |name| request.headers().get(name);
        let source = header("x-amz-copy-source").unwrap_or_default().trim_start_matches('/');
        let from = source.split_once('/').map_or("", |(_, key)| key);
        let Some((kept, bytes)) = self.0.get(from).cloned() else {
            return Answer::error(404, "NoSuchKey");
        };
        let tag = e_tag(&bytes);
        if header("x-amz-copy-source-if-match").is_some_and(|wanted| wanted != tag) {
            return Answer::error(412, "PreconditionFailed");
        }
        let replaced = header("x-amz-metadata-directive") == Some("REPLACE");
        let content_type = header("content-type").filter(|_| replaced).map_or(kept, str::to_owned);
        self.0.insert(to.to_owned(), (content_type, bytes));
        let xml = format!("<CopyObjectResult><ETag>{tag}</ETag></CopyObjectResult>");
        Answer::of(200, "application/xml", xml.into())
    }
}

/// What S3 answers.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) e_tag: Option<String>,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    fn of(status: u16, content_type: &str, bytes: Vec<u8>) -> Self {
        Self { status, content_type: content_type.to_owned(), e_tag: None, bytes }
    }

    fn error(status: u16, code: &str) -> Self {
        let xml = format!("<Error><Code>{code}</Code><Message>{code}</Message></Error>");
        Self::of(status, "application/xml", xml.into())
    }
}

/// Another one for other bytes, quoted as HTTP wants it.
fn e_tag(bytes: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    format!("\"{}\"", hex(digest.as_ref()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `bytes=from-to`, the only form the product sends.
fn ranged(bytes: &[u8], range: Option<&str>) -> Vec<u8> {
    let bounds = range.and_then(|range| range.strip_prefix("bytes=")?.split_once('-'));
    let Some((from, to)) = bounds else { return bytes.to_vec() };
    let from: usize = from.parse().expect("a range");
    let to: usize = to.parse().expect("a range");
    bytes.iter().skip(from).take(to + 1 - from).copied().collect()
}
