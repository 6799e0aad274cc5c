//! The table of paired rounds.

use super::lane::Group;

/// Many short rounds: another process that takes the processor spoils only some of them, which
/// the median leaves out.
const ROUNDS: usize = 501;
const COUNT: u64 = 1 << 14;

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Runs the lanes of each group in turns, every other round backwards, and prints the median of
/// each, and of how many times as long it took as the first one in the same round.
pub(crate) fn table(groups: &mut [Group<'_>]) {
    println!("\nmedians of {ROUNDS} paired rounds of {COUNT}, and times as long as the first\n");
    for group in groups {
        let mut values = vec![Vec::new(); group.lanes.len()];
        for round in 0..ROUNDS {
            for turn in 0..group.lanes.len() {
                let lane = if round % 2 == 0 {
                    turn
                } else {
                    group.lanes.len() - 1 - turn
                };
                let time = (group.lanes[lane].work)(COUNT);
                values[lane].push(time.as_nanos() as f64 / COUNT as f64);
            }
        }
        let (goal, factor) = group.target;
        let factor = factor.map_or(String::new(), |factor| format!(", {factor:.0} x lax"));
        println!("{} (target {goal:.0} ns{factor})", group.title);
        for (lane, own) in group.lanes.iter().zip(&values) {
            let ratios = own.iter().zip(&values[0]);
            let ratio = median(ratios.map(|(own, first)| own / first).collect());
            let own = median(own.clone());
            println!("    {:<24} {own:>9.2} ns {ratio:>9.2} x", lane.name);
        }
    }
}
