//! Serving a sandbox: the router, a loopback listener and the background tasks.

use std::net::Ipv4Addr;

use anyhow::Context;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::state::{Data, Sandbox};
use crate::{checkout_page, connect_page, control, oidc, store_file, stripe, webhooks, whereby};

/// Largest request body, in bytes.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// The router of a sandbox and the handle on its state.
///
/// Nothing runs in the background: events are recorded but only [`Running`] delivers them.
///
/// # Errors
/// When the state file exists and cannot be read.
pub fn app(config: Config) -> anyhow::Result<(Router, Sandbox)> {
    let data = match &config.state_file {
        Some(path) => store_file::load(path)?,
        None => Data::default(),
    };
    let sandbox = Sandbox::new(config, data);
    let router = Router::new()
        .merge(stripe::routes())
        .merge(checkout_page::routes())
        .merge(connect_page::routes())
        .merge(oidc::routes())
        .merge(whereby::routes())
        .merge(control::routes())
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(sandbox.clone());
    Ok((router, sandbox))
}

/// A sandbox that is being served on a loopback port. Dropping it stops it.
pub struct Running {
    sandbox: Sandbox,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Starts a sandbox on `127.0.0.1`.
    ///
    /// # Errors
    /// When the port is taken or the state file cannot be read.
    pub async fn start(config: Config) -> anyhow::Result<Self> {
        let port = config.port;
        let (router, sandbox) = app(config)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .with_context(|| format!("cannot listen on 127.0.0.1:{port}"))?;
        let address = listener.local_addr()?;
        sandbox.listens_on(format!("http://{address}"));
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                eprintln!("sandbox: the server stopped: {error}");
            }
        });
        let tasks = vec![
            server,
            tokio::spawn(webhooks::delivery::run(sandbox.clone())),
            tokio::spawn(store_file::keep_saved(sandbox.clone())),
        ];
        Ok(Self { sandbox, tasks })
    }

    /// The handle on the sandbox's state.
    #[must_use]
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Base URL without a trailing slash.
    #[must_use]
    pub fn url(&self) -> &str {
        self.sandbox.public_url()
    }

    /// Waits until no webhook delivery is due or under way (held ones do not count).
    pub async fn deliveries_settled(&self) {
        webhooks::delivery::settled(&self.sandbox).await;
    }

    /// Writes the state file, when there is one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self) -> anyhow::Result<()> {
        match &self.sandbox.config().state_file {
            Some(path) => store_file::save(&self.sandbox, path),
            None => Ok(()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
