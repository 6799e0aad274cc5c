//! Directed graphs by name, and what goes round in them.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;

/// Who uses whom, and a line for each use that says how.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    edges: BTreeMap<(String, String), String>,
}

/// Nodes that all lead to each other, and the uses between them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cycle {
    /// In order of their names.
    pub(crate) nodes: Vec<String>,
    /// One line for each edge.
    pub(crate) uses: Vec<String>,
}

impl Graph {
    /// Adds an edge. Only the first line of an edge is kept; a node's edge to itself is none.
    pub(crate) fn add(&mut self, from: &str, to: &str, how: impl FnOnce() -> String) {
        if from != to {
            self.edges
                .entry((from.to_owned(), to.to_owned()))
                .or_insert_with(how);
        }
    }

    /// Returns every group of nodes that lead to each other, in order of their names.
    pub(crate) fn cycles(&self) -> Vec<Cycle> {
        let graph: DiGraphMap<&str, ()> = self
            .edges
            .keys()
            .map(|(from, to)| (from.as_str(), to.as_str()))
            .collect();
        let mut cycles: Vec<Cycle> = tarjan_scc(&graph)
            .into_iter()
            .filter(|group| group.len() > 1)
            .map(|group| self.cycle(&group.into_iter().collect()))
            .collect();
        cycles.sort_by(|one, other| one.nodes.cmp(&other.nodes));
        cycles
    }

    fn cycle(&self, group: &BTreeSet<&str>) -> Cycle {
        let inside = |(from, to): &(String, String)| {
            group.contains(from.as_str()) && group.contains(to.as_str())
        };
        Cycle {
            nodes: group.iter().map(|node| (*node).to_owned()).collect(),
            uses: self
                .edges
                .iter()
                .filter(|(edge, _)| inside(edge))
                .map(|(_, how)| how.clone())
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&str, &str)]) -> Graph {
        let mut graph = Graph::default();
        for (from, to) in edges {
            graph.add(from, to, || format!("{from} > {to}"));
        }
        graph
    }

    #[test]
    fn each_cycle_is_found_with_its_uses_only() {
        let found = graph(&[
            ("a", "b"),
            ("b", "c"),
            ("c", "b"),
            ("x", "y"),
            ("y", "z"),
            ("z", "x"),
            ("z", "a"),
        ])
        .cycles();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].nodes, ["b", "c"]);
        assert_eq!(found[0].uses, ["b > c", "c > b"]);
        assert_eq!(found[1].nodes, ["x", "y", "z"]);
        assert_eq!(found[1].uses, ["x > y", "y > z", "z > x"]);
    }

    #[test]
    fn a_diamond_and_a_node_that_uses_itself_are_no_cycles() {
        let found = graph(&[("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("d", "d")]).cycles();
        assert_eq!(found, []);
    }
}
