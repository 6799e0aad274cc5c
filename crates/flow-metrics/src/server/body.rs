//! The text of all series, in parts.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::expose::Format;
use crate::metrics::Metrics;

/// Parts that are written before a client has read them.
const AHEAD: usize = 4;

/// What is answered.
pub(super) enum Text {
    Whole(Option<Bytes>),
    /// As another thread writes it.
    Parts(Receiver<Bytes>),
}

impl Text {
    pub(super) fn whole(text: &'static str) -> Self {
        Self::Whole(Some(Bytes::from_static(text.as_bytes())))
    }

    /// All series; a thread for blocking work writes them.
    pub(super) fn of(metrics: Metrics, format: Format, is_compressed: bool) -> Self {
        let (parts, receiver) = channel(AHEAD);
        tokio::task::spawn_blocking(move || {
            let mut writer = Parts(parts);
            // The only error is that the client has gone.
            let _ = match is_compressed {
                false => metrics.write(format, &mut writer),
                true => {
                    let mut encoder = GzEncoder::new(writer, Compression::fast());
                    metrics
                        .write(format, &mut encoder)
                        .and_then(|()| encoder.finish().map(|_| ()))
                }
            };
        });
        Self::Parts(receiver)
    }
}

struct Parts(Sender<Bytes>);

impl io::Write for Parts {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Bytes::copy_from_slice(part));
        sent.map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Body for Text {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &mut *self {
            Self::Whole(text) => Poll::Ready(text.take().map(|text| Ok(Frame::data(text)))),
            Self::Parts(parts) => parts
                .poll_recv(context)
                .map(|part| part.map(|part| Ok(Frame::data(part)))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(text) => SizeHint::with_exact(text.as_ref().map_or(0, Bytes::len) as u64),
            Self::Parts(_) => SizeHint::default(),
        }
    }
}
