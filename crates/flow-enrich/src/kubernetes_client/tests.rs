//! The real client against a server that fails.

mod server;

use std::net::IpAddr;
use std::time::{Duration, Instant};

use flow_core::names::NameTable;
use kube::{Client, Config};
use serde_json::json;

use self::server::{Fault, Server, gone, pod};
use super::*;
use crate::clock;
use crate::kubernetes::{ObjectKind, Place};
use crate::table::EndpointTable;

/// Longer than any wait of a test should be.
const LIMIT: Duration = Duration::from_secs(40);

struct Setting {
    server: Server,
    table: EndpointTable,
    freshness: Freshness,
    task: tokio::task::AbortHandle,
}

impl Setting {
    /// A server with the pods `a` and `b`, and a watch that knows them.
    async fn new() -> Self {
        let setting = Self::with(
            Server::start().await,
            WatchOptions {
                timeout: Duration::from_secs(2),
                ..WatchOptions::default()
            },
        );
        setting
            .wait("the first list", |setting| {
                setting.has("10.0.0.1") && setting.has("10.0.0.2")
            })
            .await;
        let started = |setting: &Self| setting.server.requests().1 > 0;
        setting.wait("the first watch", started).await;
        setting
    }

    fn with(server: Server, options: WatchOptions) -> Self {
        server.put("a", "10.0.0.1");
        server.put("b", "10.0.0.2");
        let url = format!("http://{}", server.address).parse().expect("a URL");
        let client = Client::try_from(Config::new(url)).expect("a client");
        let table = EndpointTable::with_linger(&NameTable::new(), Duration::ZERO);
        let watch = KubernetesWatch::new(client, &table, options);
        let freshness = watch.freshness();
        assert_eq!(freshness.staleness(), None);
        let task = tokio::spawn(watch.run()).abort_handle();
        Self {
            server,
            table,
            freshness,
            task,
        }
    }

    fn name(&self, address: &str) -> Option<String> {
        let address: IpAddr = address.parse().expect("an address");
        let found = self.table.read().address(address.into(), clock::now())?;
        Some(self.table.names().get(found.handle)?.pod_name.to_string())
    }

    fn has(&self, address: &str) -> bool {
        self.name(address).is_some()
    }

