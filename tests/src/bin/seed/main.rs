//! The demo: people, readings and money, made through the product's own routes on a running stack.
//! `cargo x dev` runs it once for each fresh state and shows what it prints.

mod people;

use std::process::ExitCode;

use anyhow::{Context, Result};
use parlor_tests::{Person, Stack};
use reqwest::{Method, StatusCode};
use serde_json::json;

use people::{ADMIN, HOSTS, Host, MEMBERS, PENDING};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match seed().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the demo could not be put in: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn seed() -> Result<()> {
    let stack = Stack::from_env()?;
    let admin = stack.sign_in(ADMIN).await.context("the admin cannot sign in")?;
    admin.patch("/v1/me", &json!({ "display_name": "Robin Hale" })).await?;
    let mut hosts = Vec::new();
    for host in &HOSTS {
        hosts.push(
            verified(&stack, &admin, host)
                .await
                .with_context(|| format!("{} cannot be a host", host.name))?,
        );
    }
    apply(&stack, &PENDING).await?;
    let mut members = Vec::new();
    for (email, name, paid_minor) in MEMBERS {
        let member = stack.sign_in(email).await?;
        member.patch("/v1/me", &json!({ "display_name": name })).await?;
        member
            .top_up(paid_minor, &format!("demo-top-up-{name}"))
            .await
            .with_context(|| format!("{name} cannot pay"))?;
        members.push(member);
    }
    for (number, (member, host)) in [(0, 0), (0, 2), (1, 1)].into_iter().enumerate() {
        reading(&members[member], &hosts[host], number)
            .await
            .context("a reading of the demo failed")?;
    }
    for (host, person) in HOSTS.iter().zip(&hosts) {
        person.put("/v1/host/online", &json!({ "online": host.online })).await?;
    }
    tell();
    Ok(())
}

async fn apply(stack: &Stack, host: &Host) -> Result<Person> {
    let person = stack.sign_in(host.email).await?;
    person.patch("/v1/me", &json!({ "display_name": host.name })).await?;
    let application = json!({
        "name": host.name,
        "slug": host.slug,
        "bio": host.bio,
        "specialties": host.specialties,
        "statement": host.statement,
    });
    // A demo that was stopped half way is put in again: what is there stays.
    let profile = person.send(Method::GET, "/v1/host/profile", None, None).await?;
    if profile.status == StatusCode::NOT_FOUND {
        person.post("/v1/host/application", &application).await?;
    } else {
        profile.ok()?;
    }
    let [text, voice, video] = host.rates_minor;
    let rates = json!({ "text_minor": text, "voice_minor": voice, "video_minor": video });
    person.put("/v1/host/rates", &rates).await?;
    Ok(person)
}

async fn verified(stack: &Stack, admin: &Person, host: &Host) -> Result<Person> {
    let person = apply(stack, host).await?;
    if person.get("/v1/host/profile").await?["status"] == "pending" {
        admin.post(&format!("/v1/admin/hosts/{}/verify", person.id), &json!({})).await?;
    }
    person.put("/v1/host/online", &json!({ "online": true })).await?;
    Ok(person)
}

/// A short reading by text: asked for, accepted, begun, talked, ended, settled.
async fn reading(member: &Person, host: &Person, number: usize) -> Result<()> {
    let asked = json!({ "host_id": host.id, "modality": "text" });
    let session =
        member.post_once("/v1/sessions", &format!("demo-session-{number}"), &asked).await?;
    let path = format!("/v1/sessions/{}", session["id"].as_str().context("the session has no id")?);
    host.post(&format!("{path}/accept"), &json!({})).await?;
    member.post(&format!("{path}/join"), &json!({})).await?;
    host.post(&format!("{path}/join"), &json!({})).await?;
    let messages = format!("{path}/messages");
    let hello = json!({ "text": "Hello, thank you for taking the time." });
    member.post_once(&messages, &format!("demo-hello-{number}"), &hello).await?;
    let answer = json!({ "text": "Welcome. What would you like to look at today?" });
    host.post_once(&messages, &format!("demo-answer-{number}"), &answer).await?;
    host.post(&format!("{path}/end"), &json!({ "summary": "A first look at the year ahead." }))
        .await?;
    Ok(())
}

fn tell() {
    println!("  {ADMIN:<28} admin");
    for host in &HOSTS {
        println!(
            "  {:<28} host, {}{}",
            host.email,
            host.name,
            if host.online { ", online" } else { "" }
        );
    }
    println!("  {:<28} has applied as a host: {}", PENDING.email, PENDING.name);
    for (email, name, _) in MEMBERS {
        println!("  {email:<28} member with money, {name}");
    }
}
