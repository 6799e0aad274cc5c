//! The agent's command line: captures, forms of output, failures. Needs no privileges, but for the
//! tests that give them up.

mod accounting;
mod canary;
mod cases;
mod choice;
mod failure;
mod form;
mod messages;
mod named;
mod pipe;
mod privilege;
mod run;
mod script;
