//! What independent implementations say of connections, against the evaluator: decision and reasons.
//!
//! The data stand beside the repository (`../shared/oracle`, or where `FLOW_ORACLE` says). Where they
//! are not, the test reports that and passes.

mod data;

use std::fs;
use std::path::{Path, PathBuf};

use flow_enrich::policy::{
    Action, Connection, Decision, End, Evaluation, Evaluator, PolicyId, Side, Stage, TierDecision,
};

use data::{Case, Expected, ExpectedSide, RuleOf, Setup};

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("FLOW_ORACLE").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/oracle"),
        PathBuf::from,
    );
    let folder = folder.join("policy");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no oracle data at {}", folder.display());
    None
}

#[test]
fn every_connection_is_judged_as_by_the_oracle() {
    let Some(folder) = folder() else { return };
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "jsonl")
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no files in {}", folder.display());
    let mut differences = Vec::new();
    let (mut clusters, mut connections, mut more_open) = (0, 0, 0);
    for file in &files {
        for line in fs::read_to_string(file).unwrap().lines() {
            let setup: Setup = serde_json::from_str(line).unwrap();
            let evaluator = Evaluator::new(&setup.cluster());
            clusters += 1;
            for case in &setup.connections {
                connections += 1;
                let evaluation = evaluator.evaluate(&connection(&evaluator, case));
                let named = Named(&evaluator);
                match named.compare(&evaluation, &case.expect, setup.has_tiers()) {
                    Ok(equal) => more_open += u32::from(!equal),
                    Err(difference) => {
                        differences.push(format!("{} {case:?}: {difference}", setup.id));
                    }
                }
            }
        }
    }
    eprintln!(
        "{connections} connections in {clusters} clusters, {more_open} of them open here and decided there, \
         {} differences",
        differences.len()
    );
    assert!(
        differences.is_empty(),
        "{}",
        differences[..differences.len().min(20)].join("\n\n")
    );
}

fn connection(evaluator: &Evaluator, case: &Case) -> Connection {
    let pod = |name: &Option<String>| {
        let (namespace, name) = name.as_ref()?.split_once('/').unwrap();
        Some(evaluator.pod(namespace, name).unwrap())
    };
    let end = |end: &data::End| End {
        ip: end.ip.into(),
        pod: pod(&end.pod),
    };
    Connection {
        source: end(&case.src),
        destination: end(&case.dst),
        protocol: data::protocol(&case.protocol),
        port: case.port.unwrap_or_default(),
        backend: pod(&case.resolved),
    }
}

/// Compares by names.
struct Named<'a>(&'a Evaluator);

impl Named<'_> {
    /// Returns whether the decisions are equal: if not, ours is "unknown" where the standard leaves the
    /// connection open.
    fn compare(
        &self,
        found: &Evaluation,
        expected: &Expected,
        tiers: bool,
    ) -> Result<bool, String> {
        let decision = decision(found.decision);
        let open = expected.open.is_some();
        if decision != expected.verdict && !(open && decision == "unknown") {
            return Err(format!("decision {decision}, open {}", found.open));
        }
        if decision == "unknown" && found.open.is_empty() {
            return Err("unknown for no reason".to_owned());
        }
        let egress = self.side(&found.egress, &expected.egress, open, tiers);
        let egress = egress.map_err(|difference| format!("egress: {difference}\n{found:?}"))?;
        let ingress = self.side(&found.ingress, &expected.ingress, open, tiers);
        let ingress = ingress.map_err(|difference| format!("ingress: {difference}\n{found:?}"))?;
        Ok(decision == expected.verdict && egress && ingress)
    }

    fn side(
        &self,
        found: &Side,
        expected: &ExpectedSide,
        open: bool,
        tiers: bool,
    ) -> Result<bool, String> {
        let decision = decision(found.decision());
        if decision != expected.verdict {
            return match open && decision == "unknown" {
                true => Ok(false),
                false => Err(format!("decision {decision}")),
            };
        }
        if let Some(stage) = &expected.stage
            && found.stage().map(stage_name) != Some(stage)
        {
            return Err(format!("stage {:?}", found.stage()));
        }
        let by_policies =
            found.stage() == Some(Stage::NetworkPolicy) || found.stage() == Some(Stage::Undefined);
        if by_policies || !tiers {
            for (name, found, expected) in [
                ("selecting", found.selecting(), &expected.selecting),
                ("allowing", found.allowing(), &expected.allowing),
            ] {
                let found = self.names(found);
                if expected
                    .asserted()
                    .is_some_and(|expected| *expected != found)
                {
                    return Err(format!("{name} {found:?}"));
                }
            }
        }
        for (name, found, expected) in [
            ("admin", found.admin(), &expected.admin),
            ("baseline", found.baseline(), &expected.baseline),
        ] {
            let rule = found.map(|rule| self.rule(&rule));
            // An open connection may have rules in common that the data do not list.
            let differs = match expected {
                Some(_) => rule != *expected,
                None => rule.is_some() && !open,
            };
            if differs {
                return Err(format!("{name} {rule:?}"));
            }
        }
        Ok(true)
    }

    fn names(&self, ids: &[PolicyId]) -> Vec<String> {
        let policies = self.0.policies(ids);
        let mut names: Vec<String> = policies
            .map(|one| format!("{}/{}", one.namespace, one.name))
            .collect();
        names.sort();
        names
    }

    fn rule(&self, rule: &TierDecision) -> RuleOf {
        let policy = self.0.policy(rule.policy).unwrap();
        RuleOf {
            tier: format!("{:?}", rule.tier),
            policy: policy.name.to_string(),
            rule: rule.rule,
            action: match (rule.action, &*policy.kind) {
                (Action::Accept, "AdminNetworkPolicy" | "BaselineAdminNetworkPolicy") => {
                    "Allow".into()
                }
                (action, _) => format!("{action:?}"),
            },
        }
    }
}

fn decision(decision: Decision) -> &'static str {
    match decision {
        Decision::Allowed => "allowed",
        Decision::Denied => "denied",
        Decision::Unknown => "unknown",
    }
}

fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Admin => "Admin",
        Stage::NetworkPolicy => "NetworkPolicy",
        Stage::Baseline => "Baseline",
        Stage::Default => "default",
        Stage::NoSubject => "no-subject",
        Stage::OwnNode => "own-node",
        Stage::Itself => "self",
        Stage::Loopback => "loopback",
        Stage::Undefined => "undefined",
        _ => "?",
    }
}
