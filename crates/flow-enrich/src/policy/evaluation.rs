//! What the evaluation of a connection gives: a decision and its reasons.

use std::fmt;
use std::slice;

use smallvec::SmallVec;

use super::rules::{Action, Tier};

/// Number of a policy in its [`Evaluator`](super::Evaluator), which has its
/// [name](super::Evaluator::policy).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PolicyId(pub(super) u32);

/// As many policies as usually select a pod, without an allocation.
pub(super) type PolicyList = SmallVec<[PolicyId; 6]>;

/// Whether policies let a connection pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "there is no fourth answer")]
pub enum Decision {
    /// They let it pass.
    Allowed,
    /// They do not.
    Denied,
    /// The standard leaves it open, or a fact is missing: see [`Evaluation::open`].
    Unknown,
}

/// Where a direction of a connection was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// By a rule of the tier Admin.
    Admin,
    /// By the NetworkPolicies that isolate the pod.
    NetworkPolicy,
    /// By a rule of the tier Baseline.
    Baseline,
    /// By no policy: none isolates the pod.
    Default,
    /// There is no pod at that end, so there is nothing to enforce.
    NoSubject,
    /// Connections between a pod and its own node pass.
    OwnNode,
    /// Connections of a pod to itself pass.
    Itself,
    /// Connections to a loopback address pass.
    Loopback,
    /// NetworkPolicies isolate the pod, and what they mean for this protocol is not defined.
    Undefined,
}

/// The rule of a tier that decided, or that passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TierDecision {
    /// The tier.
    pub tier: Tier,
    /// The policy.
    pub policy: PolicyId,
    /// Place of the rule in the policy's list for that direction, from 0.
    pub rule: u32,
    /// What the rule does.
    pub action: Action,
}

/// How a connection was judged in one direction.
///
/// Where the standard permits several readings of a connection, these are the reasons that all
/// readings have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    pub(super) possible: Possible,
    pub(super) stage: Option<Stage>,
    pub(super) selecting: PolicyList,
    pub(super) allowing: PolicyList,
    pub(super) admin: Option<TierDecision>,
    pub(super) baseline: Option<TierDecision>,
}

/// How a connection was judged, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Evaluation {
    /// Whether the connection passes: both directions have to allow it.
    pub decision: Decision,
    /// The policies of the pod that began the connection.
    pub egress: Side,
    /// The policies of the pod that it goes to.
    pub ingress: Side,
    /// The points that the standard leaves open, and the facts that are missing, which the connection
    /// touches. The decision is known all the same where every permitted reading gives it.
    pub open: Open,
}

impl Side {
    pub(super) fn new(possible: Possible, stage: Option<Stage>) -> Self {
        Self {
            possible,
            stage,
            selecting: PolicyList::new(),
            allowing: PolicyList::new(),
            admin: None,
            baseline: None,
        }
    }

    /// Whether the policies of this direction let the connection pass.
    #[must_use]
    pub const fn decision(&self) -> Decision {
        self.possible.decision()
    }

    /// Where it was decided; `None` where that depends on what is open.
    #[must_use]
    pub const fn stage(&self) -> Option<Stage> {
        self.stage
    }

    /// The NetworkPolicies that isolate the pod in this direction. Empty if a tier decided before
    /// them.
    #[must_use]
    pub fn selecting(&self) -> &[PolicyId] {
        &self.selecting
    }

    /// Those of [`selecting`](Self::selecting) with a rule that allows the connection.
    #[must_use]
    pub fn allowing(&self) -> &[PolicyId] {
        &self.allowing
    }

    /// The rule of the tier Admin that matched; it may have passed on.
    #[must_use]
    pub const fn admin(&self) -> Option<TierDecision> {
        self.admin
    }

    /// The rule of the tier Baseline that matched.
    #[must_use]
    pub const fn baseline(&self) -> Option<TierDecision> {
        self.baseline
    }

    /// The policies that decided: those that allow, or those that deny. Empty where none did, or where
    /// the decision is unknown.
    #[must_use]
    pub fn deciding(&self) -> &[PolicyId] {
        match (self.stage, self.decision()) {
            (_, Decision::Unknown) => &[],
            (Some(Stage::Admin), _) => policy_of(self.admin.as_ref()),
            (Some(Stage::Baseline), _) => policy_of(self.baseline.as_ref()),
            (Some(Stage::NetworkPolicy), Decision::Allowed) => &self.allowing,
            (Some(Stage::NetworkPolicy), Decision::Denied) => &self.selecting,
            _ => &[],
        }
    }

