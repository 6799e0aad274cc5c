//! Compiled policies, and the evaluation of one direction of one reading of a connection.

use super::evaluation::{Open, PolicyId, Possible, Side, Stage, TierDecision};
use super::matching::{CompiledPort, CompiledRule, Kind, Match, PortQuery, Reading};
use super::rules::{Action, Tier};

/// Policies of one direction, by the class of the pod that they are about.
#[derive(Clone, Debug, Default)]
pub(super) struct Direction {
    /// Rules of each policy, by its number.
    pub(super) rules: Vec<Box<[CompiledRule]>>,
    /// NetworkPolicies that isolate pods of a class, in order of their numbers.
    pub(super) selecting: Lists,
    /// Policies of the tier Admin for pods of a class, in order of their priority.
    pub(super) admin: Lists,
    /// Policies of the tier Baseline, likewise.
    pub(super) baseline: Lists,
}

/// A list of policies for each class, one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    policies: Vec<PolicyId>,
    /// Where the list of a class begins; one more at the end.
    starts: Vec<u32>,
}

impl Lists {
    pub(super) fn new(lists: &[Vec<PolicyId>]) -> Self {
        let mut starts = vec![0];
        let mut end = 0;
        starts.extend(lists.iter().map(|list| {
            end += list.len() as u32;
            end
        }));
        Self {
            policies: lists.concat(),
            starts,
        }
    }

    fn of(&self, class: u32) -> &[PolicyId] {
        let class = class as usize;
        match self.starts.get(class..class + 2) {
            Some(&[start, end]) => &self.policies[start as usize..end as usize],
            _ => &[],
        }
    }
}

/// Compiled policies.
#[derive(Clone, Debug, Default)]
pub(super) struct Compiled {
    pub(super) egress: Direction,
    pub(super) ingress: Direction,
    /// Priority of each policy, by its number.
    pub(super) priorities: Vec<i32>,
    /// Whether there are policies of a tier.
    pub(super) any_tiers: bool,
    /// Named ports of each pod.
    pub(super) named: Vec<Box<[CompiledPort]>>,
}

/// What a tier may do with a connection.
#[derive(Clone, Copy, Debug, Default)]
struct Outcome {
    accept: bool,
    deny: bool,
    /// A rule may pass on, or none may match.
    pass: bool,
    /// The rule, if there is only one that can be it.
    rule: Option<TierDecision>,
    /// Policies of equal priority match.
    tie: bool,
}

impl Compiled {
    /// Judges one direction: the policies of `subject`, with `peer` at the other end.
    pub(super) fn judge(
        &self,
        direction: &Direction,
        subject: &Reading,
        peer: &Reading,
        query: &PortQuery<'_>,
        open: &mut Open,
    ) -> Side {
        match subject.kind {
            Kind::Pod | Kind::HostPod => {}
            Kind::Node | Kind::Outside => {
                return Side::new(Possible::ALLOWED, Some(Stage::NoSubject));
            }
            // The snapshot does not have this pod, so it may not have its policies either.
            Kind::UnknownPod | Kind::UnknownService => return Side::new(Possible::BOTH, None),
        }
        if peer.kind == Kind::UnknownService && self.any_tiers {
            // How rules of tiers see the address of a service is not defined.
            return Side::new(Possible::BOTH, None);
        }
        let mut side = Side::new(Possible::NONE, None);
        let mut stages = Stages::default();
        let in_tiers = subject.kind == Kind::Pod;

        if in_tiers {
            let list = direction.admin.of(subject.class);
            let outcome = self.tier(direction, Tier::Admin, list, peer, query);
            side.admin = outcome.rule;
            self.settle(&outcome, Stage::Admin, &mut side, &mut stages, open);
            if !outcome.pass {
                side.stage = stages.one();
                return side;
            }
        }
        let selecting = direction.selecting.of(subject.class);
        if !selecting.is_empty() {
            stages.add(network_policies(
                direction, selecting, peer, query, &mut side, open,
            ));
            side.stage = stages.one();
            return side;
        }
        let list = if in_tiers {
            direction.baseline.of(subject.class)
        } else {
            &[]
        };
        let outcome = self.tier(direction, Tier::Baseline, list, peer, query);
        side.baseline = outcome.rule;
        self.settle(&outcome, Stage::Baseline, &mut side, &mut stages, open);
        if outcome.pass {
            side.possible = side.possible.or(Possible::ALLOWED);
            stages.add(Stage::Default);
        }
        side.stage = stages.one();
        side
    }

