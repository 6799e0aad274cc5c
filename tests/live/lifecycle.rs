//! Interfaces and namespaces that come and go, and what is left when the observer has gone.

use std::process::Command;
use std::time::{Duration, Instant};

use aya::programs::{SchedClassifier, TcAttachType};
use flow_ebpf::{AttachWith, FlowSource, Interfaces, Namespace, SourceHandle};
use flow_lab::link;
use flow_lab::netns;
use flow_lab::require_bpf;
use flow_lab::traffic::{CLIENT_LINK, Ip, Pair, SERVER_LINK};

use crate::watch::{self, Watch};

/// How long a change may take to be followed.
const SOON: Duration = Duration::from_secs(5);

fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + SOON;
    while !done() {
        assert!(
            Instant::now() < deadline,
            "{what} did not happen in {SOON:?}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Names of the programs attached by TCX to an interface of the client; none where the kernel has no TCX.
fn tcx(pair: &Pair, interface: &str) -> Vec<String> {
    let query = |direction| SchedClassifier::query_tcx(interface, direction);
    pair.client
        .run(|| {
            if !watch::ways().contains(&AttachWith::Tcx) {
                return Vec::new();
            }
            let mut names = Vec::new();
            for direction in [TcAttachType::Ingress, TcAttachType::Egress] {
                let (_, programs) = query(direction).expect("TCX can be queried");
                let known = programs.iter().map(|program| program.name_as_str());
                names.extend(known.flatten().map(str::to_owned));
            }
            names
        })
        .expect("namespace")
}

/// What `tc` prints of the filters on an interface of the client.
fn filters_at(pair: &Pair, interface: &str) -> String {
    pair.client
        .run(|| {
            let mut text = String::new();
            for parent in ["ingress", "egress"] {
                let output = Command::new("tc")
                    .args(["filter", "show", "dev", interface, parent])
                    .output()
                    .expect("tc (package iproute2) runs");
                text += &String::from_utf8_lossy(&output.stdout);
            }
            text
        })
        .expect("namespace")
}

/// The same of the client's usual interface.
fn filters(pair: &Pair) -> String {
    filters_at(pair, CLIENT_LINK)
}

/// Names of the programs on an interface of the client, in whatever way they are attached.
fn attached(pair: &Pair, interface: &str) -> Vec<String> {
    let mut names = tcx(pair, interface);
    let filters = filters_at(pair, interface);
    // "... handle 0x4680052f tc_ingress direct-action ... name tc_ingress ..."
    let name = |line: &str| {
        let after = line.split_once(" handle ")?.1;
        after.split_whitespace().nth(1).map(str::to_owned)
    };
    names.extend(filters.lines().filter_map(name));
    names
}

/// What `tc` prints of the queueing disciplines of the client's interface.
fn disciplines(pair: &Pair) -> String {
    let shown = pair.client.run(|| {
        let output = Command::new("tc")
            .args(["qdisc", "show", "dev", CLIENT_LINK])
            .output();
        String::from_utf8_lossy(&output.expect("tc runs").stdout).into_owned()
    });
    shown.expect("namespace")
}

fn tc(pair: &Pair, arguments: &str) {
    let status = pair.client.run(|| {
        let words = arguments.split(' ');
        Command::new("tc").args(words).status().expect("tc runs")
    });
    assert!(status.expect("namespace").success(), "tc {arguments}");
}

fn is_active(handle: &SourceHandle, feature: &str) -> bool {
    let report = handle.report();
    report
        .get(feature)
        .is_some_and(flow_ebpf::Feature::is_active)
}

#[test]
fn an_interface_that_appears_is_observed_and_one_that_goes_is_forgotten() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let builder = watch::of(&pair).interfaces(Interfaces::matching(["*0", "late*"]));
    let source = builder.load().expect("the observer loads");
    let handle = source.handle();
    pair.client
        .run(|| {
            link::create_veth("late1", "late2", &pair.server)?;
            link::set_up("late1")
        })
        .expect("namespace")
        .expect("a pair of interfaces");
    let name = format!("interface late1 of {}", pair.client.name());
    wait_for("attaching to late1", || is_active(&handle, &name));
    assert_eq!(attached(&pair, "late1"), ["tc_ingress", "tc_egress"]);
    let index = pair.client.run(|| link::index("late1"));
    let index = index.expect("namespace").expect("its index");
    let inode = std::os::unix::fs::MetadataExt::ino(&pair.client.path().metadata().expect("inode"));
    let inode = u32::try_from(inode).expect("a namespace's inode");
    assert_eq!(handle.interfaces().name(inode, index).as_bytes(), b"late1");
    // Its other end is down: an interface is observed from when it comes up.
    assert!(!is_active(
        &handle,
        &format!("interface late2 of {}", pair.server.name())
    ));

    pair.client
        .run(|| link::delete("late1"))
        .expect("namespace")
        .expect("deleted");
    wait_for("forgetting late1", || handle.report().get(&name).is_none());
    // Records about it may still be on their way.
    assert_eq!(handle.interfaces().name(inode, index).as_bytes(), b"late1");
}

#[test]
fn a_namespace_may_appear_later_and_vanish() {
    require_bpf!();
    let space = netns::Namespace::create().expect("a namespace");
    // A link to it, whose target appears later, stands for a name that is not there yet.
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("late");
    let feature = format!("namespace {}", path.display());
    let source = FlowSource::builder()
        .interfaces(Interfaces::None)
        .namespace(Namespace::from(path.as_path()))
        .load()
        .expect("the observer loads");
    let handle = source.handle();
    assert!(!is_active(&handle, &feature), "{}", handle.report());
    std::os::unix::fs::symlink(space.path(), &path).expect("a link");
    wait_for("finding the namespace", || is_active(&handle, &feature));
    drop(space);
    wait_for("losing the namespace", || !is_active(&handle, &feature));
}

#[test]
fn nothing_stays_attached_after_a_drop() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    for attach in watch::ways() {
        let source = watch::of(&pair).attach_with(attach).load();
        let source = source.expect("the observer loads");
        match attach {
            AttachWith::Clsact => {
                let text = filters(&pair);
                assert!(
                    text.contains("tc_ingress") && text.contains("tc_egress"),
                    "{text}"
                );
                assert!(tcx(&pair, CLIENT_LINK).is_empty());
            }
            _ => assert_eq!(tcx(&pair, CLIENT_LINK), ["tc_ingress", "tc_egress"]),
        }
        let shards = source.into_shards();
        drop(shards);
        // At once, but for a child of another test that is between fork and exec right now, and
        // so holds every file of this process for a moment.
        wait_for("detaching", || {
            tcx(&pair, CLIENT_LINK).is_empty() && filters(&pair).is_empty()
        });
    }
    let disciplines = disciplines(&pair);
    assert!(!disciplines.contains("clsact"), "{disciplines}");
}

