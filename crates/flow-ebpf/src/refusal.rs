//! Why a part of the observer does not run: the reason in one line, and the verifier's log.

use std::fmt;
use std::sync::Arc;

use aya::programs::ProgramError;
use thiserror::Error;

/// Bytes of a verifier's log that are kept.
const LOG_LIMIT: usize = 64 * 1024;

/// Why a part of the observer does not run.
///
/// Prints as one line. Where the kernel's verifier refused a program, its
/// [log](Self::verifier_log) says more.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{reason}")]
pub struct Refusal {
    reason: String,
    log: Option<VerifierLog>,
}

impl Refusal {
    /// The refusal of `program`: what the verifier refused, where it was the verifier.
    pub(crate) fn of(program: &str, error: &ProgramError) -> Self {
        let ProgramError::LoadError {
            io_error,
            verifier_log,
        } = error
        else {
            return Self::from(format!("{program}: {}", chain(error)));
        };
        let log = verifier_log.to_string();
        let reason = match verdict(&log) {
            Some(verdict) => {
                format!("{program}: refused by the verifier: {verdict} ({io_error})")
            }
            None => format!("{program}: refused by the kernel: {io_error}"),
        };
        let log = (!log.trim().is_empty()).then(|| VerifierLog::new(&log));
        Self { reason, log }
    }

    /// The same refusal with more words before its reason.
    pub(crate) fn context(self, before: fmt::Arguments<'_>) -> Self {
        Self {
            reason: format!("{before}: {}", self.reason),
            log: self.log,
        }
    }

    /// Returns what was tried and what the kernel answered, in one line.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Returns what the kernel's verifier wrote; `None` where it was not the verifier that refused.
    #[must_use]
    pub const fn verifier_log(&self) -> Option<&VerifierLog> {
        self.log.as_ref()
    }
}

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Self { reason, log: None }
    }
}

/// What the kernel's verifier wrote when it refused a program: many lines, of which at most the last 64 KiB are kept.
///
/// Cloning shares it.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierLog(Arc<str>);

impl VerifierLog {
    fn new(log: &str) -> Self {
        let begin = log.len().saturating_sub(LOG_LIMIT);
        // Whole lines, where it is cut.
        let kept = match begin {
            0 => log,
            _ => {
                let line = log.as_bytes()[begin..]
                    .iter()
                    .position(|byte| *byte == b'\n');
                line.map_or("", |line| &log[begin + line + 1..])
            }
        };
        Self(kept.into())
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the line that says what was refused, with the instruction it was at; `None` where no line does.
    #[must_use]
    pub fn verdict(&self) -> Option<String> {
        verdict(&self.0)
    }
}

/// The whole text.
impl fmt::Display for VerifierLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Its length: it is long.
impl fmt::Debug for VerifierLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierLog({} bytes)", self.0.len())
    }
}

/// An error with its causes, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        // Many errors print their cause themselves.
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

/// The line of the verifier's log that says what it refused, and the instruction that it was at.
///
/// The log ends with figures, and the reason stands before them. Lines about registers and
/// instructions begin with a number, or with the arguments of a function.
fn verdict(log: &str) -> Option<String> {
    let lines: Vec<_> = log.lines().map(str::trim).collect();
    let said = |line: &str| !line.is_empty() && !is_figure(line) && !is_trace(line);
    let at = lines.iter().rposition(|line| said(line))?;
    let instruction = lines[..at].iter().rev().find_map(|line| instruction(line));
    Some(match instruction {
        Some(instruction) => format!("{} at {instruction}", lines[at]),
        None => lines[at].to_owned(),
    })
}

/// Whether a line is one of the figures that end the log.
fn is_figure(line: &str) -> bool {
    [
        "processed ",
        "verification time ",
        "stack depth ",
        "max_states",
    ]
    .iter()
    .any(|begin| line.starts_with(begin))
}

/// Whether a line shows the verifier's way: an instruction, a jump, or what registers hold.
fn is_trace(line: &str) -> bool {
    let number = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let numbered = number.len() < line.len() && number.starts_with(':');
    numbered
        || line.starts_with(';')
        || line.starts_with("from ")
        || line.starts_with("func#")
        || line.starts_with("mark_precise:")
        || line.starts_with("caller:")
        || line.starts_with("callee:")
        || line.starts_with("frame")
        || line.starts_with("R0") && line.contains('=') && !line.contains("expected=")
}

