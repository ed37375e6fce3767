//! `template.yaml` keeps step with the code, checked offline: routes, rights, logs, queues, events,
//! limits of CloudFormation and IAM.

mod alarms;
mod declared;
mod document;
mod limits;
mod queues;
mod rights;
mod routes;
