//! Contenders, and the table of paired rounds.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Takes what a contender extracted.
pub(crate) trait Sink {
    fn text(&mut self, text: &[u8]);
    fn number(&mut self, number: u64);
}

/// Takes it and does nothing with it that could be left out.
struct Blind;

impl Sink for Blind {
    #[inline]
    fn text(&mut self, text: &[u8]) {
        black_box(text);
    }

    #[inline]
    fn number(&mut self, number: u64) {
        black_box(number);
    }
}

/// Writes it down.
#[derive(Default)]
struct Written(Vec<String>);

impl Sink for Written {
    fn text(&mut self, text: &[u8]) {
        self.0.push(String::from_utf8_lossy(text).into_owned());
    }

    fn number(&mut self, number: u64) {
        self.0.push(number.to_string());
    }
}

/// Something that is measured.
pub(crate) struct Lane {
    pub(crate) name: &'static str,
    /// Does the work so many times and tells how long that took.
    pub(crate) work: Box<dyn FnMut(u64) -> Duration>,
    /// What it extracts; nothing where it only parses.
    extracted: Vec<String>,
}

/// Extracts something from bytes.
pub(crate) trait Extract {
    fn extract<S: Sink>(&mut self, input: &[u8], sink: &mut S);
}

impl Lane {
    pub(crate) fn new<E: Extract + 'static>(
        name: &'static str,
        input: &[u8],
        mut extractor: E,
    ) -> Self {
        let mut written = Written::default();
        extractor.extract(input, &mut written);
        let input = input.to_vec();
        let work = move |count| {
            let start = Instant::now();
            for _ in 0..count {
                extractor.extract(black_box(&input), &mut Blind);
            }
            start.elapsed()
        };
        Self {
            name,
            work: Box::new(work),
            extracted: written.0,
        }
    }
}

/// Lanes that do the same with the same input; the first is ours.
pub(crate) struct Group {
    pub(crate) title: &'static str,
    /// Length of the input in bytes.
    pub(crate) input: usize,
    pub(crate) lanes: Vec<Lane>,
}

impl Group {
    /// Panics where a contender that extracts something extracts something else.
    pub(crate) fn check(&self) {
        let [ours, others @ ..] = &self.lanes[..] else {
            return;
        };
        assert!(!ours.extracted.is_empty(), "{}", self.title);
        for lane in others.iter().filter(|lane| !lane.extracted.is_empty()) {
            assert_eq!(
                lane.extracted, ours.extracted,
                "{}: {}",
                self.title, lane.name
            );
        }
    }
}

const ROUNDS: usize = 15;
/// Times that the work is done in a round.
const COUNT: u64 = 20_000;

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Runs the lanes of each group in turns, every other round backwards, and prints the median of
/// each with the median of its ratio to the first.
pub(crate) fn table(groups: &mut [Group]) {
    println!("\nmedians of {ROUNDS} paired rounds, and ratio to the first\n");
    for group in groups {
        let lanes = &mut group.lanes;
        let mut values = vec![Vec::new(); lanes.len()];
        for round in 0..ROUNDS {
            for turn in 0..lanes.len() {
                let at = if round % 2 == 0 {
                    turn
                } else {
                    lanes.len() - 1 - turn
                };
                let taken = (lanes[at].work)(COUNT);
                values[at].push(taken.as_nanos() as f64 / COUNT as f64);
            }
        }
        println!("{} ({} bytes)", group.title, group.input);
        for (lane, own) in lanes.iter().zip(&values) {
            let ratios = own.iter().zip(&values[0]).map(|(own, first)| own / first);
            println!(
                "    {:<40} {:>9.1} ns {:>8.2} x",
                lane.name,
                median(own.clone()),
                median(ratios.collect())
            );
        }
    }
}
