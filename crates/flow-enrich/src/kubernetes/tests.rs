//! Objects in, names out.

mod memory;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use flow_core::names::NameTable;
use flow_core::resolve::EndpointNames;
use serde_json::{Value, json};

use super::*;
use crate::identity;
use crate::table::{EndpointKind, EndpointTable, Found, Key, PodUid};

const SECOND: u64 = 1_000_000_000;
/// 2026-11-24T14:35:00Z.
const NOW: u64 = 1_795_530_900 * SECOND;

struct Setting {
    table: EndpointTable,
    cluster: ClusterNames,
    now: u64,
}

impl Setting {
    fn new() -> Self {
        Self::at(Place {
            cluster: "".into(),
            node: "n1".into(),
        })
    }

    fn at(place: Place) -> Self {
        let table = EndpointTable::with_linger(&NameTable::new(), Duration::from_secs(30));
        Self {
            cluster: ClusterNames::new(&table, place),
            table,
            now: NOW,
        }
    }

    fn apply(&mut self, value: &Value) {
        let mut batch = self.cluster.batch(self.now);
        for object in Object::read(value).expect("an object") {
            batch.apply(object).expect("room");
        }
    }

    fn found(&self, address: &str, time: u64) -> Option<(Found, Arc<EndpointNames>)> {
        let address: IpAddr = address.parse().expect("an address");
        self.named(self.table.read().address(address.into(), time)?)
    }

    fn named(&self, found: Found) -> Option<(Found, Arc<EndpointNames>)> {
        Some((found, self.table.names().get(found.handle)?))
    }

    fn pod_at(&self, address: &str, time: u64) -> Option<String> {
        let (_, names) = self.found(address, time)?;
        Some(format!("{}/{}", names.namespace, names.pod_name))
    }

    fn workload(&self, address: &str) -> String {
        let (_, names) = self.found(address, 0).expect("a pod");
        let [workload] = &names.workloads[..] else {
            panic!("expected one workload, found {:?}", names.workloads);
        };
        format!("{} {}", workload.kind, workload.name)
    }
}

fn pod(name: &str, ip: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "namespace": "shop", "name": name, "uid": format!("uid-{name}"),
            "labels": {"app": "web", "pod-template-hash": "5d8f"},
            "managedFields": [{"manager": "kubelet"}],
        },
        "spec": {"nodeName": "n1", "containers": [{"name": "c", "image": "i"}]},
        "status": {"phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}],
                   "startTime": "2026-11-24T14:35:00Z"},
    })
}

fn with(mut object: Value, pointer: &str, value: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    object.pointer_mut(parent).expect("a parent")[key] = value;
    object
}

#[test]
fn a_pod_has_the_labels_that_hubble_shows_and_an_identity_of_its_workload() {
    let mut setting = Setting::at(Place {
        cluster: "east".into(),
        node: "n1".into(),
    });
    setting.apply(&pod("web-1", "10.0.0.1"));
    setting.apply(&with(
        pod("web-2", "10.0.0.2"),
        "/metadata/labels/pod-template-hash",
        json!("9999"),
    ));
    let (found, names) = setting.found("10.0.0.1", 0).unwrap();
    assert_eq!(found.kind, EndpointKind::Pod);
    assert_eq!(
        (&*names.cluster_name, &*names.namespace, &*names.pod_name),
        ("east", "shop", "web-1")
    );
    let labels: Vec<&str> = names.labels.iter().map(|label| &**label).collect();
    assert_eq!(
        labels,
        [
            "k8s:app=web",
            "k8s:io.cilium.k8s.policy.cluster=east",
            "k8s:io.cilium.k8s.policy.serviceaccount=default",
            "k8s:io.kubernetes.pod.namespace=shop",
            "k8s:pod-template-hash=5d8f",
            "node:kubernetes.io/hostname=n1",
        ]
    );
    assert!(found.identity >= identity::FIRST_OF_LABELS);
    assert_eq!(
        found.identity,
        setting.found("10.0.0.2", 0).unwrap().0.identity
    );
    setting.apply(&with(
        pod("db", "10.0.0.3"),
        "/metadata/labels/app",
        json!("db"),
    ));
    assert_ne!(
        found.identity,
        setting.found("10.0.0.3", 0).unwrap().0.identity
    );
}