/// `"12: (85) call bpf_map_update_elem#2"` without the registers behind it.
fn instruction(line: &str) -> Option<&str> {
    let (number, rest) = line.split_once(':')?;
    let numbered = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (numbered && rest.trim_start().starts_with('(')).then(|| {
        let end = line.find(';').unwrap_or(line.len());
        line[..end].trim_end()
    })
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    /// Ends of logs, as Linux 6.1 and 6.12 wrote them.
    const KEY: &str = "\
func#0 @0
Validating make_entry() func#4...
812: R1=mem(off=0,imm=0) R2=mem(off=0,imm=0) R10=fp0
830: (18) r1 = 0xffff8881023a4000     ; R1_w=map_ptr(off=0,ks=48,vs=160,imm=0)
832: (bf) r2 = r7                     ; R2_w=mem(off=0,imm=0)
836: (85) call bpf_map_update_elem#2
R2 type=mem expected=fp, pkt, pkt_meta, map_key, map_value
verification time 1873 usec
stack depth 240+0+48
processed 913 insns (limit 1000000) max_states_per_insn 4 total_states 52 peak_states 52 mark_read 12
";
    const STACK: &str = "\
combined stack size of 4 calls is 544. Too large
verification time 28 usec
stack depth 320+64+96+64
processed 0 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
";

    #[test]
    fn the_reason_stands_before_the_figures() {
        assert_eq!(
            verdict(KEY).as_deref(),
            Some(
                "R2 type=mem expected=fp, pkt, pkt_meta, map_key, map_value \
                 at 836: (85) call bpf_map_update_elem#2"
            )
        );
        assert_eq!(
            verdict(STACK).as_deref(),
            Some("combined stack size of 4 calls is 544. Too large")
        );
    }

    #[test]
    fn a_log_without_a_reason_has_none() {
        for log in [
            "",
            "\n\n",
            "processed 1 insns\n",
            "1: (95) exit\nR0=1 R10=fp0\n",
        ] {
            assert_eq!(verdict(log), None, "{log:?}");
        }
    }

    fn refused(log: &str) -> Refusal {
        let error = ProgramError::LoadError {
            io_error: io::Error::from_raw_os_error(13),
            verifier_log: aya_obj::VerifierLog::new(log.to_owned()),
        };
        Refusal::of("sweep", &error)
    }

    #[test]
    fn the_kernels_answer_is_reported_too() {
        let text = refused(STACK).to_string();
        assert!(
            text.starts_with("sweep: refused by the verifier: combined"),
            "{text}"
        );
        assert!(
            text.ends_with("(Permission denied (os error 13))"),
            "{text}"
        );
        let text = refused("").to_string();
        assert!(
            text.starts_with("sweep: refused by the kernel: Perm"),
            "{text}"
        );
        assert!(!text.contains('\n'), "one line: {text}");
    }

    #[test]
    fn the_log_is_a_part_of_its_own() {
        let refusal = refused(KEY).context(format_args!("tcx"));
        let log = refusal.verifier_log().expect("it was the verifier");
        assert_eq!(log.as_str(), KEY);
        assert_eq!(log.verdict(), verdict(KEY));
        assert!(refusal.reason().starts_with("tcx: sweep: refused"));
        assert!(refused("").verifier_log().is_none());
        assert!(Refusal::from("gone".to_owned()).verifier_log().is_none());
    }

    #[test]
    fn of_a_long_log_the_last_lines_are_kept() {
        let long = format!("{}{KEY}", "1: (b7) r0 = 0 ; é\n".repeat(10_000));
        let log = VerifierLog::new(&long);
        assert!(log.as_str().len() <= LOG_LIMIT && log.as_str().len() > LOG_LIMIT - 100);
        assert!(log.as_str().starts_with("1: ") && log.as_str().ends_with(KEY));
        assert_eq!(log.verdict(), verdict(KEY));
        let line = "x".repeat(2 * LOG_LIMIT);
        assert_eq!(VerifierLog::new(&line).as_str(), "");
    }
}
