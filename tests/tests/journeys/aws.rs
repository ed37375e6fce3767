//! AWS's own APIs, called as the account or as a function's role. Requests are signed; the same code would work against
//! AWS itself.

use std::borrow::Cow;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, SignableBody, SignableRequest, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use parlor_tests::Stack;
use reqwest::Method;
use serde_json::{Value, json};

const REGION: &str = "us-east-1";
const STACK: &str = "parlor";

/// AWS, as seen by somebody with credentials.
pub struct Aws {
    http: reqwest::Client,
    url: String,
    credentials: Credentials,
}

/// A reply of AWS.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The text between two tags of an XML reply.
    fn tag(&self, name: &str) -> String {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let rest = self.text.split_once(&open).map_or("", |(_, rest)| rest);
        rest.split_once(&close).map_or("", |(value, _)| value).to_owned()
    }

    pub fn is_denied(&self) -> bool {
        (400..404).contains(&self.status) && self.text.contains("AccessDenied")
    }
}

impl Aws {
    /// The account itself: what the environment's credentials are.
    #[expect(
        clippy::disallowed_methods,
        reason = "cargo x gives the credentials by the environment"
    )]
    pub fn root(stack: &Stack) -> Self {
        let of = |name| std::env::var(name).unwrap_or_else(|_| "test".to_owned());
        let (key, secret) = (of("AWS_ACCESS_KEY_ID"), of("AWS_SECRET_ACCESS_KEY"));
        Self {
            http: reqwest::Client::new(),
            url: stack.outputs["AwsUrl"].as_str().unwrap().to_owned(),
            credentials: Credentials::new(key, secret, None, None, "journeys"),
        }
    }

    /// A call of a service with a JSON protocol.
    pub async fn call(&self, service: &str, target: &str, body: &Value) -> Answer {
        let version =
            if ["dynamodb", "sqs", "monitoring"].contains(&service) { "1.0" } else { "1.1" };
        let kind = format!("application/x-amz-json-{version}");
        let headers = [("content-type", kind.as_str()), ("x-amz-target", target)];
        self.send(Method::POST, service, "/", &headers, body.to_string().into_bytes()).await
    }

    /// A call of a service with the query protocol.
    pub async fn form(&self, service: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(fields).unwrap();
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.send(Method::POST, service, "/", &headers, body.into_bytes()).await
    }

    /// Any signed request.
    #[expect(clippy::disallowed_methods, reason = "a signature holds for the machine's own time")]
    pub async fn send(
        &self,
        method: Method,
        service: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let url = format!("{}{path}", self.url);
        let mut settings = SigningSettings::default();
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let identity = self.credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(REGION)
            .name(service)
            .time(SystemTime::now())
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let signable = SignableRequest::new(
            method.as_str(),
            Cow::Borrowed(url.as_str()),
            headers.iter().copied(),
            SignableBody::Bytes(&body),
        );
        let (instructions, _) = sign(signable.unwrap(), &params).unwrap().into_parts();
        let (signed, _) = instructions.into_parts();
        let mut request = self.http.request(method, &url).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        for header in signed {
            request = request.header(header.name(), header.value());
        }
        let reply = request.send().await.unwrap();
        Answer { status: reply.status().as_u16(), text: reply.text().await.unwrap() }
    }

    /// The name or address that CloudFormation gave to a resource of the template.
    pub async fn physical(&self, logical_id: &str) -> String {
        let fields = [
            ("Action", "DescribeStackResource"),
            ("Version", "2010-05-15"),
            ("StackName", STACK),
            ("LogicalResourceId", logical_id),
        ];
        let answer = self.form("cloudformation", &fields).await;
        assert_eq!(answer.status, 200, "{logical_id}: {}", answer.text);
        answer.tag("PhysicalResourceId")
    }

    /// Calls a function by its logical id, and gives what it answers.
    pub async fn invoke(&self, logical_id: &str, event: &Value) -> Value {
        let name = self.physical(logical_id).await;
        self.invoke_named(&name, event).await
    }

    /// Calls a function by its name.
    pub async fn invoke_named(&self, name: &str, event: &Value) -> Value {
        let path = format!("/2015-03-31/functions/{name}/invocations");
        let headers = [("content-type", "application/json")];
        let body = event.to_string().into_bytes();
        let answer = self.send(Method::POST, "lambda", &path, &headers, body).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
        let reply = answer.json();
        assert!(reply["errorType"].is_null(), "{name}: {reply}");
        reply
    }

    /// What the schedule sends to one of its consumers.
    pub async fn scheduled(&self, logical_id: &str) -> Value {
        let event = json!({
            "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event",
            "source": "aws.events", "account": "123456789012", "time": "2026-11-20T15:00:00Z",
            "region": REGION, "resources": [], "detail": {},
        });
        self.invoke(logical_id, &event).await
    }

    /// AWS as a function sees it: with the credentials of its own role. For a moment the role also trusts the account.
    pub async fn as_function(&self, logical_id: &str) -> Self {
        let arn = self.role_of(logical_id).await;
        let role = arn.rsplit('/').next().unwrap_or_default();
        let account = arn.split(':').nth(4).unwrap_or_default();
        let lambda = json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": "lambda.amazonaws.com" } });
        let tests = json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "AWS": format!("arn:aws:iam::{account}:root") } });
        self.trust(role, &json!([lambda, tests])).await;
        let fields = [
            ("Action", "AssumeRole"),
            ("Version", "2011-06-15"),
            ("RoleArn", arn.as_str()),
            ("RoleSessionName", "journeys"),
        ];
        let answer = self.form("sts", &fields).await;
        self.trust(role, &json!([lambda])).await;
        assert_eq!(answer.status, 200, "{logical_id}: {}", answer.text);
        let credentials = Credentials::new(
            answer.tag("AccessKeyId"),
            answer.tag("SecretAccessKey"),
            Some(answer.tag("SessionToken")),
            None,
            "journeys",
        );
        Self { http: self.http.clone(), url: self.url.clone(), credentials }
    }

    /// The ARN of a function's role.
    pub async fn role_of(&self, logical_id: &str) -> String {
        let name = self.physical(logical_id).await;
        let path = format!("/2015-03-31/functions/{name}/configuration");
        let answer = self.send(Method::GET, "lambda", &path, &[], Vec::new()).await;
        answer.json()["Role"].as_str().unwrap_or_default().to_owned()
    }

    async fn trust(&self, role: &str, statements: &Value) {
        let document = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
        let fields = [
            ("Action", "UpdateAssumeRolePolicy"),
            ("Version", "2010-05-08"),
            ("RoleName", role),
            ("PolicyDocument", document.as_str()),
        ];
        let answer = self.form("iam", &fields).await;
        assert_eq!(answer.status, 200, "{role}: {}", answer.text);
    }
}
