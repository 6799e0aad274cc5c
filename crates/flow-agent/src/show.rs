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

impl Shown {
    /// Does something with the view, unless the output failed before.
    fn act(&mut self, act: impl FnOnce(&mut View) -> io::Result<()>) {
        if self.result.is_ok() {
            self.result = act(&mut self.view);
        }
    }

    /// Prints the messages that are held, and holds no more.
    fn release(&mut self, messages: Messages) {
        for message in self.held.take().into_iter().flatten() {
            messages.warn(message);
        }
    }
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
        self.lock().act(act);
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
        let mut shown = self.lock();
        shown.release(self.0.messages);
        shown.act(|shown| shown.pass(view));
    }

    fn lost(&self, lost: &Lost) {
        self.act(|shown| shown.show_lost(lost));
    }

    fn undecodable(&self, error: &dyn Error) {
        let message = format!("{}, {error}", self.0.name);
        let mut shown = self.lock();
        match &mut shown.held {
            Some(held) if held.len() < HELD => held.push(message),
            _ => {
                shown.release(self.0.messages);
                self.0.messages.warn(message);
            }
        }
    }
}
