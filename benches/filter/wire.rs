//! wirefilter on the same flows.

use flow_core::view::FlowView;
use wirefilter::{ExecutionContext, Filter, Scheme};

use crate::input::path;

/// The scheme, and a context for each flow.
pub(crate) struct Wire {
    contexts: Vec<ExecutionContext<'static>>,
    scheme: &'static Scheme,
}

/// A compiled filter and what it runs on.
pub(crate) struct WireFilter<'w> {
    filter: Filter<'static>,
    wire: &'w Wire,
}

impl Wire {
    pub(crate) fn new(views: &[FlowView<'_>]) -> Self {
        // For the whole run: contexts borrow from it.
        let scheme: &'static Scheme = Box::leak(Box::new(wirefilter::Scheme! {
            verdict: Int,
            dport: Int,
            src: Ip,
            namespace: Bytes,
            pod: Bytes,
            fqdn: Bytes,
            path: Bytes,
        }));
        let contexts = views.iter().enumerate().map(|(number, view)| {
            let flow = view.flow();
            let source = view.source().expect("names");
            let destination = view.destination().expect("names");
            let leaked =
                |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
            let mut context = ExecutionContext::new(scheme);
            let mut set = |name: &str, value: wirefilter::LhsValue<'static>| {
                context.set_field_value(name, value).expect("a field");
            };
            set("verdict", i32::from(flow.verdict.0).into());
            set("dport", i32::from(flow.destination.port).into());
            set("src", flow.source.ip.to_std().into());
            set("namespace", leaked(&source.namespace).into());
            set("pod", leaked(&source.pod_name).into());
            set("fqdn", leaked(&destination.dns_names[0]).into());
            set("path", leaked(&path(number)).into());
            context
        });
        Self {
            contexts: contexts.collect(),
            scheme,
        }
    }

    pub(crate) fn filter(&self, text: &str) -> WireFilter<'_> {
        let text: &'static str = Box::leak(text.to_owned().into_boxed_str());
        let ast = self.scheme.parse(text).expect("a filter");
        WireFilter {
            filter: ast.compile(),
            wire: self,
        }
    }
}

impl WireFilter<'_> {
    /// Number of flows that pass.
    pub(crate) fn count(&self) -> usize {
        let contexts = self.wire.contexts.iter();
        contexts
            .filter(|context| self.filter.execute(context).expect("the scheme"))
            .count()
    }
}
