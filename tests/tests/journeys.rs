//! Journeys over HTTP through the deployed local stack: CDN, API, IAM, streams, queues and the
//! sandbox are the real ones of `cargo x dev`. `cargo x test` starts the stack and points here.

use anyhow::{Context, Result};
use parlor_tests::{Person, Stack};
use reqwest::Method;
use serde_json::{Value, json};

/// A verified host with a rate for text, online.
async fn online_host(stack: &Stack, name: &str, rate_minor: i64) -> Result<Person> {
    let admin = stack.sign_in("admin@parlor.example").await?;
    let host = stack.sign_in(&format!("{name}@parlor.example")).await?;
    let application = json!({
        "name": name, "slug": name, "bio": "For a test.", "specialties": ["tarot"], "statement": "For a test.",
    });
    host.post("/v1/host/application", &application).await?;
    host.put("/v1/host/rates", &json!({ "text_minor": rate_minor })).await?;
    admin.post(&format!("/v1/admin/hosts/{}/verify", host.id), &json!({})).await?;
    host.put("/v1/host/online", &json!({ "online": true })).await?;
    Ok(host)
}

fn minor(value: &Value, name: &str) -> Result<i64> {
    value[name].as_i64().with_context(|| format!("{value} has no {name}"))
}

#[tokio::test]
async fn a_paid_session_moves_money_from_the_member_to_the_host_and_conserves_it() -> Result<()> {
    let stack = Stack::from_env()?;
    let host = online_host(&stack, "journey-host", 200).await?;
    let member = stack.sign_in("journey-member@parlor.example").await?;
    member.top_up(1000, "journey-top-up").await?;
    assert_eq!(minor(&member.get("/v1/wallet").await?, "available_minor")?, 1000);

    let asked = json!({ "host_id": host.id, "modality": "text" });
    let session = member.post_once("/v1/sessions", "journey-session", &asked).await?;
    let path = format!("/v1/sessions/{}", session["id"].as_str().context("no id")?);
    host.post(&format!("{path}/accept"), &json!({})).await?;
    member.post(&format!("{path}/join"), &json!({})).await?;
    let active = host.post(&format!("{path}/join"), &json!({})).await?;
    assert_eq!(active["state"], "active");
    let ended = member.post(&format!("{path}/end"), &json!({})).await?;
    assert_eq!(ended["state"], "finalized");

    let receipt = member.get(&format!("{path}/receipt")).await?;
    let (gross, share, fee) = (
        minor(&receipt, "gross_minor")?,
        minor(&receipt, "share_minor")?,
        minor(&receipt, "fee_minor")?,
    );
    assert_eq!(gross, share + fee);
    assert!(gross >= 200, "a session that began costs a minute");
    assert_eq!(minor(&member.get("/v1/wallet").await?, "available_minor")?, 1000 - gross);
    assert_eq!(minor(&host.get("/v1/host/earnings").await?, "available_minor")?, share);
    Ok(())
}

#[tokio::test]
async fn a_stranger_learns_nothing_of_a_session() -> Result<()> {
    let stack = Stack::from_env()?;
    let host = online_host(&stack, "quiet-host", 100).await?;
    let member = stack.sign_in("quiet-member@parlor.example").await?;
    let stranger = stack.sign_in("stranger@parlor.example").await?;
    member.top_up(500, "quiet-top-up").await?;
    let asked = json!({ "host_id": host.id, "modality": "text" });
    let session = member.post_once("/v1/sessions", "quiet-session", &asked).await?;
    let path = format!("/v1/sessions/{}", session["id"].as_str().context("no id")?);
    for path in [path.clone(), format!("{path}/receipt"), format!("{path}/messages")] {
        let reply = stranger.send(Method::GET, &path, None, None).await?;
        assert_eq!(reply.status.as_u16(), 404, "{path}");
    }
    member.post(&format!("{path}/cancel"), &json!({})).await?;
    Ok(())
}

#[tokio::test]
async fn every_reply_of_the_cdn_carries_the_policies_of_the_template() -> Result<()> {
    let stack = Stack::from_env()?;
    let http = reqwest::Client::new();
    for (path, status, policy) in [
        ("/", 200, "frame-ancestors 'none'"),
        ("/readers/nobody-of-that-name", 200, "frame-ancestors 'none'"),
        ("/no-such-file.js", 404, "frame-ancestors 'none'"),
        ("/v1/site", 200, "default-src 'none'"),
        ("/v1/no-such-route", 404, "default-src 'none'"),
        ("/.well-known/jwks.json", 200, "default-src 'none'"),
    ] {
        let reply = http.get(format!("{}{path}", stack.url)).send().await?;
        assert_eq!(reply.status().as_u16(), status, "{path}");
        let header = |name: &str| reply.headers()[name].to_str().unwrap_or_default().to_owned();
        assert!(header("content-security-policy").contains(policy), "{path}");
        assert!(header("strict-transport-security").starts_with("max-age=63072000"), "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("x-frame-options"), "DENY", "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn an_unsigned_event_of_the_processor_is_refused() -> Result<()> {
    let stack = Stack::from_env()?;
    let url = stack.outputs["StripeWebhookUrl"].as_str().context("no StripeWebhookUrl")?;
    let id = url.trim_start_matches("https://").split('.').next().unwrap_or_default();
    let aws = stack.outputs["AwsUrl"].as_str().context("no AwsUrl")?;
    let url = format!("{aws}/_aws/lambda-url/{id}/");
    let reply =
        stack.call(None, Method::POST, &url, None, Some(&json!({ "id": "evt_forged" }))).await?;
    assert_eq!(reply.status.as_u16(), 400);
    Ok(())
}
