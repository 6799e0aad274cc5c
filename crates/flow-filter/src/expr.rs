//! A filter in the language.

use core::fmt;
use core::str::FromStr;
use std::sync::Arc;

use crate::check::{Lists, Typed, resolve};
use crate::compile::{Compiled, MOST_STEPS};
use crate::filter::CompiledFilter;
use crate::lang::{Ast, Fault, FilterError, Limits, Span, parse};

/// A filter in the [language](crate#the-language), checked.
///
/// ```
/// use flow_core::flow::{Flow, Verdict};
/// use flow_core::view::FlowView;
/// use flow_filter::{Filter, FlowExpr};
///
/// let expr: FlowExpr = "dropped && port in {80, 443, 8000..8099}".parse()?;
/// let filter = expr.compile();
///
/// let mut flow = Flow::default();
/// flow.verdict = Verdict::DROPPED;
/// flow.destination.port = 8_080;
/// assert!(filter.matches(&FlowView::from(&flow)));
/// # Ok::<(), flow_filter::FilterError>(())
/// ```
///
/// `Display` writes it with one blank between words; what it writes parses to the same filter.
#[derive(Clone)]
pub struct FlowExpr {
    shared: Arc<Shared>,
}

struct Shared {
    ast: Ast,
    typed: Typed,
    lists: Lists,
    compiled: Compiled,
}

impl FlowExpr {
    /// Reads a filter.
    ///
    /// # Errors
    /// If the text is no filter, or exceeds one of the default [limits](Limits). The error shows where.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        Self::builder().parse(text)
    }

    /// Returns a builder, for filters that use named lists or have other limits.
    #[must_use]
    pub fn builder() -> ExprBuilder {
        ExprBuilder::default()
    }

    /// Returns the filter for flows of any source.
    ///
    /// It looks at the names of endpoints anew with each flow: where many flows share their names,
    /// [`bind`](Self::bind) is quicker.
    #[must_use]
    pub fn compile(&self) -> CompiledFilter {
        // Nothing is remembered by a filter of no table, but filters are not clones of each other.
        CompiledFilter::new(self.compiled(None))
    }

    /// Returns the filter for flows whose names are those of `table`.
    ///
    /// What depends on the names of an endpoint alone is decided once for each name, and looked up by its
    /// handle from then on. Flows with handles of other tables get wrong answers: use
    /// [`compile`](Self::compile) for those.
    #[must_use]
    pub fn bind(&self, table: &flow_core::names::NameTable) -> CompiledFilter {
        CompiledFilter::new(self.compiled(Some(table)))
    }

    fn compiled(&self, table: Option<&flow_core::names::NameTable>) -> Compiled {
        self.shared.compiled.bound(table)
    }

    /// Returns the lists that the filter was given: names, and entries as they were written.
    pub fn lists(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.shared.lists.iter()
    }

    /// Evaluates the filter as it is written, without what compiling does to it: slow, for tests.
    #[doc(hidden)]
    #[must_use]
    pub fn matches_naively(&self, view: &flow_core::view::FlowView<'_>) -> bool {
        crate::naive::matches(&self.shared.typed, view)
    }
}

impl FromStr for FlowExpr {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        Self::parse(text)
    }
}

impl fmt::Display for FlowExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.shared.ast, f)
    }
}

impl fmt::Debug for FlowExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FlowExpr({self})")
    }
}

/// Filters are equal if their fields, operators and values are, in this order; blanks and comments do
/// not count.
impl PartialEq for FlowExpr {
    fn eq(&self, other: &Self) -> bool {
        self.shared.typed == other.shared.typed
    }
}

/// Reads filters that use named lists or have other limits: see [`FlowExpr::builder`].
///
/// ```
/// use flow_filter::FlowExpr;
///
/// let expr = FlowExpr::builder()
///     .list("internal", ["10.0.0.0/8", "192.168.0.0/16"])
///     .parse("src.ip in $internal && dst.ip not in $internal")?;
/// assert_eq!(expr.to_string(), "src.ip in $internal && dst.ip not in $internal");
/// # Ok::<(), flow_filter::FilterError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ExprBuilder {
    lists: Lists,
    limits: Limits,
}

impl ExprBuilder {
    /// Adds entries to the list that filters use as `$name`.
    ///
    /// Entries are written as in a filter, without quotes: `10.0.0.0/8`, `8000..8099`, `web-*`.
    #[must_use]
    pub fn list<T: Into<String>>(
        mut self,
        name: impl Into<String>,
        entries: impl IntoIterator<Item = T>,
    ) -> Self {
        let entries = entries.into_iter().map(Into::into);
        self.lists.add(name.into(), entries);
        self
    }

    /// Sets the limits.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Reads a filter.
    ///
    /// # Errors
    /// If the text is no filter, uses a list that was not given, or exceeds a limit. The error shows where.
    pub fn parse(self, text: &str) -> Result<FlowExpr, FilterError> {
        self.read(text).map_err(|fault| fault.in_text(text))
    }

    fn read(self, text: &str) -> Result<FlowExpr, Fault> {
        let ast = parse(text, &self.limits)?;
        let typed = resolve(&ast, &self.lists, &self.limits)?;
        let compiled = Compiled::new(&typed, self.limits.pattern_size);
        let compiled = compiled.ok_or_else(|| {
            let all = Span::new(0, text.len());
            Fault::limit(
                "steps of the compiled filter",
                MOST_STEPS,
                MOST_STEPS + 1,
                all,
            )
        })?;
        Ok(FlowExpr {
            shared: Arc::new(Shared {
                ast,
                typed,
                lists: self.lists,
                compiled,
            }),
        })
    }
}
