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

    /// Status, content type and bytes. Copies (`x-amz-copy-source`) work within the bucket.
    pub(crate) fn run(&mut self, request: &HttpRequest) -> (u16, String, Vec<u8>) {
        let uri: http::Uri = request.uri().parse().expect("an address");
        let path = uri.path().trim_start_matches('/');
        // Virtual-hosted addresses carry the bucket in the host, path-style ones first in the path.
        let bucket_in_host = uri.host().is_some_and(|host| !host.starts_with("s3."));
        let key =
            if bucket_in_host { path } else { path.split_once('/').map_or("", |(_, key)| key) };
        match Self::operation(request.method()) {
            "PutObject" => {
                if let Some(source) = request.headers().get("x-amz-copy-source") {
                    let source =
                        source.trim_start_matches('/').split_once('/').map_or("", |(_, key)| key);
                    let Some(copied) = self.0.get(source).cloned() else { return missing() };
                    self.0.insert(key.to_owned(), copied);
                    let xml = "<CopyObjectResult><ETag>\"0\"</ETag></CopyObjectResult>";
                    return (200, "application/xml".to_owned(), xml.into());
                }
                let content_type = request.headers().get("content-type").unwrap_or_default();
                let bytes = request.body().bytes().unwrap_or_default().to_vec();
                self.put(key, content_type, bytes);
                (200, String::new(), Vec::new())
            }
            "DeleteObject" => {
                self.0.remove(key);
                (204, String::new(), Vec::new())
            }
            _ => match self.0.get(key) {
                Some((content_type, bytes)) => {
                    (200, content_type.clone(), ranged(bytes, request.headers().get("range")))
                }
                None => missing(),
            },
        }
    }
}

/// `bytes=from-to`, the only form the product sends.
fn ranged(bytes: &[u8], range: Option<&str>) -> Vec<u8> {
    let bounds = range.and_then(|range| range.strip_prefix("bytes=")?.split_once('-'));
    let Some((from, to)) = bounds else { return bytes.to_vec() };
    let from: usize = from.parse().expect("a range");
    let to: usize = to.parse().expect("a range");
    bytes.iter().skip(from).take(to + 1 - from).copied().collect()
}

fn missing() -> (u16, String, Vec<u8>) {
    let xml = "<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>";
    (404, "application/xml".to_owned(), xml.into())
}
