//! Writes the seeds, which are committed: `cargo run --manifest-path fuzz/Cargo.toml
//! --no-default-features --example make_seeds`.

use flow_fuzz::seeds;

fn main() -> std::io::Result<()> {
    for (target, name, bytes) in seeds::all() {
        let folder = seeds::folder(target);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}
