//! The AWS SDK's configuration, of what Lambda puts into a function's environment and of nothing else.
//!
//! The SDK's own loader also asks files, other processes, STS and the metadata of machines and containers, and carries the
//! code for it into every archive. Lambda gives a function its credentials and its region in variables, and so does the
//! local stack.

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::identity::IdentityCache;
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

/// The AWS configuration of this process: `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
/// `AWS_SESSION_TOKEN`, and `AWS_ENDPOINT_URL` or `AWS_ENDPOINT_URL_<SERVICE>` where the service is not AWS's own.
///
/// Call it once, in `main`, and build every client from it: they share its connections and its certificates.
#[must_use]
pub fn aws_config() -> SdkConfig {
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
    let credentials = EnvironmentVariableCredentialsProvider::new();
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(variable("AWS_REGION").map(Region::new))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .identity_cache(IdentityCache::lazy().build())
        .retry_config(RetryConfig::standard())
        .service_config(Environment { variable })
        .http_client(http);
    // A service's own endpoint goes before this one; who asks whether this is AWS at all asks here.
    config.set_endpoint_url(variable("AWS_ENDPOINT_URL"));
    config.build()
}

/// What a service alone is configured with: of a setting `AWS_X` the variable `AWS_X_<SERVICE>`, then `AWS_X`.
#[derive(Debug)]
struct Environment {
    variable: fn(&str) -> Option<String>,
}

impl LoadServiceConfig for Environment {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_uppercase().replace(' ', "_");
        let of_service = (self.variable)(&format!("{}_{service}", key.env()));
        of_service.or_else(|| (self.variable)(key.env()))
    }
}

#[expect(clippy::disallowed_methods, reason = "what AWS's own code would read by itself")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Environment, LoadServiceConfig, ServiceConfigKey};

    fn of(service_id: &str, env: &str) -> Option<String> {
        let key = ServiceConfigKey::builder().service_id(service_id).env(env).profile("x");
        let variable = |name: &str| match name {
            "AWS_ENDPOINT_URL" => Some("http://all".to_owned()),
            "AWS_ENDPOINT_URL_S3" => Some("http://s3".to_owned()),
            "AWS_ENDPOINT_URL_SECRETS_MANAGER" => Some("http://secrets".to_owned()),
            _ => None,
        };
        Environment { variable }.load_config(key.build().unwrap())
    }

    #[test]
    fn a_service_may_have_an_endpoint_of_its_own() {
        assert_eq!(of("S3", "AWS_ENDPOINT_URL").unwrap(), "http://s3");
        assert_eq!(of("Secrets Manager", "AWS_ENDPOINT_URL").unwrap(), "http://secrets");
        assert_eq!(of("DynamoDB", "AWS_ENDPOINT_URL").unwrap(), "http://all");
        assert_eq!(of("S3", "AWS_SIGV4A_SIGNING_REGION_SET"), None);
    }
}
