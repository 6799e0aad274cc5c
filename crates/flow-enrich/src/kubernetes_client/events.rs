//! The events of one kind, without an end.

use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use kube::Error;
use kube::api::{Api, DynamicObject};
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{Config, DefaultBackoff, Error as WatchError, Event, Result, watcher};

type Events = BoxStream<'static, Result<Event<DynamicObject>>>;

struct Watch {
    api: Api<DynamicObject>,
    config: Config,
    events: Option<Events>,
    /// Delays before a new list.
    delays: DefaultBackoff,
}

/// Returns the events of a list and the watch after it, which is begun anew where it ended, after a growing and
/// random delay where it failed.
///
/// A server may refuse to begin a watch at a version that it no longer has: with the status 410 (Gone). The watcher of
/// `kube` asks for the same version again, for ever; here a new list begins.
pub(super) fn events(
    api: Api<DynamicObject>,
    config: Config,
) -> impl Stream<Item = Result<Event<DynamicObject>>> + Send {
    let watch = Watch {
        api,
        config,
        events: None,
        delays: DefaultBackoff::default(),
    };
    stream::unfold(watch, |mut watch| async move {
        loop {
            let events = watch.events.get_or_insert_with(|| {
                watcher(watch.api.clone(), watch.config.clone())
                    .default_backoff()
                    .boxed()
            });
            let Some(event) = events.next().await else {
                watch.begin_anew().await;
                continue;
            };
            if let Err(WatchError::WatchStartFailed(Error::Api(status))) = &event
                && status.code == 410
            {
                watch.begin_anew().await;
            }
            return Some((event, watch));
        }
    })
}

impl Watch {
    async fn begin_anew(&mut self) {
        self.events = None;
        if let Some(delay) = self.delays.next() {
            tokio::time::sleep(delay).await;
        }
    }
}