    /// Notes what a tier decides.
    fn settle(
        &self,
        outcome: &Outcome,
        stage: Stage,
        side: &mut Side,
        stages: &mut Stages,
        open: &mut Open,
    ) {
        side.possible = side.possible.or(Possible {
            allowed: outcome.accept,
            denied: outcome.deny,
        });
        if outcome.accept || outcome.deny {
            stages.add(stage);
        }
        if outcome.tie {
            open.add(Open::EQUAL_PRIORITY);
        }
    }

    /// Finds the first rule of a tier that matches.
    fn tier(
        &self,
        direction: &Direction,
        tier: Tier,
        list: &[PolicyId],
        peer: &Reading,
        query: &PortQuery<'_>,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        let mut candidates = 0;
        let mut rest = list;
        while let Some(first) = rest.first() {
            let priority = self.priorities[first.0 as usize];
            let same = |id: &&PolicyId| self.priorities[id.0 as usize] == priority;
            let (group, after) = rest.split_at(rest.iter().take_while(same).count());
            rest = after;
            let mut matching = 0;
            let mut decided = false;
            for &policy in group {
                let before = candidates;
                let rules = &direction.rules[policy.0 as usize];
                for (at, rule) in rules.iter().enumerate() {
                    let matches = rule.matches(peer, query);
                    if matches == Match::No {
                        continue;
                    }
                    candidates += 1;
                    match rule.action {
                        Action::Accept => outcome.accept = true,
                        Action::Deny => outcome.deny = true,
                        Action::Pass => outcome.pass = true,
                    }
                    outcome.rule =
                        (candidates == 1 && matches == Match::Yes).then_some(TierDecision {
                            tier,
                            policy,
                            rule: at as u32,
                            action: rule.action,
                        });
                    if matches == Match::Yes {
                        decided = true;
                        break;
                    }
                }
                matching += u32::from(candidates > before);
            }
            outcome.tie |= matching > 1;
            if decided {
                return outcome;
            }
        }
        outcome.pass = true;
        outcome
    }

    /// The named ports of a destination; `None` if it is a pod that is not known.
    pub(super) fn named(&self, destination: &Reading) -> Option<&[CompiledPort]> {
        match destination.kind {
            Kind::Pod | Kind::HostPod => Some(&self.named[destination.pod as usize]),
            Kind::Node | Kind::Outside => Some(&[]),
            Kind::UnknownPod | Kind::UnknownService => None,
        }
    }
}

/// Asks the NetworkPolicies that isolate a pod.
fn network_policies(
    direction: &Direction,
    selecting: &[PolicyId],
    peer: &Reading,
    query: &PortQuery<'_>,
    side: &mut Side,
    open: &mut Open,
) -> Stage {
    side.selecting.extend_from_slice(selecting);
    if !query.protocol.has_ports() {
        open.add(Open::PROTOCOL);
        side.possible = side.possible.or(Possible::BOTH);
        return Stage::Undefined;
    }
    let mut best = Match::No;
    for policy in selecting {
        let mut found = Match::No;
        for rule in &direction.rules[policy.0 as usize] {
            found = found.max(rule.matches(peer, query));
            if found == Match::Yes {
                side.allowing.push(*policy);
                break;
            }
        }
        best = best.max(found);
    }
    side.possible = side.possible.or(Possible {
        allowed: best != Match::No,
        denied: best != Match::Yes,
    });
    Stage::NetworkPolicy
}

/// The stages that may have decided.
#[derive(Clone, Copy, Debug, Default)]
struct Stages {
    first: Option<Stage>,
    several: bool,
}

impl Stages {
    fn add(&mut self, stage: Stage) {
        self.several |= self.first.is_some_and(|first| first != stage);
        self.first = Some(stage);
    }

    fn one(self) -> Option<Stage> {
        self.first.filter(|_| !self.several)
    }
}
