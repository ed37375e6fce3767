//! The local stack: the emulator with the deployed template, the sandbox of outside services, and
//! the site behind one address. `dev` keeps one; `test` starts its own beside it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::functions::{DOMAINS, HERE};
use crate::process::{self, Kept, output, run_logged, wait_until};
use crate::steps::{Mark, step};
use crate::tools::Tools;
use crate::{http, paths, site};

const STARTUP: Duration = Duration::from_secs(60);
/// The name of the local stack.
pub const STACK: &str = "parlor";
const ARTIFACTS: &str = "parlor-artifacts";

/// How one local stack differs from another.
pub struct Settings {
    /// `dev` or `test`: the folder of its state and logs.
    pub name: &'static str,
    /// The first of three ports: front door, AWS, sandbox.
    pub port: u16,
    /// Length of a billed minute.
    pub minute_seconds: u32,
    /// Whether the one-minute and hourly schedules fire.
    pub schedules: bool,
    /// Whether its state is kept for the next start. Saving it all after changes costs more the more there is.
    pub kept: bool,
}

impl Settings {
    /// The address a person opens.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The port of AWS's own APIs.
    pub fn gateway(&self) -> u16 {
        self.port + 1
    }

    /// The port of the sandbox.
    pub fn sandbox(&self) -> u16 {
        self.port + 2
    }

    /// Everything this stack remembers.
    pub fn state(&self) -> PathBuf {
        paths::scratch().join(self.name)
    }

    /// The logs of its servers.
    pub fn logs(&self) -> PathBuf {
        paths::scratch().join("logs").join(self.name)
    }
}

/// A running stack. Dropping it stops it.
pub struct LocalStack {
    settings: Settings,
    sandbox: Kept,
    emulator: Kept,
}

impl LocalStack {
    /// Starts, deploys what changed and serves the site in `built`.
    ///
    /// # Errors
    /// A port is in use, a server does not start, or the deployment fails; the message says which.
    pub fn start(tools: &Tools, settings: Settings, built: &Path, fresh: bool) -> Result<Self> {
        for (port, what) in [
            (settings.port, "the site"),
            (settings.gateway(), "local AWS"),
            (settings.sandbox(), "the sandbox"),
        ] {
            http::port_is_free(port, what)?;
        }
        if fresh && settings.state().exists() {
            fs::remove_dir_all(settings.state())?;
        }
        let emulator = step("start the local AWS", || start_emulator(tools, &settings))?;
        let mut outputs = deploy(tools, &settings, built)?;
        publish(tools, &settings, built, &outputs)?;
        let sandbox = step("start the sandbox (Stripe, sign-in issuer)", || {
            start_sandbox(tools, &settings, &outputs)
        })?;
        let mut environment = tools.script("publish.py");
        aws(&mut environment, &settings);
        process::run(environment.args(["environment", STACK]).arg(settings.state()))?;
        outputs.insert("SiteUrl".to_owned(), settings.url());
        outputs.insert("AwsUrl".to_owned(), format!("http://127.0.0.1:{}", settings.gateway()));
        outputs.insert("SandboxUrl".to_owned(), format!("http://127.0.0.1:{}", settings.sandbox()));
        fs::write(settings.state().join("outputs.json"), serde_json::to_string_pretty(&outputs)?)?;
        Ok(Self { settings, sandbox, emulator })
    }

    /// The environment by which tests and the seed find this stack.
    pub fn point_at(&self, command: &mut Command) {
        aws(command, &self.settings);
        command.env("PARLOR_OUTPUTS", self.settings.state().join("outputs.json"));
        command.env("PARLOR_URL", self.settings.url());
        // Not `current_exe`: a test run may have replaced the program that is running.
        if let Some(this) = std::env::args_os().next() {
            command.env("PARLOR_X", paths::root().join(this));
        }
    }

