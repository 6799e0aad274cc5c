//! Errors in one line, and why the kernel did not take a program.

use aya::programs::ProgramError;

/// The reason of an error: what the verifier refused, where it was the verifier.
pub(crate) fn reason(error: &ProgramError) -> String {
    match error {
        ProgramError::LoadError {
            io_error,
            verifier_log,
        } => match verdict(&verifier_log.to_string()) {
            Some(verdict) => format!("refused by the verifier: {verdict} ({io_error})"),
            None => format!("refused by the kernel: {io_error}"),
        },
        other => chain(other),
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

    #[test]
    fn the_kernels_answer_is_told_too() {
        let refused = |log: &str| {
            reason(&ProgramError::LoadError {
                io_error: io::Error::from_raw_os_error(13),
                verifier_log: aya_obj::VerifierLog::new(log.to_owned()),
            })
        };
        let text = refused(STACK);
        assert!(
            text.starts_with("refused by the verifier: combined"),
            "{text}"
        );
        assert!(
            text.ends_with("(Permission denied (os error 13))"),
            "{text}"
        );
        let text = refused("");
        assert!(text.starts_with("refused by the kernel: Perm"), "{text}");
        assert!(!text.contains('\n'), "one line: {text}");
    }
}