/// Attaches filters as ours are, which outlive their links, by handle.
fn leave_filters(pair: &Pair, handles: &[u32]) {
    use aya::programs::tc::{NlOptions, TcAttachOptions};

    let mut ebpf = aya::Ebpf::load(aya::include_bytes_aligned!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/crates/flow-ebpf/bpf/flow_base.bpf.o"
    )))
    .expect("the object loads");
    let program: &mut SchedClassifier = ebpf
        .program_mut("tc_ingress")
        .expect("the program")
        .try_into()
        .expect("a classifier");
    program.load().expect("it loads");
    tc(pair, &format!("qdisc add dev {CLIENT_LINK} clsact"));
    let attach = |handle: u32| {
        let options = TcAttachOptions::Netlink(NlOptions {
            priority: 7,
            handle: handle.into(),
            classid: None,
        });
        let id = program.attach_with_options(CLIENT_LINK, TcAttachType::Ingress, options);
        let link = program.take_link(id.expect("attached")).expect("its link");
        // A link that is forgotten does not detach: so a killed process leaves it.
        std::mem::forget(link);
    };
    pair.client
        .run(|| handles.iter().copied().for_each(attach))
        .expect("namespace");
}

/// How `tc` prints a handle.
fn shown(handle: u32) -> String {
    format!("handle {handle:#x} ")
}

/// Handles of filters of a process, and the same where it made the discipline.
fn handles_of(process: u32) -> [u32; 2] {
    [0x4600_0000 | process, 0x4680_0000 | process]
}

/// The id of a process that is gone for certain: it has been waited for.
fn gone_process() -> u32 {
    let mut child = Command::new("true").spawn().expect("true runs");
    let id = child.id();
    child.wait().expect("it ends");
    id
}

#[test]
fn filters_of_others_and_their_discipline_stay() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    leave_filters(&pair, &[0x77]);
    let before = filters(&pair);
    assert!(before.contains(&shown(0x77)), "{before}");
    let watch = Watch::start(watch::of(&pair).attach_with(AttachWith::Clsact));
    assert!(filters(&pair).contains(&shown(0x77)));
    pair.ping(Ip::V4, 1, 8).expect("a reply");
    let seen = watch.finish();
    assert!(seen.at(CLIENT_LINK).any(|flow| flow.icmp_type == 8));
    assert_eq!(filters(&pair), before);
}

