//! The API as a person uses it: signed in by mail, over HTTP, against a running stack. The demo's
//! seed and the journeys speak through this.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// How long something that happens after a commit (a mail, a payment's webhook) may take.
const PATIENCE: Duration = Duration::from_secs(40);
const LOOK_EVERY: Duration = Duration::from_millis(150);

/// Where a stack is.
#[derive(Clone, Debug)]
pub struct Stack {
    http: reqwest::Client,
    /// The address people open.
    pub url: String,
    /// The sandbox of outside services.
    pub sandbox: String,
    /// Everything that the template gives.
    pub outputs: Value,
}

/// A person with an access token.
#[derive(Clone, Debug)]
pub struct Person {
    stack: Stack,
    /// The address that signed in.
    pub email: String,
    /// The user's id.
    pub id: String,
    token: String,
}

/// A reply: status and JSON (null when there is no body).
#[derive(Clone, Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: StatusCode,
    /// The body.
    pub body: Value,
}

impl Reply {
    /// The body of a success.
    ///
    /// # Errors
    /// The reply is a refusal; its text is in the error.
    pub fn ok(self) -> Result<Value> {
        if self.status.is_success() {
            Ok(self.body)
        } else {
            bail!("{}: {}", self.status, self.body)
        }
    }
}

impl Stack {
    /// The stack that `cargo x` points at with `PARLOR_OUTPUTS`.
    ///
    /// # Errors
    /// No stack is pointed at, or its outputs cannot be read.
    #[expect(
        clippy::disallowed_methods,
        reason = "cargo x says by the environment where its stack is"
    )]
    pub fn from_env() -> Result<Self> {
        let path = std::env::var("PARLOR_OUTPUTS")
            .context("PARLOR_OUTPUTS is not set; `cargo x` sets it")?;
        let outputs: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
        let of = |name: &str| Some(outputs[name].as_str()?.to_owned());
        let http = reqwest::Client::builder().timeout(Duration::from_secs(60)).build()?;
        Ok(Self {
            http,
            url: of("SiteUrl").context("the outputs have no SiteUrl")?,
            sandbox: of("SandboxUrl").context("the outputs have no SandboxUrl")?,
            outputs,
        })
    }

    /// One request, with an access token or without.
    ///
    /// # Errors
    /// Nobody answers.
    pub async fn call(
        &self,
        token: Option<&str>,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Reply> {
        let url =
            if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.url) };
        let mut request = self.http.request(method, url);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let reply = request.send().await?;
        let status = reply.status();
        let text = reply.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(if text.is_empty() {
            Value::Null
        } else {
            json!(text)
        });
        Ok(Reply { status, body })
    }

    /// Somebody who has signed in already.
    #[must_use]
    pub fn person(&self, email: &str, id: &str, token: &str) -> Person {
        Person {
            stack: self.clone(),
            email: email.to_owned(),
            id: id.to_owned(),
            token: token.to_owned(),
        }
    }

    /// Asks for a mail, reads the code in it, and signs in.
    ///
    /// # Errors
    /// A refusal, or no mail came.
    pub async fn sign_in(&self, email: &str) -> Result<Person> {
        let code = self.mailed_code(email).await?;
        let body = json!({ "email": email, "code": code });
        let tokens =
            self.call(None, Method::POST, "/v1/sign-in/code", None, Some(&body)).await?.ok()?;
        let text = |value: &Value| {
            value.as_str().map(str::to_owned).context("the tokens have another shape")
        };
        Ok(Person {
            stack: self.clone(),
            email: email.to_owned(),
            id: text(&tokens["me"]["id"])?,
            token: text(&tokens["access_token"])?,
        })
    }

    /// Asks for a code and reads it from the mail.
    ///
    /// # Errors
    /// The stack refuses, or no mail arrives.
    pub async fn mailed_code(&self, email: &str) -> Result<String> {
        let before = self.codes(email).await?.len();
        let body = json!({ "email": email });
        self.call(None, Method::POST, "/v1/sign-in/mail", None, Some(&body)).await?.ok()?;
        self.eventually(&format!("a mail to {email}"), async || {
            let codes = self.codes(email).await?;
            Ok((codes.len() > before).then(|| codes[0].clone()))
        })
        .await
    }

    /// The texts of the mails to an address, newest first.
    ///
    /// # Errors
    /// The mailbox does not answer.
    pub async fn mails(&self, email: &str) -> Result<Vec<String>> {
        let path = format!("/_dev/mailbox.json?to={}", email.replace('+', "%2B"));
        let mails = self.call(None, Method::GET, &path, None, None).await?.ok()?;
        let mails = mails["items"].as_array().context("the mailbox has another shape")?;
        Ok(mails.iter().filter_map(|mail| Some(mail["text"].as_str()?.to_owned())).collect())
    }

    /// The six-digit codes mailed to an address, newest first.
    async fn codes(&self, email: &str) -> Result<Vec<String>> {
        Ok(self.mails(email).await?.iter().filter_map(|text| code_in(text)).collect())
    }

    /// Looks again and again until something is there.
    ///
    /// # Errors
    /// What `look` answers, or that `what` never came.
    pub async fn eventually<T>(
        &self,
        what: &str,
        mut look: impl AsyncFnMut() -> Result<Option<T>>,
    ) -> Result<T> {
        let looking = async {
            loop {
                if let Some(found) = look().await? {
                    return Ok(found);
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        match tokio::time::timeout(PATIENCE, looking).await {
            Ok(found) => found,
            Err(_) => bail!("waited {} s in vain for {what}", PATIENCE.as_secs()),
        }
    }
}

impl Person {
    /// The access token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// GET.
    ///
    /// # Errors
    /// A refusal, or nobody answers.
    pub async fn get(&self, path: &str) -> Result<Value> {
        self.send(Method::GET, path, None, None).await?.ok()
    }

    /// POST.
    ///
    /// # Errors
    /// A refusal, or nobody answers.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.send(Method::POST, path, None, Some(body)).await?.ok()
    }

    /// POST with an idempotency key.
    ///
    /// # Errors
    /// A refusal, or nobody answers.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Result<Value> {
        self.send(Method::POST, path, Some(key), Some(body)).await?.ok()
    }

    /// PUT.
    ///
    /// # Errors
    /// A refusal, or nobody answers.
    pub async fn put(&self, path: &str, body: &Value) -> Result<Value> {
        self.send(Method::PUT, path, None, Some(body)).await?.ok()
    }

    /// PATCH.
    ///
    /// # Errors
    /// A refusal, or nobody answers.
    pub async fn patch(&self, path: &str, body: &Value) -> Result<Value> {
        self.send(Method::PATCH, path, None, Some(body)).await?.ok()
    }

    /// Any request of this person; the reply may be a refusal.
    ///
    /// # Errors
    /// Nobody answers.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Reply> {
        self.stack.call(Some(&self.token), method, path, key, body).await
    }

    /// Pays money in: Checkout at the sandbox, then the webhook, until the wallet has it.
    ///
    /// # Errors
    /// A refusal, or the payment did not arrive.
    pub async fn top_up(&self, amount_minor: i64, key: &str) -> Result<()> {
        let top_up = self
            .post_once("/v1/wallet/top-ups", key, &json!({ "amount_minor": amount_minor }))
            .await?;
        let checkout = top_up["checkout_url"].as_str().context("the top-up has no checkout_url")?;
        let checkout = checkout.rsplit('/').next().unwrap_or_default();
        let pay = format!("{}/_sandbox/checkouts/{checkout}/pay", self.stack.sandbox);
        self.stack
            .call(None, Method::POST, &pay, None, Some(&json!({ "email": self.email })))
            .await?
            .ok()?;
        let path = format!("/v1/wallet/top-ups/{}", top_up["id"].as_str().unwrap_or_default());
        self.stack
            .eventually("the payment", async || {
                Ok((self.get(&path).await?["status"] == "paid").then_some(()))
            })
            .await
    }
}

/// The first number of exactly six digits.
#[must_use]
pub fn code_in(text: &str) -> Option<String> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    let code = words
        .into_iter()
        .find(|word| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit()));
    code.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::code_in;

    #[test]
    fn the_code_of_a_mail_is_its_first_number_of_six_digits() {
        assert_eq!(
            code_in("Your code is 004211. It ends in 600 s; ref 1234567.").as_deref(),
            Some("004211")
        );
        assert_eq!(code_in("token=a123456b"), None);
    }
}
