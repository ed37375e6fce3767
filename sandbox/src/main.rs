//! The sandbox as a process: bound to 127.0.0.1 and to nothing else.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Parser;
use sandbox::{Config, OidcClient, Running};

/// Stands in for card payments and sign-in on this machine. Development and tests only.
#[derive(Parser)]
struct Options {
    /// Port on 127.0.0.1; 0 lets the system choose.
    #[arg(long, default_value_t = 4620)]
    port: u16,
    /// How browsers and the product reach the sandbox; defaults to the address it listens on.
    #[arg(long)]
    public_url: Option<String>,
    /// The one Stripe key that is accepted; without it, any that begins with sk_test_.
    #[arg(long, env = "SANDBOX_STRIPE_KEY", hide_env_values = true)]
    stripe_key: Option<String>,
    /// Where Stripe events are sent; can also be set while running.
    #[arg(long)]
    webhook_url: Option<String>,
    /// The secret of webhook signatures.
    #[arg(long, env = "SANDBOX_WEBHOOK_SECRET", hide_env_values = true)]
    webhook_secret: Option<String>,
    /// A file with the secret of webhook signatures; made with a random one if it does not exist.
    #[arg(long, conflicts_with = "webhook_secret")]
    webhook_secret_file: Option<PathBuf>,
    /// Wait before a failed delivery is repeated, in milliseconds; doubled each time.
    #[arg(long, default_value_t = 1000)]
    retry_backoff_ms: u64,
    /// A client of the OIDC issuer.
    #[arg(long)]
    oidc_client_id: Option<String>,
    /// Its secret; without one the client is public.
    #[arg(long, env = "SANDBOX_OIDC_CLIENT_SECRET", hide_env_values = true)]
    oidc_client_secret: Option<String>,
    /// An address it may be sent back to; can be given several times.
    #[arg(long)]
    oidc_redirect_uri: Vec<String>,
    /// Where the state is kept between runs.
    #[arg(long)]
    state_file: Option<PathBuf>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let running = Running::start(config(options)?).await?;
    println!("sandbox: {} (controls: {0}/_sandbox)", running.url());
    stopped().await?;
    running.save()
}

/// Waits for Ctrl-C or a polite kill.
async fn stopped() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupt = tokio::signal::ctrl_c() => interrupt?,
        _ = terminate.recv() => {}
    }
    Ok(())
}

fn config(options: Options) -> anyhow::Result<Config> {
    let fresh = Config::default();
    let webhook_secret = match (options.webhook_secret, &options.webhook_secret_file) {
        (Some(secret), _) if secret.is_empty() => bail!("the webhook secret is empty"),
        (Some(secret), _) => secret,
        (None, Some(path)) => secret_from(path, &fresh.webhook_secret)?,
        (None, None) => fresh.webhook_secret.clone(),
    };
    let oidc_clients = match options.oidc_client_id {
        None if options.oidc_redirect_uri.is_empty() => Vec::new(),
        None => bail!("--oidc-redirect-uri needs --oidc-client-id"),
        Some(client_id) => vec![OidcClient {
            client_id,
            client_secret: options.oidc_client_secret,
            redirect_uris: options.oidc_redirect_uri,
        }],
    };
    Ok(Config {
        port: options.port,
        public_url: options.public_url,
        stripe_key: options.stripe_key,
        webhook_url: options.webhook_url,
        webhook_secret,
        retry_backoff: Duration::from_millis(options.retry_backoff_ms),
        oidc_clients,
        state_file: options.state_file,
        ..fresh
    })
}

/// Reads the secret of a file, or makes the file for its owner alone.
fn secret_from(path: &Path, fresh: &str) -> anyhow::Result<String> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    match std::fs::read_to_string(path) {
        Ok(text) if text.trim().is_empty() => bail!("{} is empty", path.display()),
        Ok(text) => Ok(text.trim().to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut file = std::fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(path)
                .with_context(|| format!("cannot make {}", path.display()))?;
            file.write_all(fresh.as_bytes())?;
            Ok(fresh.to_owned())
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}
