//! Flows of a file: a capture or an export, shown from its beginning to its end.

use std::thread;
use std::time::Duration;

use anyhow::anyhow;
use flow_capture::{CaptureMode, CaptureSource};
use flow_core::pipeline::{PipelineBuilder, PipelineError, Since, Stats};
use flow_hubble::ExportSource;
use flow_l7::track::{Limits, TrackerTotals};

use crate::args::{Mode, Observe, Protocols};
use crate::layer7::{self, Sums};
use crate::losses::LossText;
use crate::messages::{Messages, count};
use crate::progress::Progress;
use crate::show::Show;
use crate::stop::Stop;
use crate::view::View;

/// How long to wait before looking at signals and at the output.
const LOOK: Duration = Duration::from_millis(50);

/// Shows the flows of a capture. `name` is what to call it in messages.
pub(crate) fn capture(
    args: &Observe,
    capture: flow_capture::Reader,
    name: &str,
    builder: PipelineBuilder,
    view: View,
    stop: &Stop,
) -> anyhow::Result<()> {
    let mode = match args.mode {
        Mode::Aggregated => CaptureMode::Aggregated {
            interval: match capture.is_live() {
                true => Some(args.interval()),
                false => args.interval,
            },
        },
        Mode::Packets => CaptureMode::Packets,
        Mode::Sampled(rate) => CaptureMode::Sampled(rate),
    };
    let messages = Messages::new(args.quiet);
    let bar = Progress::new(capture.size(), args.quiet);
    let source = CaptureSource::new(name, capture, mode);
    let progress = source.progress();
    let totals = TrackerTotals::default();
    let protocols = args.l7.protocols(Protocols::ALL);
    let builder = layer7::follow(
        builder.source(source),
        protocols,
        Limits::default(),
        args.l7.redaction(),
        &totals,
    );
    let show = Show::new(view, messages, name);
    let result = run(args, builder, &show, stop, || bar.set(progress.offset()));
    bar.finish();
    let counts = progress.counts();
    let error = match result? {
        Ok(_) => None,
        Err(PipelineError::Source(error)) => Some(error.cause),
        Err(other) => return Err(other.into()),
    };
    // What was read before an error is right.
    if error.is_none() || counts.packets > 0 {
        let (shown, gone) = show.with(|view| Ok((view.shown(), view.gone())))?;
        messages.say(format_args!("{counts}; {shown} shown"));
        let sums = Sums::new(&totals.stats(), 0, gone);
        if !sums.is_empty() {
            messages.say(sums);
        }
    }
    match (error, counts.packets) {
        (None, _) => Ok(()),
        (Some(error), 0) => Err(anyhow!("{name}: {error}")),
        (Some(error), packets) => {
            let after = count(packets, "packet");
            Err(anyhow!("{name}: {error} (after {after})"))
        }
    }
}

/// Shows the flows of an export. `name` is what to call it in messages.
pub(crate) fn export(
    args: &Observe,
    source: ExportSource,
    name: &str,
    builder: PipelineBuilder,
    view: View,
    stop: &Stop,
) -> anyhow::Result<()> {
    let messages = Messages::new(args.quiet);
    let progress = source.progress();
    let show = Show::new(view, messages, name);
    let mut is_warned = false;
    let mut warn = || {
        if let Some((number, part)) = progress.first_in_part().filter(|_| !is_warned) {
            is_warned = true;
            messages.say(format_args!(
                "{name}, line {number}: passed over in part: {part}"
            ));
        }
    };
    let result = run(args, builder.source(source), &show, stop, &mut warn);
    warn();
    let result = result?;
    let counts = progress.counts();
    let held = show.take_held();
    if let (Ok(_), Some(first)) = (&result, held.first().filter(|_| counts.lines == counts.bad)) {
        let lines = count(counts.lines, "line");
        return Err(anyhow!("{first}; no event of Hubble's in {lines}"));
    }
    for message in held {
        messages.warn(message);
    }
    let mut text = format!(
        "{} read: {}",
        count(counts.lines, "line"),
        count(counts.flows, "flow")
    );
    for (number, what) in [
        (counts.others, "of other events"),
        (counts.bad, "not readable"),
        (counts.in_part, "passed over in part"),
    ] {
        if number > 0 {
            text += &format!(", {number} {what}");
        }
    }
    let lost = progress.lost();
    if lost.total() > 0 {
        text += &format!("; {}", LossText(&lost));
    }
    let shown = show.with(|view| Ok(view.shown()))?;
    messages.say(format_args!("{text}; {shown} shown"));
    match result {
        Ok(_) if counts.bad > 0 && counts.bad == counts.lines => {
            let lines = count(counts.lines, "line");
            Err(anyhow!(
                "{name}: no event in {lines}: not an export of Hubble's events"
            ))
        }
        Ok(_) => Ok(()),
        Err(PipelineError::Source(error)) => Err(anyhow!("{name}: {}", error.cause)),
        Err(other) => Err(other.into()),
    }
}

/// Runs a pipeline to its end, or until enough was shown or `stop` is raised; then shows the newest
/// flows, where those were asked for. Returns how the pipeline ended.
///
/// # Errors
/// Where it cannot be started, or the output failed.
fn run(
    args: &Observe,
    builder: PipelineBuilder,
    show: &Show,
    stop: &Stop,
    mut look: impl FnMut(),
) -> anyhow::Result<Result<Stats, PipelineError>> {
    let pipeline = builder.observer(show.clone()).start()?;
    let mut is_stopped = false;
    // Nobody should wait for the first look at a short capture.
    let mut pause = Duration::from_micros(500);
    while !pipeline.is_finished() {
        thread::sleep(pause);
        pause = (pause * 2).min(LOOK);
        look();
        show.flush();
        if !is_stopped && (stop.is_raised() || show.is_over()) {
            pipeline.stop();
            is_stopped = true;
        }
    }
    look();
    let newest = args
        .last
        .map(|last| pipeline.subscribe(Since::Newest(last.get() as u64)));
    let result = pipeline.join();
    show.with(|view| match newest {
        Some(mut newest) => view.show_all(&mut newest),
        None => view.flush(),
    })?;
    Ok(result)
}
