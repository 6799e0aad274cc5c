//! The table of paired rounds.

use std::time::Duration;

use super::lane::Group;

const ROUNDS: usize = 51;
/// How long a lane's part of a round is to take, short enough to be seldom interrupted.
const PART: Duration = Duration::from_millis(2);

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Runs the lanes of each group in turns, every other round backwards, and prints the median of
/// each with the median of its ratio to the first.
pub(crate) fn table(groups: &mut [Group<'_>]) {
    println!("\nmedians of {ROUNDS} paired rounds, and ratio to the first\n");
    for group in groups {
        let lanes = &mut group.lanes;
        let mut values = vec![Vec::new(); lanes.len()];
        let counts: Vec<u64> = lanes
            .iter_mut()
            .map(|lane| {
                let once = (lane.work)(1_000).as_nanos() as u64 / 1_000;
                PART.as_nanos() as u64 / once.max(1)
            })
            .collect();
        for round in 0..ROUNDS {
            for turn in 0..lanes.len() {
                let lane = if round % 2 == 0 {
                    turn
                } else {
                    lanes.len() - 1 - turn
                };
                let taken = (lanes[lane].work)(counts[lane]);
                values[lane].push(taken.as_nanos() as f64 / counts[lane] as f64);
            }
        }
        println!("{}", group.title);
        for (lane, own) in lanes.iter().zip(&values) {
            let ratios = own
                .iter()
                .zip(&values[0])
                .map(|(own, first)| own / first)
                .collect();
            println!(
                "    {:<30} {:>9.2} ns {:>7.2} x",
                lane.name,
                median(own.clone()),
                median(ratios)
            );
        }
    }
}
