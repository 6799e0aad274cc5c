//! The section `.BTF.ext` of a kernel object, without its line table.
//!
//! A header of offsets from its own end, then functions, lines and CO-RE relocations
//! (kernel: Documentation/bpf/btf.rst, section 4.2). The lines are more than half of an object and
//! only make the verifier's log more readable.

use anyhow::{Context, Result, ensure};

const MAGIC: u16 = 0xEB9F;
/// Up to and with the CO-RE relocations' length.
const HEADER: usize = 32;

/// A new section of the same functions and relocations.
pub(crate) fn without_lines(section: &[u8]) -> Result<Vec<u8>> {
    let magic = section.get(..2).context("no header")?;
    ensure!(
        magic == MAGIC.to_le_bytes(),
        "magic {magic:02x?}, {MAGIC:#x} expected"
    );
    let header = word(section, 4)?;
    ensure!(
        header >= HEADER,
        "header of {header} bytes, at least {HEADER} expected"
    );
    let part = |at| -> Result<&[u8]> {
        let begin = header + word(section, at)?;
        let length = word(section, at + 4)?;
        section
            .get(begin..begin + length)
            .with_context(|| format!("no {length} bytes at {begin}"))
    };
    let (functions, relocations) = (part(8)?, part(24)?);
    let mut slim = section[..8].to_vec();
    slim[4..8].copy_from_slice(&number(HEADER)?);
    for length in [functions.len(), 0, relocations.len()] {
        // Each part begins where the one before ends.
        let offset = match slim.len() {
            8 => 0,
            _ => functions.len(),
        };
        slim.extend(number(offset)?);
        slim.extend(number(length)?);
    }
    slim.extend(functions);
    slim.extend(relocations);
    Ok(slim)
}

fn word(section: &[u8], at: usize) -> Result<usize> {
    let bytes = section
        .get(at..at + 4)
        .with_context(|| format!("no word at {at}"))?;
    Ok(u32::from_le_bytes(bytes.try_into()?) as usize)
}

fn number(value: usize) -> Result<[u8; 4]> {
    Ok(u32::try_from(value)?.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(header: u32, words: &[u32], body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x9F, 0xEB, 1, 0];
        bytes.extend(header.to_le_bytes());
        words
            .iter()
            .for_each(|word| bytes.extend(word.to_le_bytes()));
        bytes.extend(body);
        bytes
    }

    #[test]
    fn lines_go_and_the_rest_stays() {
        let full = section(32, &[0, 4, 4, 8, 12, 2], b"funcLINELINEre");
        assert_eq!(
            without_lines(&full).unwrap(),
            section(32, &[0, 4, 4, 0, 4, 2], b"funcre")
        );
    }

    #[test]
    fn twice_is_once() {
        let once = without_lines(&section(32, &[0, 4, 4, 4, 8, 0], b"funcLINE")).unwrap();
        assert_eq!(without_lines(&once).unwrap(), once);
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        let full = section(32, &[0, 4, 4, 8, 12, 2], b"funcLINELINEre");
        for length in 0..full.len() {
            assert!(without_lines(&full[..length]).is_err(), "{length} bytes");
        }
    }
}
