//! Lines of a file or pipe, with their numbers.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::time::Duration;

use super::input::{Filled, Input};

/// Bytes of a line at most.
pub(super) const LONGEST: usize = 1 << 20;
/// Reads lines of at most [`LONGEST`] bytes.
#[derive(Debug)]
pub(super) struct Lines {
    input: Input,
    buffer: Vec<u8>,
    /// Where the next line begins in `buffer`.
    start: usize,
    /// Bytes from `start` on that are known to hold no end of a line.
    searched: usize,
    number: u64,
    /// The rest of a line that is too long is left out.
    skipping: bool,
    ended: bool,
    /// An error that comes after the lines that were read before it.
    error: Option<io::Error>,
}

/// What comes next.
pub(super) enum Step<'a> {
    /// A line, without its end, and its number from 1 on.
    Line(u64, &'a [u8]),
    /// A line that is too long, and its number.
    TooLong(u64),
    /// Nothing came in time.
    NotReady,
    /// Nothing more comes.
    End,
}

impl Lines {
    /// Opens a file, or standard input for `-`.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = if path == Path::new("-") {
            // A second handle, without the buffer that the standard library's has.
            File::from(io::stdin().as_fd().try_clone_to_owned()?)
        } else {
            File::open(path)?
        };
        Ok(Self::of(file))
    }

    fn of(file: File) -> Self {
        Self {
            input: Input::of(file),
            buffer: Vec::new(),
            start: 0,
            searched: 0,
            number: 0,
            skipping: false,
            ended: false,
            error: None,
        }
    }

    /// The next line; waits for at most `patience`.
    pub(super) fn next(&mut self, patience: Duration) -> io::Result<Step<'_>> {
        loop {
            let rest = &self.buffer[self.start..];
            let end = rest[self.searched..].iter().position(|byte| *byte == b'\n');
            if let Some(length) = end.map(|end| self.searched + end) {
                let begin = self.start;
                self.start += length + 1;
                self.searched = 0;
                if std::mem::take(&mut self.skipping) {
                    continue;
                }
                self.number += 1;
                if length > LONGEST {
                    return Ok(Step::TooLong(self.number));
                }
                let line = &self.buffer[begin..begin + length];
                return Ok(Step::Line(self.number, line));
            }
            if rest.len() > LONGEST {
                let first = !std::mem::replace(&mut self.skipping, true);
                self.forget();
                if first {
                    self.number += 1;
                    return Ok(Step::TooLong(self.number));
                }
                continue;
            }
            if self.ended {
                let is_line = !rest.is_empty() && !self.skipping;
                let begin = self.start;
                self.start = self.buffer.len();
                self.searched = 0;
                if !is_line {
                    return self.error.take().map_or(Ok(Step::End), Err);
                }
                self.number += 1;
                return Ok(Step::Line(self.number, &self.buffer[begin..]));
            }
            self.searched = rest.len();
            if !self.fill(patience)? {
                return Ok(Step::NotReady);
            }
        }
    }

    fn forget(&mut self) {
        self.buffer.clear();
        self.start = 0;
        self.searched = 0;
    }

    /// Reads more; `false` where nothing came in time.
    fn fill(&mut self, patience: Duration) -> io::Result<bool> {
        self.buffer.drain(..self.start);
        self.start = 0;
        match self.input.read(patience, &mut self.buffer) {
            Ok(filled) => {
                self.ended = filled == Filled::End;
                Ok(filled != Filled::NotReady)
            }
            Err(error) => {
                self.ended = true;
                self.error = Some(error);
                Ok(true)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use super::*;

    fn steps(bytes: &[u8]) -> Vec<String> {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).expect("written");
        file.rewind().expect("at its beginning");
        let mut lines = Lines::of(file);
        let mut steps = Vec::new();
        loop {
            steps.push(match lines.next(Duration::ZERO).expect("readable") {
                Step::Line(number, line) if line.len() > 100 => format!("{number} {}", line.len()),
                Step::Line(number, line) => {
                    format!("{number} {}", String::from_utf8_lossy(line))
                }
                Step::TooLong(number) => format!("{number} too long"),
                Step::NotReady => panic!("a file is always ready"),
                Step::End => return steps,
            });
        }
    }

    #[test]
    fn lines_end_at_line_ends_and_at_the_end() {
        assert!(steps(b"").is_empty());
        assert_eq!(steps(b"a"), ["1 a"]);
        assert_eq!(steps(b"a\n\nb\nc"), ["1 a", "2 ", "3 b", "4 c"]);
        assert_eq!(steps(b"\n"), ["1 "]);
    }

    #[test]
    fn a_line_that_is_too_long_is_left_out_and_counted() {
        let line = |length: usize| vec![b'x'; length];
        let whole = [&line(LONGEST)[..], b"\nb\n"].concat();
        assert_eq!(steps(&whole), [format!("1 {LONGEST}"), "2 b".to_owned()]);
        for length in [
            LONGEST + 1,
            LONGEST + super::super::input::CHUNK,
            3 * LONGEST + 7,
        ] {
            let long = [b"a\n", &line(length)[..], b"\nb\n"].concat();
            assert_eq!(steps(&long), ["1 a", "2 too long", "3 b"], "{length}");
            let at_the_end = line(length);
            assert_eq!(steps(&at_the_end), ["1 too long"], "{length}");
        }
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).expect("packed");
        encoder.finish().expect("packed")
    }

    #[test]
    fn gzip_is_unpacked_whatever_the_name_of_the_file() {
        assert_eq!(steps(&packed(b"a\n\nb")), ["1 a", "2 ", "3 b"]);
        assert!(steps(&packed(b"")).is_empty());
        // Several parts, as a log that is rotated and appended to has them.
        let several = [packed(b"a\nb"), packed(b"c\n")].concat();
        assert_eq!(steps(&several), ["1 a", "2 bc"]);
        let long = b"0123456789\n".repeat(100_000);
        assert_eq!(steps(&packed(&long)).len(), 100_000);
    }

    #[test]
    fn damaged_gzip_is_an_error_after_what_was_unpacked() {
        let whole = packed(&b"0123456789abcdef\n".repeat(20_000));
        for damaged in [&whole[..whole.len() - 9], &[&whole[..], b"trash"].concat()] {
            let mut file = tempfile::tempfile().expect("a file");
            file.write_all(damaged).expect("written");
            file.rewind().expect("at its beginning");
            let mut lines = Lines::of(file);
            let mut found = 0;
            let result = loop {
                match lines.next(Duration::ZERO) {
                    Ok(Step::Line(..)) => found += 1,
                    Ok(Step::End) => break Ok(()),
                    Ok(_) => panic!("a file is always ready"),
                    Err(error) => break Err(error),
                }
            };
            assert!(result.is_err(), "{found} lines");
            assert!(found > 10_000, "{found}");
        }
    }

    #[test]
    fn a_quiet_pipe_is_not_ready() {
        let (reader, mut writer) = io::pipe().expect("a pipe");
        let mut lines = Lines::of(File::from(std::os::fd::OwnedFd::from(reader)));
        let next = |lines: &mut Lines| match lines.next(Duration::ZERO).expect("readable") {
            Step::Line(_, line) => Some(line.to_vec()),
            Step::NotReady => None,
            _ => panic!("neither"),
        };
        assert_eq!(next(&mut lines), None);
        writer.write_all(b"first\nsec").expect("written");
        assert_eq!(next(&mut lines).as_deref(), Some(&b"first"[..]));
        assert_eq!(next(&mut lines), None);
        writer.write_all(b"ond\n").expect("written");
        assert_eq!(next(&mut lines).as_deref(), Some(&b"second"[..]));
    }
}