    /// Adds another permitted reading.
    pub(super) fn merge(&mut self, other: Self) {
        self.possible = self.possible.or(other.possible);
        if self.stage != other.stage {
            self.stage = None;
        }
        self.selecting.retain(|one| other.selecting.contains(one));
        self.allowing.retain(|one| other.allowing.contains(one));
        if self.admin != other.admin {
            self.admin = None;
        }
        if self.baseline != other.baseline {
            self.baseline = None;
        }
    }
}

fn policy_of(rule: Option<&TierDecision>) -> &[PolicyId] {
    rule.map_or(&[], |rule| slice::from_ref(&rule.policy))
}

/// The decisions that permitted readings give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Possible {
    pub(super) allowed: bool,
    pub(super) denied: bool,
}

impl Possible {
    pub(super) const ALLOWED: Self = Self {
        allowed: true,
        denied: false,
    };
    pub(super) const BOTH: Self = Self {
        allowed: true,
        denied: true,
    };
    pub(super) const NONE: Self = Self {
        allowed: false,
        denied: false,
    };

    /// Of another reading too.
    pub(super) const fn or(self, other: Self) -> Self {
        Self {
            allowed: self.allowed || other.allowed,
            denied: self.denied || other.denied,
        }
    }

    /// Of both directions of one reading.
    pub(super) const fn and(self, other: Self) -> Self {
        Self {
            allowed: self.allowed && other.allowed,
            denied: self.denied || other.denied,
        }
    }

    pub(super) const fn decision(self) -> Decision {
        match (self.allowed, self.denied) {
            (true, false) => Decision::Allowed,
            (false, true) => Decision::Denied,
            _ => Decision::Unknown,
        }
    }
}

/// A set of points that the standard leaves open, or of facts that are missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Open(u16);

macro_rules! open {
    ($($(#[$doc:meta])* $name:ident = $bit:literal, $text:literal;)+) => {
        impl Open {
            $($(#[$doc])* pub const $name: Self = Self(1 << $bit);)+

            /// The names of the points in the set.
            pub fn names(self) -> impl Iterator<Item = &'static str> {
                const ALL: &[(Open, &str)] = &[$((Open::$name, $text)),+];
                ALL.iter().filter(move |(one, _)| self.contains(*one)).map(|(_, text)| *text)
            }
        }
    };
}

open! {
    /// A pod in the network of its node may be judged like a pod or like the node.
    HOST_NETWORK = 0, "host-network pod";
    /// A node's address that pods in its network share.
    NODE_ADDRESS = 1, "node address shared with host-network pods";
    /// Whether blocks of addresses see the address of a service or that of the pod behind it.
    SERVICE_NAT = 2, "address of a service";
    /// Which pod a service's address was translated to is not known.
    SERVICE_UNRESOLVED = 3, "backend of the service not known";
    /// The address or port of a service that is not in the snapshot.
    SERVICE_UNKNOWN = 4, "service not known";
    /// An address of pods that no pod of the snapshot has.
    POD_UNKNOWN = 5, "pod not known";
    /// Policies of the same priority match, and any of them may win.
    EQUAL_PRIORITY = 6, "equal priorities";
    /// What NetworkPolicies mean for protocols besides TCP, UDP and SCTP is not defined.
    PROTOCOL = 7, "protocol without ports";
    /// Policies would deny a connection of a pod to its own node.
    OWN_NODE = 8, "egress to the own node";
    /// A pod reaches itself through a service.
    SELF_VIA_SERVICE = 9, "itself through a service";
    /// A policy has parts that cannot be evaluated, such as names in DNS.
    UNSUPPORTED = 10, "part of a policy that cannot be evaluated";
}

impl Open {
    /// Nothing is open.
    pub const NONE: Self = Self(0);

    /// Whether all points of the other set are in this one.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether nothing is open.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) const fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl fmt::Display for Open {
    /// Writes the names, with commas between them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, name) in self.names().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{name}")?;
        }
        Ok(())
    }
}
