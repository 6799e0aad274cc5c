//! Parts of filters by example; that whatever passes a filter passes its part is tested with random filters.

use crate::{FlowExpr, KernelPart};

fn part(text: &str) -> KernelPart {
    let expr = FlowExpr::parse(text).unwrap_or_else(|error| panic!("{error}"));
    expr.compile().kernel_part()
}

#[test]
fn what_kernel_programs_know_is_kept_and_the_rest_is_left_out() {
    for (filter, shown) in [
        ("dst.port == 443 && src.pod == web", "dst.port 443"),
        ("dropped && egress", "direction 2, verdict 2"),
        ("port == 53", "src.port 53\nor dst.port 53"),
        ("!(dst.port in 1..65535)", "dst.port 0"),
        (
            "!(tcp || dst.port == 80)",
            "protocol 0..5 7..255, dst.port 0..79 81..65535",
        ),
        ("tcp && udp", "nothing"),
        ("src.pod == web || tcp", "everything"),
        ("tcp xor dst.port == 80", "everything"),
        (
            "netns == 7 && cgroup == 9 && interface.index in {1, 3}",
            "interface.index 1 3, netns 7, cgroup 9",
        ),
        (
            "ip in {10.0.0.0/8, fd00::/8}",
            "src.ip 10.0.0.0/8 fd00::/8\nor dst.ip 10.0.0.0/8 fd00::/8",
        ),
        ("bytes > 10", "everything"),
    ] {
        assert_eq!(part(filter).to_string(), shown, "{filter}");
    }
}

#[test]
fn either_end_is_enough_of_ports_and_networks() {
    let one = part("(dst.port == 443 && src.port in 1..65535) || src.port == 53");
    assert_eq!(one.ports(100), Some(vec![53, 443]));
    assert_eq!(
        one.ports(1),
        None,
        "of the second rule there is one, in all two"
    );
    assert_eq!(one.networks(100), None);
    assert_eq!(one.protocols(), None);
    let not = part("dst.port != 443");
    assert_eq!(not.ports(1 << 17), None, "a packet may have no ports");
    let range = part("src.ip in 10.0.0.1..10.0.0.4 && udp");
    let networks = ["10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/32"];
    let found = range.networks(3).expect("three");
    let found: Vec<_> = found
        .iter()
        .map(|(ip, bits)| format!("{ip}/{bits}"))
        .collect();
    assert_eq!(found, networks);
    assert_eq!(range.networks(2), None);
    assert_eq!(range.protocols(), Some(vec![17]));
    assert!(part("false && tcp").is_nothing() && part("false && tcp").ports(9).is_none());
    assert!(part("true || tcp").is_everything());
}

/// Rules do not multiply without bounds.
#[test]
fn many_choices_become_one_rule() {
    let choice = |at: usize| {
        format!(
            "(src.port == {at} || dst.port == {at} || protocol == {})",
            at % 200
        )
    };
    let choices: Vec<String> = (1..60).map(choice).collect();
    let part = part(&choices.join(" && "));
    assert!(part.to_string().lines().count() <= 16, "{part}");
    let many: Vec<String> = (1..60)
        .map(|at| format!("(src.port == {at} && protocol == {at})"))
        .collect();
    let many = self::part(&many.join(" || "));
    assert_eq!(many.to_string().lines().count(), 16);
    assert_eq!(many.protocols(), Some((1..60).collect()));
}
