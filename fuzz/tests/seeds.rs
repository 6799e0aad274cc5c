//! Every target on its seeds and on what it failed of before, without a fuzzer.

use flow_fuzz::{TARGETS, seeds};

#[test]
fn targets_stand_their_seeds() {
    for (name, target) in TARGETS {
        let found = seeds::committed(name).expect("seeds are readable");
        assert!(!found.is_empty(), "{name} has no seeds");
        for (_, bytes) in &found {
            target(bytes);
        }
    }
}

#[test]
fn seeds_are_those_that_our_code_makes() {
    let made = seeds::all();
    for (target, name, bytes) in &made {
        let path = seeds::folder(target).join(name);
        let committed = std::fs::read(&path).unwrap_or_default();
        assert!(
            &committed == bytes,
            "{} is another: run make_seeds",
            path.display()
        );
    }
    for (target, _) in TARGETS {
        for (name, _) in seeds::committed(target).expect("seeds are readable") {
            let is_made = made.iter().any(|seed| seed.0 == target && seed.1 == name);
            let is_found = name.starts_with("regression-");
            assert!(is_made || is_found, "{target}/{name}: made by whom?");
        }
    }
}