    /// The variables of a function of this stack, with the tools' own credentials: for what acts as one from outside.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn variables(&self) -> Result<BTreeMap<String, String>> {
        let text = fs::read_to_string(self.settings.state().join("sam.json"))?;
        let mut file: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_str(&text)?;
        file.remove("Parameters").context("sam.json has no Parameters")
    }

    /// The address that people open.
    pub fn url(&self) -> String {
        self.settings.url()
    }

    /// What [`LocalStack::point_at`] sets, as lines for a shell.
    pub fn environment(&self) -> Vec<String> {
        let mut command = Command::new("true");
        self.point_at(&mut command);
        let set = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
        set.map(|(name, value)| {
            format!("export {}={}", name.to_string_lossy(), value.to_string_lossy())
        })
        .collect()
    }

    /// Asks the emulator to write everything to disk.
    ///
    /// # Errors
    /// The emulator does not answer.
    pub fn snapshot(&self) -> Result<()> {
        let reply = http::request("POST", self.settings.port, "/_dev/snapshot", "")?;
        if reply.status == 200 {
            Ok(())
        } else {
            bail!("the state could not be saved: {}", reply.body)
        }
    }

    /// An error when one of the servers has ended.
    ///
    /// # Errors
    /// With the end of that server's log.
    pub fn check(&mut self) -> Result<()> {
        self.emulator.check()?;
        self.sandbox.check()
    }

    /// Whether the next start goes on with what this one has.
    pub fn is_kept(&self) -> bool {
        self.settings.kept
    }

    /// Stops the servers, the sandbox first.
    pub fn stop(mut self) {
        self.sandbox.stop();
        self.emulator.stop();
    }
}

/// Points an AWS tool at the local stack. The credentials are the emulator's own root.
pub fn aws(command: &mut Command, settings: &Settings) {
    command
        .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", settings.gateway()))
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env_remove("AWS_PROFILE")
        .env_remove("AWS_SESSION_TOKEN");
}

fn start_emulator(tools: &Tools, settings: &Settings) -> Result<Kept> {
    let mut command = tools.script("launcher.py");
    command.args([
        "--gateway",
        &settings.gateway().to_string(),
        "--front",
        &settings.port.to_string(),
    ]);
    command.arg("--state").arg(settings.state()).arg("--logs").arg(settings.logs());
    command.arg("--openapi").arg(paths::root().join("openapi.json"));
    if !settings.kept {
        command.arg("--forget");
    }
    let mut emulator =
        Kept::start(&mut command, "the local AWS", Some(&settings.logs().join("aws.log")))?;
    wait_until(&mut emulator, STARTUP, || http::is_up(settings.gateway(), "/_ministack/health"))?;
    Ok(emulator)
}

fn start_sandbox(
    tools: &Tools,
    settings: &Settings,
    outputs: &BTreeMap<String, String>,
) -> Result<Kept> {
    let url = outputs.get("StripeWebhookUrl").context("the stack has no StripeWebhookUrl")?;
    let id = url.trim_start_matches("https://").split('.').next().unwrap_or_default();
    // The name of a function URL does not resolve here; the emulator also serves it by path.
    let webhook = format!("http://127.0.0.1:{}/_aws/lambda-url/{id}/", settings.gateway());
    let secret = settings.state().join("stripe-webhook-secret");
    let mut command = tools.script("guard.py");
    command.arg(paths::target().join("debug/sandbox"));
    command.args(["--port", &settings.sandbox().to_string(), "--webhook-url", &webhook]);
    command.arg("--webhook-secret-file").arg(&secret);
    command.args(["--oidc-client-id", "parlor", "--oidc-redirect-uri"]);
    command.arg(format!("{}/sign-in/callback", settings.url()));
    if settings.kept {
        command.arg("--state-file").arg(settings.state().join("sandbox.json"));
    }
    let mut sandbox =
        Kept::start(&mut command, "the sandbox", Some(&settings.logs().join("sandbox.log")))?;
    wait_until(&mut sandbox, STARTUP, || http::is_up(settings.sandbox(), "/_sandbox/webhooks"))?;
    let id = outputs.get("StripeSecretId").context("the stack has no StripeSecretId")?;
    let mut command = tools.script("publish.py");
    aws(&mut command, settings);
    output(command.args(["stripe-secret", id]).arg(&secret))?;
    let id = outputs.get("RoomSecretId").context("the stack has no RoomSecretId")?;
    let mut command = tools.script("publish.py");
    aws(&mut command, settings);
    output(command.args(["room-secret", id]))?;
    Ok(sandbox)
}