#[test]
fn what_a_killed_process_left_is_removed_and_what_a_living_one_has_is_not() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let [gone, gone_with_discipline] = handles_of(gone_process());
    let [alive, _] = handles_of(std::process::id());
    leave_filters(&pair, &[gone, gone_with_discipline, alive, 0x77]);
    for handle in [gone, gone_with_discipline] {
        assert!(filters(&pair).contains(&shown(handle)), "{handle:#x}");
    }
    // Whatever it attaches to, and in whatever way.
    let other = Interfaces::matching([SERVER_LINK]);
    drop(watch::of(&pair).interfaces(other).load().expect("loads"));
    let after = filters(&pair);
    for handle in [gone, gone_with_discipline] {
        assert!(!after.contains(&shown(handle)), "{after}");
    }
    assert!(after.contains(&shown(0x77)), "{after}");
    assert!(after.contains(&shown(alive)), "{after}");
    assert!(disciplines(&pair).contains("clsact"), "still in use");
}

#[test]
fn the_guard_waits_for_the_end_and_removes_what_the_agent_left() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let process = gone_process();
    let [_, made] = handles_of(process);
    leave_filters(&pair, &[made]);
    let mut guard = Command::new(flow_lab::example::agent())
        .args(["guard", "--process", &process.to_string()])
        .args(["--netns", pair.client.name()])
        .args(["--netns", "a-namespace-that-is-gone"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .expect("the agent runs");
    std::thread::sleep(Duration::from_millis(200));
    assert!(filters(&pair).contains(&shown(made)), "it waits");
    drop(guard.stdin.take());
    assert!(guard.wait().expect("it ends").success());
    assert!(filters(&pair).is_empty(), "{}", filters(&pair));
    assert!(!disciplines(&pair).contains("clsact"));
}

#[test]
fn a_discipline_goes_with_the_last_filter_of_the_killed_process_that_made_it() {
    require_bpf!();
    let [plain, made] = handles_of(gone_process());
    for (handle, stays) in [(plain, true), (made, false)] {
        let pair = Pair::create().expect("namespaces");
        leave_filters(&pair, &[handle]);
        drop(watch::of(&pair).load().expect("the observer loads"));
        let (left, disciplines) = (filters(&pair), disciplines(&pair));
        assert!(!left.contains(&shown(handle)), "{left}");
        assert_eq!(
            disciplines.contains("clsact"),
            stays,
            "{handle:#x}: {disciplines}"
        );
    }
}

/// Runs the commands of a batch of `ip` in the client's namespace.
fn ip_batch(pair: &Pair, commands: &str) {
    use std::io::Write as _;

    let status = pair.client.run(|| {
        let mut child = Command::new("ip")
            .args(["-batch", "-"])
            .stdin(std::process::Stdio::piped())
            .spawn()
            .expect("ip (package iproute2) runs");
        let mut input = child.stdin.take().expect("it is piped");
        input.write_all(commands.as_bytes()).expect("written");
        drop(input);
        child.wait().expect("it ends")
    });
    assert!(status.expect("namespace").success());
}

/// Changes that the observer has no time to read overrun its socket, while it lists interfaces too.
#[test]
fn a_storm_of_changes_detaches_no_interface() {
    require_bpf!();
    const FIRST: usize = 24;
    const ALL: usize = 32;
    let pair = Pair::create().expect("namespaces");
    let add = |number: usize| {
        format!(
            "link add storm{number} type veth peer name calm{number}\nlink set storm{number} up\n"
        )
    };
    ip_batch(&pair, &(0..FIRST).map(add).collect::<String>());
    let source = FlowSource::builder()
        .interfaces(Interfaces::matching(["storm*"]))
        .namespace(Namespace::from(pair.client.path().as_path()))
        .attach_wait(Duration::from_secs(60))
        .load()
        .expect("the observer loads");
    let handle = source.handle();
    let feature = |number| format!("interface storm{number} of {}", pair.client.name());
    // Attaching to the new ones takes so long that the changes overrun the socket, more than once.
    let changes = (0..20_000).map(|number| {
        format!(
            "link set calm{} mtu {}\n",
            number % FIRST,
            1400 + number % 50
        )
    });
    let storm: String = (FIRST..ALL).map(add).chain(changes).collect();
    ip_batch(&pair, &storm);
    let deadline = Instant::now() + 6 * SOON;
    while !(0..ALL).all(|number| is_active(&handle, &feature(number))) {
        assert!(Instant::now() < deadline, "{}", handle.report());
        std::thread::sleep(Duration::from_millis(50));
    }
    // What was attached stays so, and lists that come late take nothing away.
    std::thread::sleep(Duration::from_secs(1));
    let missing: Vec<_> = (0..ALL)
        .filter(|number| attached(&pair, &format!("storm{number}")) != ["tc_ingress", "tc_egress"])
        .collect();
    assert!(missing.is_empty(), "detached: {missing:?}");
    ip_batch(&pair, "link del storm0\n");
    wait_for("forgetting storm0", || {
        handle.report().get(&feature(0)).is_none()
    });
}