#[test]
fn what_namespaces_and_nodes_add_comes_before_or_after_the_pod() {
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": "shop", "labels": {"team": "a"}}});
    let node = json!({"apiVersion": "v1", "kind": "Node",
        "metadata": {"name": "n1", "labels": {"topology.kubernetes.io/zone": "z1", "x": "y"}}});
    let pod = pod("web-1", "10.0.0.1");
    let mut found = Vec::new();
    for order in [
        [&namespace, &node, &pod],
        [&pod, &node, &namespace],
        [&node, &pod, &namespace],
    ] {
        let mut setting = Setting::new();
        order.iter().for_each(|object| setting.apply(object));
        let (version, names) = setting.found("10.0.0.1", 0).unwrap();
        let has = |label: &str| names.labels.iter().any(|other| **other == *label);
        assert!(has("k8s:io.cilium.k8s.namespace.labels.team=a"));
        assert!(has("node:topology.kubernetes.io/zone=z1") && !has("node:x=y"));
        found.push((version.identity, names.labels.clone()));
    }
    assert!(found.iter().all(|other| *other == found[0]));
    let mut setting = Setting::new();
    [&pod, &namespace]
        .iter()
        .for_each(|object| setting.apply(object));
    let first = setting.found("10.0.0.1", 0).unwrap();
    setting.apply(&with(namespace, "/metadata/labels", json!({})));
    let second = setting.found("10.0.0.1", 0).unwrap();
    assert_ne!(first.0.identity, second.0.identity);
    assert!(second.1.labels.iter().all(|label| !label.contains("team")));
}

#[test]
fn workloads_are_followed_to_the_top() {
    let owned = |object: Value, kind: &str, name: &str| {
        let owners = json!([
            {"kind": "Other", "name": "x", "controller": false},
            {"kind": kind, "name": name, "controller": true},
        ]);
        with(object, "/metadata/ownerReferences", owners)
    };
    let object = |version: &str, kind: &str, name: &str| {
        json!({"apiVersion": version, "kind": kind,
               "metadata": {"namespace": "shop", "name": name}})
    };
    let mut setting = Setting::new();
    setting.apply(&pod("alone", "10.0.0.1"));
    assert_eq!(setting.workload("10.0.0.1"), "Pod alone");
    setting.apply(&owned(pod("db-0", "10.0.0.2"), "StatefulSet", "db"));
    assert_eq!(setting.workload("10.0.0.2"), "StatefulSet db");
    setting.apply(&owned(pod("web-1", "10.0.0.3"), "ReplicaSet", "web-5d8f"));
    assert_eq!(
        setting.workload("10.0.0.3"),
        "Deployment web",
        "by its hash"
    );
    let rollout = owned(
        object("apps/v1", "ReplicaSet", "web-5d8f"),
        "Rollout",
        "canary",
    );
    setting.apply(&rollout);
    assert_eq!(
        setting.workload("10.0.0.3"),
        "Rollout canary",
        "what is known wins"
    );
    setting.apply(&object("apps/v1", "ReplicaSet", "web-5d8f"));
    assert_eq!(
        setting.workload("10.0.0.3"),
        "ReplicaSet web-5d8f",
        "it has no owner"
    );
    setting.apply(&owned(object("batch/v1", "Job", "b-1"), "CronJob", "b"));
    setting.apply(&owned(pod("b-1-x", "10.0.0.4"), "Job", "b-1"));
    assert_eq!(setting.workload("10.0.0.4"), "CronJob b");
}

#[test]
fn completed_pods_are_out_and_their_address_is_the_next_ones() {
    let mut setting = Setting::new();
    setting.apply(&pod("job-1", "10.0.0.1"));
    let ended = with(
        pod("job-1", "10.0.0.1"),
        "/status/phase",
        json!("Succeeded"),
    );
    let at = json!([{"state": {"terminated": {"finishedAt": "2026-11-24T14:35:20Z"}}}]);
    setting.now = NOW + 25 * SECOND;
    setting.apply(&with(ended.clone(), "/status/containerStatuses", at));
    assert_eq!(
        setting.pod_at("10.0.0.1", NOW + 19 * SECOND).as_deref(),
        Some("shop/job-1")
    );
    assert_eq!(setting.pod_at("10.0.0.1", NOW + 20 * SECOND), None);
    let next = with(
        pod("web-1", "10.0.0.1"),
        "/status/startTime",
        json!("2026-11-24T14:35:22Z"),
    );
    setting.apply(&next);
    assert_eq!(
        setting.pod_at("10.0.0.1", NOW + 21 * SECOND),
        None,
        "nobody's"
    );
    assert_eq!(
        setting.pod_at("10.0.0.1", NOW + 22 * SECOND).as_deref(),
        Some("shop/web-1")
    );
    // A pod that had ended when it was first seen never gets the address.
    setting.apply(&with(ended, "/metadata/name", json!("job-0")));
    assert_eq!(
        setting.pod_at("10.0.0.1", NOW + 40 * SECOND).as_deref(),
        Some("shop/web-1")
    );
    assert_eq!(setting.cluster.len(), 1);
}