/// Deploys the template with SAM unless the same template, functions and parameters are running.
fn deploy(tools: &Tools, settings: &Settings, built: &Path) -> Result<BTreeMap<String, String>> {
    let parameters = parameters(settings, built)?;
    let mut inputs: Vec<PathBuf> =
        DOMAINS.iter().map(|d| paths::archives().join(format!("{d}.zip"))).collect();
    inputs.push(paths::root().join("template.yaml"));
    let words: Vec<&str> = parameters.iter().map(String::as_str).collect();
    let mark = Mark::of(&settings.state(), "deployed", &inputs, &words)?;
    let standing = outputs(tools, settings)?;
    if mark.is_set()
        && standing.get("StackStatus").is_some_and(|status| status.ends_with("_COMPLETE"))
    {
        return Ok(standing);
    }
    step("deploy template.yaml", || {
        let log = settings.logs().join("deploy.log");
        let mut bucket = tools.script("publish.py");
        aws(&mut bucket, settings);
        run_logged(bucket.args(["bucket", ARTIFACTS]), &log)?;
        let mut sam = tools.command("sam");
        aws(&mut sam, settings);
        sam.args([
            "deploy",
            "--template-file",
            "template.yaml",
            "--stack-name",
            STACK,
            "--s3-bucket",
            ARTIFACTS,
        ]);
        sam.args(["--capabilities", "CAPABILITY_IAM", "--region", "us-east-1"]);
        sam.args(["--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"]);
        run_logged(sam.arg("--parameter-overrides").args(&parameters), &log)?;
        let snapshot = http::request("POST", settings.port, "/_dev/snapshot", "")?;
        if snapshot.status != 200 {
            bail!("the deployed stack could not be saved: {}", snapshot.body);
        }
        mark.set()
    })?;
    outputs(tools, settings)
}

fn parameters(settings: &Settings, built: &Path) -> Result<Vec<String>> {
    let sandbox = format!("http://127.0.0.1:{}", settings.sandbox());
    let issuers = serde_json::json!([
        { "id": "sandbox", "name": "Sandbox", "issuer": format!("{sandbox}/oidc"), "client_id": "parlor" }
    ]);
    Ok(vec![
        format!("SiteUrl={}", settings.url()),
        format!("SitePages={}", site::pages(built)?),
        "MailFrom=hello@parlor.example".to_owned(),
        "AdminEmails=admin@parlor.example".to_owned(),
        // A deployment asks it of admins; here a newcomer sees their pages at once.
        "SecondFactorFor=nobody".to_owned(),
        format!("MinuteSeconds={}", settings.minute_seconds),
        format!("ScheduleState={}", if settings.schedules { "ENABLED" } else { "DISABLED" }),
        format!("StripeBaseUrl={sandbox}"),
        // A brand that is switched to Whereby (`cargo x room`) finds it in the sandbox.
        format!("WherebyBaseUrl={sandbox}/whereby"),
        format!("WherebyOrigin={sandbox}"),
        format!("OidcIssuers={}", quoted(&issuers.to_string())),
        format!("UploadEndpoint={}", settings.url()),
        // Through the front door, where the browser is: the emulator knows an API by this path.
        format!("RealtimeUrl=ws://127.0.0.1:{}/_aws/execute-api/socket/live", settings.port),
        format!("Architecture={HERE}"),
        "DeletionProtection=false".to_owned(),
    ])
}

/// SAM reads `Key=Value` words by the rules of a shell.
fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('"', "\\\""))
}

fn outputs(tools: &Tools, settings: &Settings) -> Result<BTreeMap<String, String>> {
    let mut command = tools.script("publish.py");
    aws(&mut command, settings);
    let text = output(command.args(["outputs", STACK]))?;
    serde_json::from_str(&text).context("the stack's outputs are not a JSON object")
}

/// Uploads the site when it changed.
fn publish(
    tools: &Tools,
    settings: &Settings,
    built: &Path,
    outputs: &BTreeMap<String, String>,
) -> Result<()> {
    let bucket = outputs.get("SiteBucket").context("the stack has no SiteBucket")?;
    let mark = Mark::of(&settings.state(), "published", &[built.to_path_buf()], &[bucket])?;
    if mark.is_set() {
        return Ok(());
    }
    step("publish the site", || {
        let mut command = tools.script("publish.py");
        aws(&mut command, settings);
        run_logged(
            command.arg("site").arg(built).arg(bucket),
            &settings.logs().join("publish.log"),
        )?;
        mark.set()
    })
}
