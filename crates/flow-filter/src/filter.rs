//! A filter that runs.

use core::fmt;

use flow_core::view::FlowView;

use crate::Filter;
use crate::compile::Compiled;
use crate::kernel::{KernelPart, reduce};

/// A compiled filter: made by [`FlowExpr::compile`](crate::FlowExpr::compile) and
/// [`FlowExpr::bind`](crate::FlowExpr::bind).
///
/// Its tests stand in the order of their cost. Running it allocates nothing and takes no lock, but
/// for those of the view that it reads.
pub struct CompiledFilter {
    compiled: Compiled,
}

impl CompiledFilter {
    pub(crate) const fn new(compiled: Compiled) -> Self {
        Self { compiled }
    }

    /// Returns its tests, in order, with what each costs and where it leads to: for people.
    ///
    /// ```
    /// use flow_filter::FlowExpr;
    ///
    /// let filter = FlowExpr::parse("src.pod == \"shop/*\" && dst.port in {80, 443} && dropped")?.compile();
    /// let text = filter.explain().to_string();
    /// let tests: Vec<&str> = text.lines().map(str::trim).collect();
    /// assert_eq!(tests, [
    ///     "0  ~  1 ns  verdict is 2: step 1, else reject",
    ///     "1  ~  2 ns  dst.port in a bitmap: step 2, else reject",
    ///     "2  ~  2 ns  names: source pod: name: accept, else reject",
    /// ]);
    /// # Ok::<(), flow_filter::FilterError>(())
    /// ```
    #[must_use]
    pub const fn explain(&self) -> Explanation<'_> {
        Explanation(self)
    }

    /// Returns the strongest part of the filter that kernel programs can test: whatever passes the filter passes
    /// it.
    ///
    /// Computed when it is called: ask once for each filter.
    #[must_use]
    pub fn kernel_part(&self) -> KernelPart {
        reduce(self.compiled.node())
    }

    /// Returns whether it looks at names of endpoints: pods, labels, names of the DNS, ….
    ///
    /// Who learns names from the packets that are observed has to see more of them than pass such a filter.
    #[must_use]
    pub fn reads_names(&self) -> bool {
        self.compiled.reads_names()
    }
}

impl Filter for CompiledFilter {
    #[inline]
    fn matches(&self, view: &FlowView<'_>) -> bool {
        self.compiled.is_true(view)
    }
}

impl fmt::Debug for CompiledFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CompiledFilter(\n{})", self.explain())
    }
}

/// Displays the tests of a filter: see [`CompiledFilter::explain`].
#[derive(Debug)]
pub struct Explanation<'f>(&'f CompiledFilter);

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.compiled.explain(f)
    }
}
