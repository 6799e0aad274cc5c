//! What objects take.

use super::*;

/// What a pod takes besides its labels: in the table, in the names and in what is kept of it.
#[test]
fn a_pod_takes_at_most_700_bytes_besides_its_labels() {
    const PODS: u64 = 7_000;
    let objects: Vec<Object> = (0..PODS)
        .flat_map(|number| {
            let name = format!("web-5d8f9c7b4-{number:05}");
            let ip = format!("10.{}.{}.{}", number >> 16, number >> 8 & 255, number & 255);
            let owner =
                json!([{"kind": "ReplicaSet", "name": "web-5d8f9c7b4", "controller": true}]);
            let pod = with(pod(&name, &ip), "/metadata/ownerReferences", owner);
            let pod = with(pod, "/spec/nodeName", json!("worker-12.example.org"));
            Object::read(&pod).expect("a pod")
        })
        .collect();
    let mut setting = Setting::new();
    let mut labels = 0;
    let used = allocation_counter::measure(|| {
        let mut batch = setting.cluster.batch(NOW);
        for object in &objects {
            batch.apply(object.clone()).expect("room");
        }
        drop(batch);
        // What readers could still have of the former table.
        setting.cluster.batch(NOW).delete(ObjectKind::Pod, "", "");
    });
    for number in 0..PODS {
        let ip = format!("10.{}.{}.{}", number >> 16, number >> 8 & 255, number & 255);
        let (_, names) = setting.found(&ip, 0).expect("a pod");
        labels += names
            .labels
            .iter()
            .map(|label| label.len() + size_of::<Box<str>>())
            .sum::<usize>();
    }
    let bytes = (used.bytes_current - labels as i64) / PODS as i64;
    println!(
        "{bytes} bytes a pod besides {} of labels",
        labels as u64 / PODS
    );
    assert!((200..=700).contains(&bytes), "{bytes} bytes a pod");
}
