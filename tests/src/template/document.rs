//! `template.yaml` as data: aliases resolved, `!Ref x` and its like written as `{"Ref": "x"}`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use serde_norway::Value as Yaml;

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The template.
pub struct Document(Value);

/// One function of the template.
pub struct Function {
    /// The logical id, such as `ReadWallet`.
    pub logical_id: String,
    properties: Value,
}

/// An action on a resource, named as `web::Need` names them.
pub type Right = (String, String);

impl Document {
    /// Reads `template.yaml`.
    pub fn read() -> Self {
        let text = fs::read_to_string(root().join("template.yaml")).unwrap();
        Self(plain(serde_norway::from_str(&text).unwrap()))
    }

    /// A value by its path, such as `Globals/Function/Timeout`.
    pub fn at(&self, path: &str) -> &Value {
        path.split('/').fold(&self.0, |value, key| &value[key])
    }

    /// All resources: logical id, type, properties.
    pub fn resources(&self) -> impl Iterator<Item = (&String, &str, &Value)> {
        let resources = self.0["Resources"].as_object().unwrap();
        resources.iter().map(|(id, it)| (id, it["Type"].as_str().unwrap(), &it["Properties"]))
    }

    /// The routes of the WebSocket API: key and the logical id of the function behind it.
    pub fn socket_routes(&self) -> BTreeMap<String, String> {
        let routes = self.resources().filter(|(_, kind, _)| *kind == "AWS::ApiGatewayV2::Route");
        let routes = routes.map(|(_, _, route)| {
            let target = route["Target"]["Fn::Sub"].as_str().unwrap();
            let integration = target.strip_prefix("integrations/${").unwrap().trim_end_matches('}');
            let path = format!("Resources/{integration}/Properties/IntegrationUri");
            let uri = self.at(&path)["Fn::Sub"].as_str().unwrap();
            let (_, function) = uri.split_once("/functions/${").unwrap();
            let function = function.strip_suffix(".Arn}/invocations").unwrap();
            (route["RouteKey"].as_str().unwrap().to_owned(), function.to_owned())
        });
        routes.collect()
    }

    /// The functions by the id of their route: `ReadWallet` is `read_wallet`.
    pub fn functions(&self) -> BTreeMap<String, Function> {
        let functions =
            self.resources().filter(|(_, kind, _)| *kind == "AWS::Serverless::Function");
        functions
            .map(|(id, _, properties)| {
                let function = Function { logical_id: id.clone(), properties: properties.clone() };
                (snake(id), function)
            })
            .collect()
    }
}

impl Function {
    /// A property, or null.
    pub fn property(&self, name: &str) -> &Value {
        &self.properties[name]
    }

    /// The domain that its archive is named after.
    pub fn domain(&self) -> &str {
        let archive = self.properties["CodeUri"].as_str().unwrap();
        archive.strip_prefix("target/lambda/").unwrap().strip_suffix(".zip").unwrap()
    }

    /// Its events: type and properties.
    pub fn events(&self) -> Vec<(&str, &Value)> {
        let events = self.properties["Events"].as_object();
        let events = events.into_iter().flat_map(Map::values);
        events.map(|event| (event["Type"].as_str().unwrap(), &event["Properties"])).collect()
    }

    /// Method and path of its HTTP API event; none for the rest of the API.
    pub fn route(&self) -> Option<(String, String)> {
        let (_, properties) = *self.events().iter().find(|(kind, _)| *kind == "HttpApi")?;
        let text = |key: &str| properties[key].as_str().map(str::to_owned);
        Some((text("Method")?, text("Path")?))
    }

    /// Whether it serves its domain's router: a route, or a function URL.
    pub fn serves(&self) -> bool {
        !self.property("FunctionUrlConfig").is_null() || self.route().is_some()
    }

    /// The statements of its role.
    pub fn statements(&self) -> Vec<&Value> {
        let policies = self.properties["Policies"].as_array();
        let policies = policies.into_iter().flatten();
        policies.flat_map(|policy| policy["Statement"].as_array().unwrap()).collect()
    }

    /// The rights of its role.
    pub fn rights(&self) -> BTreeSet<Right> {
        self.statements().into_iter().flat_map(rights).collect()
    }
}

/// Every action on every resource of a statement.
pub fn rights(statement: &Value) -> Vec<Right> {
    let actions = each(&statement["Action"]);
    let resources: Vec<String> = each(&statement["Resource"]).iter().map(resource).collect();
    let pairs = actions.iter().flat_map(|action| {
        resources.iter().map(|resource| (action.as_str().unwrap().to_owned(), resource.clone()))
    });
    pairs.collect()
}

/// One value or a list of them.
pub fn each(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

/// `{"Fn::GetAtt": ["App", "Arn"]}` is `App`, `${App.Arn}/index/*` is `App/index`.
fn resource(value: &Value) -> String {
    if let Some(name) = value["Ref"].as_str() {
        return name.to_owned();
    }
    if let Some(attribute) = value["Fn::GetAtt"].as_str() {
        let name = attribute.strip_suffix(".Arn").or_else(|| attribute.strip_suffix(".Id"));
        return name.unwrap_or(attribute).to_owned();
    }
    let text = value.as_str().or_else(|| value["Fn::Sub"].as_str()).unwrap();
    if text.contains(":secret:${AWS::StackName}/oidc/") {
        return "OidcSecret".to_owned();
    }
    if text.ends_with(":${Socket}/live/*") {
        return "Socket".to_owned();
    }
    if text.ends_with("identity/${MailIdentity}") {
        return "Mail".to_owned();
    }
    let name = text.strip_prefix("${").and_then(|rest| rest.split_once(".Arn}"));
    match name {
        Some((name, "/index/*")) => format!("{name}/index"),
        Some((name, "/*" | "")) => name.to_owned(),
        _ => text.to_owned(),
    }
}

fn snake(camel: &str) -> String {
    let mut snake = String::new();
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn plain(yaml: Yaml) -> Value {
    match yaml {
        Yaml::Tagged(tagged) => {
            let name = tagged.tag.to_string();
            let name = name.trim_start_matches('!');
            let key = if name == "Ref" { name.to_owned() } else { format!("Fn::{name}") };
            json!({ key: plain(tagged.value) })
        }
        Yaml::Sequence(items) => Value::Array(items.into_iter().map(plain).collect()),
        Yaml::Mapping(entries) => {
            let entries = entries.into_iter();
            entries.map(|(key, value)| (key.as_str().unwrap().to_owned(), plain(value))).collect()
        }
        scalar => serde_json::to_value(scalar).unwrap(),
    }
}