    async fn wait(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let begin = Instant::now();
        while !is_so(self) {
            let failure = self.freshness.failure();
            assert!(
                begin.elapsed() < LIMIT,
                "{what} did not come: {failure:?}, {:?}",
                self.freshness
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The watch still brings what changes.
    async fn goes_on(&self) {
        self.server.put("later", "10.0.9.9");
        self.wait("a later pod", |setting| setting.has("10.0.9.9"))
            .await;
    }
}

impl Drop for Setting {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[tokio::test]
async fn changes_reach_the_table_within_a_second() {
    let setting = Setting::new().await;
    let begin = Instant::now();
    setting.server.put("c", "10.0.0.3");
    setting.server.put("a", "10.0.0.9");
    setting.server.delete("b");
    let all = |setting: &Setting| {
        setting.name("10.0.0.3").as_deref() == Some("c")
            && setting.name("10.0.0.9").as_deref() == Some("a")
            && !setting.has("10.0.0.1")
            && !setting.has("10.0.0.2")
    };
    setting.wait("all changes", all).await;
    println!("three changes in {:?}", begin.elapsed());
    assert_eq!(setting.freshness.staleness(), Some(Duration::ZERO));
    assert_eq!(setting.freshness.lists(ObjectKind::Pod), 1);
    // Past the end of the first watch, without another list.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    setting.goes_on().await;
    assert_eq!(setting.server.requests().0, 1);
}

#[tokio::test]
async fn a_version_that_is_gone_begins_a_new_list_and_what_vanished_is_gone() {
    for in_stream in [true, false] {
        let setting = Setting::new().await;
        setting.server.fail_watch(match in_stream {
            true => Fault::Line(json!({"type": "ERROR", "object": gone()}).to_string()),
            false => Fault::Status(410, None),
        });
        setting.server.vanish("b");
        setting
            .wait("the end of b", |setting| !setting.has("10.0.0.2"))
            .await;
        assert!(setting.has("10.0.0.1"));
        setting.goes_on().await;
        assert_eq!(setting.freshness.lists(ObjectKind::Pod), 2);
        assert_eq!(setting.freshness.staleness(), Some(Duration::ZERO));
    }
}

#[tokio::test]
async fn duplicates_and_older_versions_change_nothing() {
    let setting = Setting::new().await;
    setting.server.put("a", "10.0.0.5");
    setting
        .wait("the new address", |setting| setting.has("10.0.0.5"))
        .await;
    for _ in 0..3 {
        setting
            .server
            .say(&json!({"type": "MODIFIED", "object": pod("a", "10.0.0.5", 3)}));
        setting
            .server
            .say(&json!({"type": "ADDED", "object": pod("a", "10.0.0.1", 1)}));
    }
    setting.goes_on().await;
    assert!(setting.has("10.0.0.5") && !setting.has("10.0.0.1"));
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again_when_it_said() {
    let server = Server::start().await;
    server.fail_list(Fault::Status(429, Some(1)));
    server.fail_list(Fault::Status(429, Some(1)));
    let begin = Instant::now();
    let setting = Setting::with(server, WatchOptions::default());
    setting
        .wait("the list", |setting| setting.has("10.0.0.1"))
        .await;
    assert!(
        begin.elapsed() >= Duration::from_secs(2),
        "{:?}",
        begin.elapsed()
    );
    assert_eq!(
        setting.server.requests().0,
        3,
        "no more requests than it allowed"
    );
    setting.goes_on().await;
}

#[tokio::test]
async fn what_is_cut_is_asked_for_again() {
    let server = Server::start().await;
    server.fail_list(Fault::Cut);
    let setting = Setting::with(
        server,
        WatchOptions {
            timeout: Duration::from_secs(1),
            ..WatchOptions::default()
        },
    );
    setting
        .wait("the list", |setting| setting.has("10.0.0.1"))
        .await;
    assert_eq!(setting.freshness.failures(), 1);
    let whole = json!({"type": "ADDED", "object": pod("x", "10.0.0.8", 9)}).to_string();
    setting
        .server
        .fail_watch(Fault::Line(whole[..whole.len() / 2].to_owned()));
    setting
        .server
        .fail_watch(Fault::Line("{\"type\": \"NONSENSE\"}".to_owned()));
    setting
        .wait("both failures", |setting| setting.freshness.failures() >= 2)
        .await;
    setting.goes_on().await;
    assert!(!setting.has("10.0.0.8"));
}

#[tokio::test]
async fn a_connection_that_is_dead_without_a_sign_is_noticed() {
    let setting = Setting::new().await;
    setting.server.fail_watch(Fault::Silence);
    let before = setting.server.requests().1;
    setting
        .wait("the silent watch", |setting| {
            setting.server.requests().1 > before
        })
        .await;
    setting.server.put("c", "10.0.0.3");
    setting
        .wait("the pod", |setting| setting.has("10.0.0.3"))
        .await;
}

#[tokio::test]
async fn after_a_server_was_away_what_vanished_is_gone_and_the_rest_was_there_all_along() {
    let mut setting = Setting::new().await;
    setting.server.go_away();
    setting.server.vanish("b");
    let is_stale = |setting: &Setting| setting.freshness.staleness() > Some(Duration::from_secs(2));
    setting.wait("staleness", is_stale).await;
    assert!(setting.freshness.failure().is_some());
    assert!(
        setting.has("10.0.0.1") && setting.has("10.0.0.2"),
        "old names are better than none"
    );
    // The versions that it knew are gone with it.
    setting.server.fail_watch(Fault::Status(410, None));
    setting.server.resume().await;
    setting
        .wait("the end of b", |setting| !setting.has("10.0.0.2"))
        .await;
    assert!(setting.has("10.0.0.1"));
    setting.goes_on().await;
    let is_fresh = |setting: &Setting| {
        let failures = setting.freshness.failure();
        failures.is_none_or(|failure| !failure.starts_with("Pod"))
    };
    setting.wait("freshness of pods", is_fresh).await;
}

#[tokio::test]
async fn the_local_scope_asks_for_the_pods_of_the_node() {
    let options = WatchOptions {
        place: Place {
            node: "n1".into(),
            ..Place::default()
        },
        scope: Scope::Local,
        owners: true,
        ..WatchOptions::default()
    };
    let setting = Setting::with(Server::start().await, options);
    setting
        .wait("the list", |setting| {
            setting.freshness.staleness().is_some()
        })
        .await;
    assert!(setting.has("10.0.0.1"));
    assert_eq!(setting.freshness.lists(ObjectKind::Job), 1);
    setting.task.abort();
    setting
        .wait("the end of all names", |setting| {
            setting.table.stats().endpoints == 0
        })
        .await;
}
