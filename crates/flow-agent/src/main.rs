//! `flow-agent`: shows the network flows of this host, of a capture, or of an export.
//!
//! `flow-agent observe --help` lists what it can do.
#![forbid(unsafe_code)]

mod args;
mod demo;
mod guard;
mod layer7;
mod live;
mod losses;
mod messages;
mod names;
mod observe;
mod output;
mod paint;
mod progress;
mod pushed;
mod replay;
mod session;
mod show;
mod stop;
mod view;

use std::process::ExitCode;

use clap::Parser;

use messages::Messages;

fn main() -> ExitCode {
    let cli = args::Cli::parse();
    let result = match &cli.command {
        args::Command::Observe(args) => {
            args.check().unwrap_or_else(|error| error.exit());
            observe::run(args)
        }
        args::Command::Guard(args) => guard::run(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the output has had enough, as `| head` does: no failure.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            Messages::fail(&error);
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