#[test]
fn deleted_pods_linger_until_another_has_their_address() {
    let mut setting = Setting::new();
    setting.apply(&pod("web-1", "10.0.0.1"));
    setting.now = NOW + 100 * SECOND;
    assert!(
        setting
            .cluster
            .batch(setting.now)
            .delete(ObjectKind::Pod, "shop", "web-1")
    );
    assert!(
        !setting
            .cluster
            .batch(setting.now)
            .delete(ObjectKind::Pod, "shop", "web-1")
    );
    let at = |setting: &Setting, second| setting.pod_at("10.0.0.1", NOW + second * SECOND);
    assert_eq!(at(&setting, 129).as_deref(), Some("shop/web-1"));
    assert_eq!(at(&setting, 130), None);
    setting.apply(&with(
        pod("web-2", "10.0.0.1"),
        "/status/startTime",
        json!("2026-11-24T14:36:50Z"),
    ));
    assert_eq!(at(&setting, 109).as_deref(), Some("shop/web-1"));
    assert_eq!(at(&setting, 110).as_deref(), Some("shop/web-2"));
    setting.now = NOW + 160 * SECOND;
    setting.table.sweep(setting.now);
    assert_eq!(at(&setting, 109), None);
    assert_eq!(setting.table.names().stats().live, 1);
}

#[test]
fn the_next_pod_of_the_same_name_is_another_pod() {
    let mut setting = Setting::new();
    setting.apply(&pod("db-0", "10.0.0.1"));
    setting.now = NOW + 50 * SECOND;
    let next = with(pod("db-0", "10.0.0.2"), "/metadata/uid", json!("another"));
    setting.apply(&with(next, "/metadata/labels/app", json!("new")));
    let (_, old) = setting.found("10.0.0.1", NOW + 60 * SECOND).unwrap();
    let (_, new) = setting.found("10.0.0.2", NOW + 60 * SECOND).unwrap();
    assert!(old.labels.contains(&"k8s:app=web".into()));
    assert!(new.labels.contains(&"k8s:app=new".into()));
    assert_eq!(setting.pod_at("10.0.0.1", NOW + 81 * SECOND), None);
}

#[test]
fn pods_in_the_network_of_their_node_leave_its_address_to_it() {
    let mut setting = Setting::new();
    let node = |name: &str, ip: &str| {
        json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name},
               "spec": {"podCIDRs": ["10.1.0.0/24"]},
               "status": {"addresses": [{"type": "InternalIP", "address": ip},
                                        {"type": "Hostname", "address": name}]}})
    };
    let uid = "0f1e2d3c-0000-4000-8000-00000000000a";
    let proxy = with(pod("proxy", "192.0.2.1"), "/spec/hostNetwork", json!(true));
    setting.apply(&with(proxy, "/metadata/uid", json!(uid)));
    setting.apply(&node("n1", "192.0.2.1"));
    setting.apply(&node("n2", "192.0.2.2"));
    let (host, names) = setting.found("192.0.2.1", 0).unwrap();
    assert_eq!(
        (host.kind, host.identity),
        (EndpointKind::Host, identity::HOST)
    );
    assert_eq!(&*names.workloads[0].name, "n1");
    assert!(names.labels.contains(&"reserved:host".into()) && names.pod_name.is_empty());
    let (remote, _) = setting.found("192.0.2.2", 0).unwrap();
    assert_eq!(
        (remote.kind, remote.identity),
        (EndpointKind::RemoteNode, identity::REMOTE_NODE)
    );
    let uid: PodUid = uid.parse().unwrap();
    let (_, names) = setting
        .named(setting.table.read().pod(uid, 0).unwrap())
        .unwrap();
    assert_eq!(&*names.pod_name, "proxy");
    let range = setting
        .table
        .read()
        .prefix(flow_core::flow::Ip::v4([10, 1, 0, 9]), 0)
        .unwrap();
    assert_eq!((range.kind, range.identity), (EndpointKind::Range, 0));
}

