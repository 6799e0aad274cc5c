//! The names of `/etc/hosts`: hosts(5).

use std::net::IpAddr;

use super::learned::canonical;

/// Returns each address with its names, in the order of the file; lines without an address are left out.
pub(super) fn entries(text: &str) -> impl Iterator<Item = (IpAddr, std::sync::Arc<str>)> {
    text.lines().flat_map(|line| {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_ascii_whitespace();
        let address = words.next().and_then(|word| word.parse::<IpAddr>().ok());
        let names = words.filter_map(canonical);
        address.into_iter().flat_map(move |address| {
            let names: Vec<_> = names.clone().collect();
            names.into_iter().map(move |name| (address, name))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_an_address_and_names() {
        let text = "# comment\n127.0.0.1 localhost\n\n::1\tip6-localhost  loop # x\n192.0.2.1 A.example. b\nnonsense x\n192.0.2.2\n";
        let found: Vec<String> = entries(text)
            .map(|(ip, name)| format!("{ip} {name}"))
            .collect();
        assert_eq!(
            found,
            [
                "127.0.0.1 localhost",
                "::1 ip6-localhost",
                "::1 loop",
                "192.0.2.1 a.example",
                "192.0.2.1 b",
            ]
        );
    }
}
