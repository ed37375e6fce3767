//! What an operator sees and does on AWS: queues, alarms, the metrics that functions write into their logs, items, rights.

use serde_json::{Value, json};

use crate::aws::Aws;
use crate::world::text;

/// An alarm as it is deployed.
#[derive(Debug)]
pub struct Alarm {
    namespace: String,
    metric: String,
    dimension: (String, String),
    above: bool,
    threshold: i64,
}

impl Alarm {
    /// Whether a figure of the alarm's metric rings it.
    pub fn rings(&self, figure: i64) -> bool {
        if self.above { figure > self.threshold } else { figure < self.threshold }
    }

    /// Whether it watches this figure of this resource.
    pub fn watches(&self, metric: &str, resource: &str) -> bool {
        self.metric == metric && self.dimension.1 == resource
    }

    /// The same on another function's metric, which has no alarm of its own.
    pub fn beside(&self, handler: &str, metric: &str) -> Self {
        let dimension = (self.dimension.0.clone(), handler.to_owned());
        Self { namespace: self.namespace.clone(), metric: metric.to_owned(), dimension, ..*self }
    }

    /// Its figure in a line of a function's log (CloudWatch's embedded metric format).
    fn figure(&self, line: &str) -> Option<i64> {
        let line: Value = serde_json::from_str(line.trim()).ok()?;
        let (name, value) = &self.dimension;
        let said = &line["_aws"]["CloudWatchMetrics"][0];
        let known = said["Namespace"] == self.namespace.as_str()
            && said["Dimensions"] == json!([[name]])
            && line[name] == value.as_str()
            && said["Metrics"].as_array()?.iter().any(|one| one["Name"] == self.metric.as_str());
        line[&self.metric].as_i64().filter(|_| known)
    }
}

impl Aws {
    /// An alarm of the template.
    pub async fn alarm(&self, logical_id: &str) -> Alarm {
        let name = self.physical(logical_id).await;
        let asked = json!({ "AlarmNames": [name] });
        let target = "GraniteServiceVersion20100801.DescribeAlarms";
        let answer = self.call("monitoring", target, &asked).await.json();
        let found = &answer["MetricAlarms"][0];
        let dimension = &found["Dimensions"][0];
        let operator = text(&found["ComparisonOperator"]);
        assert!(["GreaterThanThreshold", "LessThanThreshold"].contains(&operator.as_str()));
        let threshold = found["Threshold"].to_string();
        Alarm {
            namespace: text(&found["Namespace"]),
            metric: text(&found["MetricName"]),
            dimension: (text(&dimension["Name"]), text(&dimension["Value"])),
            above: operator == "GreaterThanThreshold",
            threshold: threshold.split('.').next().unwrap().parse().unwrap(),
        }
    }

    /// Every figure of an alarm's metric so far, oldest first, from the log group that functions of a domain write to.
    pub async fn figures(&self, alarm: &Alarm, log_group: &str) -> Vec<i64> {
        let group = self.physical(log_group).await;
        let (mut figures, mut asked) = (Vec::new(), json!({ "logGroupName": group }));
        loop {
            let page = self.call("logs", "Logs_20140328.FilterLogEvents", &asked).await;
            assert_eq!(page.status, 200, "{page:?}");
            let page = page.json();
            let lines = page["events"].as_array().into_iter().flatten();
            let lines = lines.filter_map(|event| event["message"].as_str());
            figures.extend(lines.flat_map(str::lines).filter_map(|line| alarm.figure(line)));
            if page["nextToken"].is_null() {
                return figures;
            }
            asked["nextToken"] = page["nextToken"].clone();
        }
    }

    /// How many messages a queue has, on view or in work.
    pub async fn waiting(&self, queue_url: &str) -> i64 {
        let names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
        let asked = json!({ "QueueUrl": queue_url, "AttributeNames": names });
        let reply = self.call("sqs", "AmazonSQS.GetQueueAttributes", &asked).await.json();
        names.iter().map(|name| text(&reply["Attributes"][name]).parse::<i64>().unwrap()).sum()
    }

    /// How long a message that was received stays away from others.
    pub async fn set_visibility(&self, queue_url: &str, seconds: &str) {
        let wanted =
            json!({ "QueueUrl": queue_url, "Attributes": { "VisibilityTimeout": seconds } });
        let answer = self.call("sqs", "AmazonSQS.SetQueueAttributes", &wanted).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// An item of a table.
    pub async fn item(&self, table: &Value, pk: &str, sk: &str) -> Value {
        let key = json!({ "pk": { "S": pk }, "sk": { "S": sk } });
        let asked = json!({ "TableName": table, "ConsistentRead": true, "Key": key });
        self.call("dynamodb", "DynamoDB_20120810.GetItem", &asked).await.json()["Item"].clone()
    }

    /// Takes an action from a function's role, until [`Aws::allow`].
    pub async fn deny(&self, logical_id: &str, action: &str) {
        let statement = json!([{ "Effect": "Deny", "Action": action, "Resource": "*" }]);
        let document = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
        self.policy(logical_id, "PutRolePolicy", &[("PolicyDocument", document.as_str())]).await;
    }

    /// Gives back what [`Aws::deny`] took.
    pub async fn allow(&self, logical_id: &str) {
        self.policy(logical_id, "DeleteRolePolicy", &[]).await;
    }

    async fn policy(&self, logical_id: &str, action: &str, more: &[(&str, &str)]) {
        let arn = self.role_of(logical_id).await;
        let role = arn.rsplit('/').next().unwrap_or_default();
        let mut fields = vec![
            ("Action", action),
            ("Version", "2010-05-08"),
            ("RoleName", role),
            ("PolicyName", "rehearsal"),
        ];
        fields.extend(more);
        let answer = self.form("iam", &fields).await;
        assert_eq!(answer.status, 200, "{action} {role}: {}", answer.text);
    }
}