#[test]
fn services_are_found_by_address_and_node_port_and_the_api_server_by_its_slice() {
    let mut setting = Setting::new();
    setting.apply(&json!({"apiVersion": "v1", "kind": "ServiceList", "items": [
        {"metadata": {"namespace": "shop", "name": "web"},
         "spec": {"clusterIP": "10.96.0.9", "clusterIPs": ["10.96.0.9", "fd00::9"],
                  "externalIPs": ["198.51.100.1"],
                  "ports": [{"port": 80, "nodePort": 30080}, {"port": 53, "protocol": "UDP", "nodePort": 30053}]},
         "status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.5"}, {"hostname": "lb.example"}]}}},
        {"metadata": {"namespace": "shop", "name": "headless"}, "spec": {"clusterIP": "None"}},
    ]}));
    for address in ["10.96.0.9", "fd00::9", "198.51.100.1", "203.0.113.5"] {
        let (found, names) = setting.found(address, 0).unwrap();
        let service = names.service.as_ref().unwrap();
        assert_eq!((&*service.namespace, &*service.name), ("shop", "web"));
        assert_eq!(found.kind, EndpointKind::Service);
    }
    let port = |protocol, port| {
        setting
            .table
            .read()
            .get(Key::NodePort { protocol, port }, 0)
    };
    assert!(port(6, 30_080).is_some() && port(17, 30_053).is_some() && port(17, 30_080).is_none());
    let slice = |namespace: &str, service: &str, endpoints: Value| {
        json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
               "metadata": {"namespace": namespace, "name": format!("{service}-abc"),
                            "labels": {"kubernetes.io/service-name": service}},
               "endpoints": endpoints})
    };
    setting.apply(&slice(
        "default",
        "kubernetes",
        json!([{"addresses": ["192.0.2.1"]}]),
    ));
    setting.apply(&slice(
        "shop",
        "legacy",
        json!([
            {"addresses": ["192.0.2.50"]},
            {"addresses": ["10.0.0.1"], "targetRef": {"kind": "Pod", "name": "web-1"}},
        ]),
    ));
    let (api, _) = setting.found("192.0.2.1", 0).unwrap();
    assert_eq!(
        (api.kind, api.identity),
        (EndpointKind::ApiServer, identity::KUBE_APISERVER)
    );
    let (backend, names) = setting.found("192.0.2.50", 0).unwrap();
    assert_eq!(backend.kind, EndpointKind::Backend);
    assert_eq!(&*names.service.as_ref().unwrap().name, "legacy");
    assert!(setting.found("10.0.0.1", 0).is_none(), "the pod's own");
}

#[test]
fn older_versions_are_passed_over_and_what_a_list_lacks_is_gone() {
    let mut setting = Setting::new();
    let version =
        |object: Value, version: &str| with(object, "/metadata/resourceVersion", json!(version));
    let service = |ip: &str| {
        json!({"apiVersion": "v1", "kind": "Service",
        "metadata": {"namespace": "shop", "name": "web"}, "spec": {"clusterIP": ip}})
    };
    setting.apply(&version(pod("web-1", "10.0.0.1"), "20"));
    setting.apply(&version(pod("web-1", "10.0.0.9"), "19"));
    setting.apply(&version(pod("web-2", "10.0.0.2"), "21"));
    setting.apply(&version(service("10.96.0.1"), "22"));
    setting.apply(&version(service("10.96.0.2"), "3"));
    assert_eq!(setting.cluster.stale(), 2);
    assert!(setting.found("10.0.0.1", 0).is_some() && setting.found("10.0.0.9", 0).is_none());
    assert!(setting.found("10.96.0.1", 0).is_some() && setting.found("10.96.0.2", 0).is_none());
    // A server that was set back lists older versions.
    let mut batch = setting.cluster.batch(NOW + SECOND);
    let replacement = batch.begin();
    for object in Object::read(&version(pod("web-1", "10.0.0.3"), "5")).unwrap() {
        batch.apply_listed(replacement, object).unwrap();
    }
    batch.finish(replacement, ObjectKind::Pod);
    drop(batch);
    let later = NOW + 60 * SECOND;
    assert_eq!(
        setting.pod_at("10.0.0.3", later).as_deref(),
        Some("shop/web-1")
    );
    assert_eq!(
        (
            setting.pod_at("10.0.0.1", later),
            setting.pod_at("10.0.0.2", later)
        ),
        (None, None)
    );
    assert!(
        setting.found("10.96.0.1", later).is_some(),
        "of another kind"
    );
}

#[test]
fn objects_of_other_kinds_are_passed_over_and_broken_ones_are_errors() {
    let none = Object::read(&json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {}}));
    assert!(none.unwrap().is_empty());
    assert!(
        Object::read(&json!({"apiVersion": "v2", "kind": "Pod"}))
            .unwrap()
            .is_empty()
    );
    let nulls = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x", "labels": null},
                       "spec": null, "status": {"podIPs": null}});
    assert_eq!(Object::read(&nulls).unwrap()[0].name(), "x");
    let error = Object::read(&with(
        pod("web-1", "10.0.0.1"),
        "/status/podIPs",
        json!("x"),
    ));
    let text = error.unwrap_err().to_string();
    assert!(
        text.starts_with("Pod shop/web-1: expected an object of this kind"),
        "{text}"
    );
}
