use std::net::{TcpListener, UdpSocket};
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use super::*;
use flow_lab::require_root;

fn inode_inside() -> u64 {
    fs::metadata("/proc/thread-self/ns/net")
        .expect("own namespace")
        .ino()
}

#[test]
fn work_runs_inside_and_the_namespace_goes_on_drop() {
    require_root!();
    let outside = inode_inside();
    let space = Namespace::create().expect("create");
    let inside = space.run(inode_inside).expect("run");
    assert_ne!(inside, outside);
    assert_eq!(inside, space.handle().metadata().expect("stat").ino());
    let grandchild = space
        .run(|| thread::spawn(inode_inside).join().expect("thread"))
        .expect("run");
    assert_eq!(grandchild, inside, "a thread started inside is inside");
    assert_eq!(
        inode_inside(),
        outside,
        "the calling thread stays where it was"
    );

    // The same port twice, once in each namespace, and loopback works inside.
    let here = TcpListener::bind("127.0.0.1:0").expect("bind");
    let port = here.local_addr().expect("address").port();
    space
        .run(|| {
            TcpListener::bind(("127.0.0.1", port)).expect("bind inside");
            let socket = UdpSocket::bind("127.0.0.1:0").expect("udp");
            socket
                .send_to(b"x", socket.local_addr().expect("address"))
                .expect("lo is up");
        })
        .expect("run");

    let path = space.path();
    assert!(path.exists());
    drop(space);
    assert!(!path.exists());
}

#[test]
fn a_panic_inside_reaches_the_caller() {
    require_root!();
    let space = Namespace::create().expect("create");
    let result = std::panic::catch_unwind(|| space.run(|| panic!("inside")));
    assert!(result.is_err());
}

#[test]
fn what_a_dead_process_left_is_removed_and_nothing_else() {
    require_root!();
    let mut child = Command::new("true").spawn().expect("true");
    let pid = child.id();
    child.wait().expect("wait");
    fs::create_dir_all(DIRECTORY).expect("directory");
    let stale = format!("{}{pid}-1-0", name::PREFIX);
    let foreign = format!("not-{}{pid}-1-0", name::PREFIX);
    for name in [&stale, &foreign] {
        File::create(path_of(name)).expect("file");
    }
    let space = Namespace::create().expect("create");
    let removed = remove_stale();
    let foreign_stayed = path_of(&foreign).exists();
    fs::remove_file(path_of(&foreign)).expect("remove");
    // Another test's first namespace may have swept it before.
    assert!(!path_of(&stale).exists());
    assert!(foreign_stayed);
    assert!(!removed.contains(&space.name().to_owned()));
    assert!(space.path().exists(), "a living process keeps its own");
}
