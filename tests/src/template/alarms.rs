//! Whoever is called by an alarm finds what to do.

use super::document::Document;

const RUNBOOK: &str = include_str!("../../../docs/runbook.md");

#[test]
fn every_alarm_names_a_section_of_the_runbook() {
    let headings = RUNBOOK.lines().filter(|line| line.starts_with("##"));
    let headings: Vec<String> =
        headings.map(|line| line.trim_start_matches(['#', ' ']).to_lowercase()).collect();
    let document = Document::read();
    let alarms = document.resources().filter(|(_, kind, _)| *kind == "AWS::CloudWatch::Alarm");
    let mut seen = 0;
    for (id, _, properties) in alarms {
        let description = properties["AlarmDescription"].as_str().unwrap();
        let section = description.split_once("Runbook - ").map_or("", |(_, section)| section);
        let section = section.trim_end_matches('.').to_lowercase();
        assert!(headings.contains(&section), "{id}: {description}");
        seen += 1;
    }
    assert!(seen > 0);
}
