//! Commands that tests call, and the packages of Debian that hold them.

/// A command that some tests call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tool {
    pub(crate) command: &'static str,
    pub(crate) package: &'static str,
}

const fn tool(command: &'static str, package: &'static str) -> Tool {
    Tool { command, package }
}

/// Everything that the tests on kernel traffic call; no other test calls anything.
pub(crate) const TOOLS: &[Tool] = &[
    tool("tc", "iproute2"),
    tool("nft", "nftables"),
    tool("setpriv", "util-linux"),
    // Servers and clients whose layer 7 is observed.
    tool("dnsmasq", "dnsmasq-base"),
    tool("dig", "bind9-dnsutils"),
    tool("lighttpd", "lighttpd"),
    tool("curl", "curl"),
    tool("openssl", "openssl"),
    // Reads and queries metrics.
    tool("prometheus", "prometheus"),
];

/// Returns the tools whose command is not there, in the order of [`TOOLS`].
pub(crate) fn missing(is_there: impl Fn(&str) -> bool) -> Vec<Tool> {
    let absent = |tool: &&Tool| !is_there(tool.command);
    TOOLS.iter().filter(absent).copied().collect()
}

/// Returns the packages that hold these tools, each once.
pub(crate) fn packages(tools: &[Tool]) -> Vec<&'static str> {
    let mut packages: Vec<&str> = Vec::new();
    for tool in tools {
        if !packages.contains(&tool.package) {
            packages.push(tool.package);
        }
    }
    packages
}

/// `tc (iproute2), nft (nftables)`.
pub(crate) fn listed(tools: &[Tool]) -> String {
    let each = tools
        .iter()
        .map(|tool| format!("{} ({})", tool.command, tool.package));
    each.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_there_is_missing() {
        assert_eq!(missing(|_| true), []);
        assert_eq!(missing(|_| false), TOOLS);
        let found = missing(|command| !["dig", "tc"].contains(&command));
        assert_eq!(packages(&found), ["iproute2", "bind9-dnsutils"]);
        assert_eq!(listed(&found), "tc (iproute2), dig (bind9-dnsutils)");
    }

    #[test]
    fn a_package_of_two_commands_is_installed_once() {
        let tools = [tool("tc", "iproute2"), tool("ip", "iproute2")];
        assert_eq!(packages(&tools), ["iproute2"]);
    }
}
