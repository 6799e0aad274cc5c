//! Ends, failures and panics.

use core::sync::atomic::Ordering;
use core::time::Duration;
use std::borrow::ToOwned;
use std::error::Error;
use std::string::ToString;
use std::sync::Arc;

use super::*;

#[test]
fn a_pipeline_stops_drains_and_drops_its_sources() {
    let source = Script::endless();
    let is_dropped = Arc::clone(&source.is_dropped);
    let pipeline = Pipeline::builder()
        .source(source)
        .history(1)
        .start()
        .unwrap();
    let handle = pipeline.handle();
    let mut subscription = handle.subscribe(Since::Now);
    assert_eq!(
        subscription.next_timeout(Duration::from_millis(5)),
        Err(Idle::Empty)
    );
    assert!(!pipeline.is_finished());
    handle.stop();
    pipeline.join().unwrap();
    assert!(is_dropped.load(Ordering::Acquire));
    assert_eq!(subscription.wait_next(), Err(Idle::Closed));

    let source = Script::endless();
    let is_dropped = Arc::clone(&source.is_dropped);
    drop(
        Pipeline::builder()
            .source(source)
            .history(1)
            .start()
            .unwrap(),
    );
    assert!(is_dropped.load(Ordering::Acquire), "dropping stops too");
}

/// Never ends.
struct Stubborn;

impl Source for Stubborn {
    fn name(&self) -> &str {
        "stubborn"
    }

    fn poll(&mut self, _: Duration, _: &mut dyn Sink) -> Result<Progress, SourceError> {
        std::thread::sleep(Duration::from_millis(1));
        Ok(Progress::Open)
    }

    fn stop(&mut self) {}
}

#[test]
fn a_source_that_does_not_end_in_time_is_an_error() {
    let pipeline = Pipeline::builder()
        .source(Stubborn)
        .drain_limit(Duration::from_millis(5))
        .history(1)
        .start()
        .unwrap();
    pipeline.stop();
    let error = pipeline.join().unwrap_err().to_string();
    assert_eq!(
        error,
        "source stubborn: expected to end within 5ms of being stopped, still open"
    );
}

#[test]
fn a_failing_source_ends_the_others() {
    let other = Script::endless();
    let is_dropped = Arc::clone(&other.is_dropped);
    let pipeline = Pipeline::builder()
        .source(Script::new([Step::Fail]))
        .source(other)
        .history(1)
        .start()
        .unwrap();
    let error = pipeline.join().unwrap_err();
    assert_eq!(error.to_string(), "source script: reading");
    assert_eq!(error.source().unwrap().to_string(), "it is gone");
    assert!(is_dropped.load(Ordering::Acquire));
}

#[test]
fn a_panic_is_an_error_that_names_its_place() {
    struct Broken(&'static str);

    impl Stage for Broken {
        fn name(&self) -> &str {
            "broken stage"
        }

        fn packet(&mut self, _: &Flow, _: &Packet<'_>, emit: &mut Emit<'_>) {
            emit(&mut Flow::default(), &mut record());
            panic!("{}", self.0);
        }
    }

    impl Enricher for Broken {
        fn enrich(&self, _: &mut Flow, _: &Attached<'_>) {
            panic!("no names");
        }
    }

    impl Observer for Broken {
        fn name(&self) -> &str {
            "counter"
        }

        fn observe(&self, _: &FlowView<'_>) {
            panic!("no counts");
        }
    }

    let packet = Step::Flow {
        port: 1,
        has_packet: true,
    };
    let builder = |step: &Step| {
        Pipeline::builder()
            .source(Script::new([step.clone()]))
            .history(1)
    };
    let cases = [
        (
            builder(&Step::Panic),
            "source script panicked: the source is broken",
        ),
        (
            builder(&packet).stage(|| Broken("odd")),
            "stage broken stage panicked: odd",
        ),
        (
            builder(&packet).enricher(Broken("")),
            "a_panic_is_an_error_that_names_its_place::Broken panicked: no names",
        ),
        (
            builder(&packet).filter(filter_fn(|_: &FlowView<'_>| panic!("no rule"))),
            "the filter panicked: no rule",
        ),
        (
            builder(&packet).observer(Broken("")),
            "observer counter panicked: no counts",
        ),
    ];
    for (builder, expected) in cases {
        let other = Script::endless();
        let is_dropped = Arc::clone(&other.is_dropped);
        let pipeline = builder.source(other).start().unwrap();
        let error = pipeline.join().unwrap_err().to_string();
        assert!(error.ends_with(expected), "{error}");
        assert!(is_dropped.load(Ordering::Acquire), "{expected}");
    }
}

#[test]
fn what_cannot_start_says_why() {
    let error = Pipeline::builder().start().unwrap_err();
    assert_eq!(
        error.to_string(),
        "a pipeline needs at least one source, got none"
    );
    let error = Pipeline::builder()
        .source(Stubborn)
        .history(3)
        .start()
        .unwrap_err();
    let cause = error.source().map(ToString::to_string);
    assert_eq!(
        cause.as_deref(),
        Some("ring capacity: expected a power of two from 1 to 16777216, got 3")
    );
    let error = SourceError::new("kernel ring 0", "waiting", "gone".to_owned());
    assert_eq!(error.to_string(), "source kernel ring 0: waiting");
}
