//! Shows flows in the thread that reads them, so that none is lost however fast a file is read.

use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flow_core::pipeline::{Lost, Observer};
use flow_core::view::FlowView;

use crate::messages::Messages;
use crate::view::View;

/// A [`View`] as an observer. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Show(Arc<Shared>);

struct Shared {
    shown: Mutex<Shown>,
    messages: Messages,
    /// What is read, for messages.
    name: String,
}

struct Shown {
    view: View,
    /// The first failure of the output: nothing is shown after it.
    result: io::Result<()>,
    /// What could not be read before anything could: perhaps nothing can.
    held: Option<Vec<String>>,
}

/// Messages about records that cannot be read that are held at most; the next one brings all of them out.
const HELD: usize = 16;

impl Show {
    pub(crate) fn new(view: View, messages: Messages, name: &str) -> Self {
        Self(Arc::new(Shared {
            shown: Mutex::new(Shown {
                view,
                result: Ok(()),
                held: Some(Vec::new()),
            }),
            messages,
            name: name.to_owned(),
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Shown> {
        let shown = self.0.shown.lock();
        shown.unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the view, unless the output failed before.
    fn act(&self, act: impl FnOnce(&mut View) -> io::Result<()>) {
        let shown = &mut *self.lock();
        if shown.result.is_ok() {
            shown.result = act(&mut shown.view);
        }
    }

    /// Whether nothing more will be shown.
    pub(crate) fn is_over(&self) -> bool {
        let shown = self.lock();
        shown.result.is_err() || shown.view.is_full()
    }

    /// Hands what is written so far to the system.
    pub(crate) fn flush(&self) {
        self.act(View::flush);
    }

    /// Prints the messages that are held, and holds no more.
    pub(crate) fn release(&self) {
        let held = self.lock().held.take();
        for message in held.into_iter().flatten() {
            self.0.messages.warn(message);
        }
    }

    /// Returns the messages that are held, and holds no more.
    pub(crate) fn take_held(&self) -> Vec<String> {
        self.lock().held.take().unwrap_or_default()
    }

    /// Returns what `use_view` makes of the view.
    ///
    /// # Errors
    /// Where the output failed.
    pub(crate) fn with<T>(
        &self,
        use_view: impl FnOnce(&mut View) -> io::Result<T>,
    ) -> io::Result<T> {
        let shown = &mut *self.lock();
        std::mem::replace(&mut shown.result, Ok(()))?;
        use_view(&mut shown.view)
    }
}

impl Observer for Show {
    fn name(&self) -> &str {
        "output"
    }

    fn observe(&self, view: &FlowView<'_>) {
        if self.lock().held.is_some() {
            self.release();
        }
        self.act(|shown| shown.pass(view));
    }

    fn lost(&self, lost: &Lost) {
        self.act(|shown| shown.show_lost(lost));
    }

    fn undecodable(&self, error: &dyn Error) {
        let message = format!("{}, {error}", self.0.name);
        let is_held = {
            let mut shown = self.lock();
            let held = shown.held.as_mut().filter(|held| held.len() < HELD);
            held.map(|held| held.push(message.clone())).is_some()
        };
        if !is_held {
            self.release();
            self.0.messages.warn(message);
        }
    }
}
