//! The table of paired rounds.

use super::lane::Group;

const ROUNDS: usize = 15;
/// Runs of a round.
const COUNT: u64 = 200_000;

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
        for round in 0..ROUNDS {
            for turn in 0..lanes.len() {
                let lane = if round % 2 == 0 {
                    turn
                } else {
                    lanes.len() - 1 - turn
                };
                let taken = (lanes[lane].work)(COUNT);
                values[lane].push(taken.as_nanos() as f64 / COUNT as f64);
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
