//! Who is behind a connection: its client, past the proxies that are trusted to name it.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;

/// The proxies that are trusted to name their clients.
#[derive(Debug, Clone, Default)]
pub(crate) struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Those at these addresses.
    pub(crate) fn at(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether `peer` is one of them.
    pub(crate) fn trusts(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.0.iter().any(|network| network.contains(&peer))
    }

    /// The client behind a connection from `peer`: read from the right, the first address in `forwarded`
    /// (the header `X-Forwarded-For`) that is not a trusted proxy.
    pub(crate) fn client<'f>(
        &self,
        peer: IpAddr,
        forwarded: impl DoubleEndedIterator<Item = &'f str>,
    ) -> IpAddr {
        let mut client = peer.to_canonical();
        for hop in forwarded.rev() {
            if !self.trusts(client) {
                break;
            }
            match address(hop.trim()) {
                Some(hop) => client = hop.to_canonical(),
                None => break,
            }
        }
        client
    }
}

/// Reads an address as proxies write it: some add a port or brackets.
fn address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// An IPv6 address with all but its first `bits` cleared; an IPv4 address as it is. One subscriber usually
/// gets a whole /64.
pub(crate) fn first_bits(address: IpAddr, bits: u32) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let cleared = Ipv6Addr::BITS - bits;
            Ipv6Addr::from_bits(v6.to_bits() >> cleared << cleared).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behind(proxies: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let proxies = Proxies::at(proxies.iter().map(|net| net.parse().unwrap()).collect());
        proxies.client(peer.parse().unwrap(), forwarded.iter().copied()).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_may_name_the_client() {
        assert_eq!(behind(&[], "192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(behind(&["10.0.0.0/8"], "192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
    }

    #[test]
    fn a_trusted_proxy_names_the_client_whatever_the_client_wrote_before() {
        let proxies = ["10.0.0.0/8", "::1/128"];
        assert_eq!(behind(&proxies, "10.1.2.3", &["203.0.113.9", " 198.51.100.7"]), "198.51.100.7");
        assert_eq!(behind(&proxies, "::1", &["198.51.100.7", "10.9.9.9"]), "198.51.100.7");
        assert_eq!(behind(&proxies, "::ffff:10.1.2.3", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(behind(&proxies, "10.1.2.3", &["198.51.100.7", "nonsense"]), "10.1.2.3");
        assert_eq!(behind(&proxies, "10.1.2.3", &["198.51.100.7:4711"]), "198.51.100.7");
        assert_eq!(behind(&proxies, "10.1.2.3", &["[2001:db8::1]:4711"]), "2001:db8::1");
        assert_eq!(behind(&proxies, "10.1.2.3", &["[2001:db8::1]"]), "2001:db8::1");
        assert_eq!(behind(&proxies, "10.1.2.3", &[]), "10.1.2.3");
    }
}
