//! `cargo x build` and `cargo x deploy`: to AWS, with SAM, by the environments of `samconfig.toml`.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use crate::process::{self, output};
use crate::steps::step;
use crate::tools::Tools;
use crate::{functions, paths, site};

/// What `cargo x build` takes.
#[derive(Args)]
pub struct BuildOptions {
    /// The processor of the functions: arm64 (cheaper) or x86_64.
    #[arg(long, default_value = "arm64", value_parser = ["arm64", "x86_64"])]
    architecture: String,
}

/// What `cargo x deploy` takes.
#[derive(Args)]
pub struct DeployOptions {
    /// The section of samconfig.toml.
    #[arg(long, value_enum)]
    env: Environment,
    /// The processor of the functions: arm64 (cheaper) or x86_64.
    #[arg(long, default_value = "arm64", value_parser = ["arm64", "x86_64"])]
    architecture: String,
    /// Do not ask before the change set is executed.
    #[arg(long)]
    yes: bool,
}

/// An environment of `samconfig.toml`.
#[derive(Clone, Copy, ValueEnum)]
pub enum Environment {
    /// A developer's own.
    Dev,
    /// Before production.
    Staging,
    /// Production.
    Prod,
}

impl Environment {
    /// The name of its section.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Staging => "staging",
            Self::Prod => "prod",
        }
    }
}

/// Builds the functions for AWS and the site.
pub fn build(options: &BuildOptions) -> Result<()> {
    let tools = Tools::ready()?;
    functions::build_for_aws(&tools, &options.architecture)?;
    println!("The functions are in {}.", paths::archives().display());
    println!("The site is in {}.", site::build(None)?.display());
    Ok(())
}

/// Builds, deploys and publishes to one environment. Credentials are the AWS tools' own.
pub fn run(options: &DeployOptions) -> Result<()> {
    let tools = Tools::ready()?;
    functions::build_for_aws(&tools, &options.architecture)?;
    let built = site::build(None)?;
    let environment = options.env.name();
    let overrides = parameter_overrides(environment, options, &site::pages(&built)?)?;
    step(&format!("deploy template.yaml to {environment}"), || {
        let mut sam = tools.command("sam");
        sam.args(["deploy", "--template-file", "template.yaml", "--config-env", environment]);
        if options.yes {
            sam.arg("--no-confirm-changeset");
        }
        process::run(sam.arg("--parameter-overrides").args(&overrides))
    })?;
    publish(&tools, &stack_name(environment)?, &built)
}

fn publish(tools: &Tools, stack: &str, built: &std::path::Path) -> Result<()> {
    step("publish the site", || {
        let text = output(tools.script("publish.py").args(["outputs", stack]))?;
        let outputs: BTreeMap<String, String> = serde_json::from_str(&text)?;
        let of = |name: &str| {
            outputs.get(name).with_context(|| format!("the stack has no output {name}"))
        };
        let mut command: Command = tools.script("publish.py");
        process::run(command.arg("site").arg(built).args([of("SiteBucket")?, of("CdnId")?]))
    })
}

/// The parameters of `samconfig.toml`, and those that follow from what was built. SAM takes either
/// the file's or the command line's, so they are joined here.
fn parameter_overrides(
    environment: &str,
    options: &DeployOptions,
    pages: &str,
) -> Result<Vec<String>> {
    let mut words = config_list(environment, "parameter_overrides")?;
    words.retain(|word| !word.starts_with("SitePages=") && !word.starts_with("Architecture="));
    words.push(format!("SitePages={pages}"));
    words.push(format!("Architecture={}", options.architecture));
    Ok(words)
}

/// The name of an environment's stack.
///
/// # Errors
/// `samconfig.toml` does not say it.
pub fn stack_name(environment: &str) -> Result<String> {
    let found = section_lines(environment)?;
    let line = found.iter().find_map(|line| line.strip_prefix("stack_name"));
    let value = line.and_then(|rest| rest.split('"').nth(1));
    Ok(value
        .with_context(|| format!("samconfig.toml has no stack_name for {environment}"))?
        .to_owned())
}

/// The quoted words of a list in a section of `samconfig.toml`, one a line.
fn config_list(environment: &str, name: &str) -> Result<Vec<String>> {
    let lines = section_lines(environment)?;
    let from = lines.iter().position(|line| line.starts_with(name));
    let from = from.with_context(|| format!("samconfig.toml has no {name} for {environment}"))?;
    let words = lines[from + 1..].iter().take_while(|line| !line.starts_with(']'));
    Ok(words
        .filter_map(|line| {
            Some(line.trim().strip_prefix('"')?.rsplit_once('"')?.0.replace("\\\"", "\""))
        })
        .collect())
}

fn section_lines(environment: &str) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(paths::root().join("samconfig.toml"))?;
    let head = format!("[{environment}.deploy.parameters]");
    let lines = text.lines().skip_while(|line| line.trim() != head).skip(1);
    Ok(lines.take_while(|line| !line.starts_with('[')).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::{config_list, stack_name};

    #[test]
    fn every_environment_names_its_stack_and_parameters() {
        for environment in ["dev", "staging", "prod"] {
            assert!(stack_name(environment).unwrap().starts_with("parlor"), "{environment}");
            let words = config_list(environment, "parameter_overrides").unwrap();
            for needed in ["SiteUrl=", "MailFrom="] {
                assert!(
                    words.iter().any(|word| word.starts_with(needed)),
                    "{environment} {needed}"
                );
            }
        }
    }
}
