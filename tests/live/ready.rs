//! A ring buffer that an event loop waits for.

use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use flow_core::pipeline::Progress;
use flow_ebpf::{Record, Shard};
use flow_lab::require_bpf;
use flow_lab::traffic::{Ip, Pair};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::watch::{self, Turn};

/// Whether the shard is readable within `timeout`.
fn is_readable(shard: &impl AsFd, timeout: Duration) -> bool {
    let mut waiting = [PollFd::new(shard.as_fd(), PollFlags::POLLIN)];
    let timeout = PollTimeout::try_from(timeout).expect("a short time");
    poll(&mut waiting, timeout).expect("poll") > 0
}

/// Takes what is ready; returns the number of records.
fn take(shard: &mut Shard) -> (usize, Progress) {
    let mut count = 0;
    let progress = shard.poll_records(Duration::ZERO, &mut |record| {
        count += usize::from(matches!(record, Record::Kernel(_)));
    });
    (count, progress.expect("the shard goes on"))
}

#[test]
fn a_shard_is_readable_while_records_are_ready_and_at_the_end() {
    require_bpf!();
    let _turn = Turn::wait();
    let pair = Pair::create().expect("namespaces");
    let source = watch::of(&pair).ring_shards(1).load().expect("it loads");
    let handle = source.handle();
    let mut shards = source.into_shards();
    let shard = &mut shards[0];
    // What the namespaces send by themselves.
    let quiet = Instant::now() + Duration::from_secs(20);
    while is_readable(shard, Duration::from_millis(500)) && Instant::now() < quiet {
        take(shard);
    }
    pair.ping(Ip::V4, 1, 8).expect("a reply");
    assert!(is_readable(shard, Duration::from_secs(5)));
    let (count, progress) = take(shard);
    assert!(count > 0 && progress == Progress::Open);
    handle.stop();
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        assert!(is_readable(shard, Duration::from_secs(5)), "at the end too");
        if take(shard).1 == Progress::Ended {
            break;
        }
        assert!(Instant::now() < end);
    }
    assert!(is_readable(shard, Duration::ZERO), "for good");
}
