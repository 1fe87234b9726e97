//! Which addresses are in the public Internet.
//!
//! Whoever may subscribe makes this server ask an address of their choice. Without a fence, that would be a
//! way into the network of the operator, past its firewall: to a router, a database, the metadata of a cloud.
//! So each address is looked at after its name was looked up, and the connection goes to the address that
//! was looked at: a name that changes its address in between (DNS rebinding) gains nothing.
//!
//! What is not listed as public is refused, so that a range that is set aside later is not open until somebody
//! hears of it. That cannot know of a private service at a public address, nor of a NAT64 with a prefix of its
//! own; a firewall does.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// What a host and a port are at.
pub(super) type Names = dyn Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync;

/// Looks up names, and gives the addresses that may be connected to.
pub(super) struct Guard {
    /// None for the names that the machine knows.
    pub(super) names: Option<Box<Names>>,
    /// The private networks that may be connected to all the same.
    pub(super) private: Vec<IpNet>,
}

/// All that a name stands for is out of bounds.
#[derive(Debug)]
pub(super) struct Inside;

impl fmt::Display for Inside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a private address")
    }
}

impl std::error::Error for Inside {}

impl Guard {
    fn may_connect(&self, address: IpAddr) -> bool {
        let plain = address.to_canonical();
        is_public(address) || self.private.iter().any(|network| network.contains(&plain))
    }

    fn look_up(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<Vec<SocketAddr>, ureq::Error> {
        let Some(names) = &self.names else {
            return Ok(DefaultResolver::default().resolve(uri, config, timeout)?.to_vec());
        };
        let standard = if uri.scheme_str() == Some("https") { 443 } else { 80 };
        let host = uri.host().ok_or(ureq::Error::HostNotFound)?;
        Ok(names(host, uri.port_u16().unwrap_or(standard))?)
    }
}

impl Resolver for Guard {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.look_up(uri, config, timeout).map_err(|error| match error {
            // An error of the name server, which must not pass for one of the connection.
            ureq::Error::Io(_) => ureq::Error::HostNotFound,
            other => other,
        })?;
        if found.is_empty() {
            return Err(ureq::Error::HostNotFound);
        }
        let mut open = self.empty();
        let may = |address: &&SocketAddr| self.may_connect(address.ip());
        // As many as there is room for.
        found.iter().filter(may).take(16).for_each(|address| open.push(*address));
        if open.is_empty() { Err(ureq::Error::Other(Box::new(Inside))) } else { Ok(open) }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("private", &self.private).finish_non_exhaustive()
    }
}

/// The ranges of IPv4 that are not public (IANA's registry of special-purpose addresses; RFC 6890).
const PRIVATE_V4: [(Ipv4Addr, u32); 16] = [
    (Ipv4Addr::UNSPECIFIED, 8),           // this network
    (Ipv4Addr::new(10, 0, 0, 0), 8),      // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),   // shared by the customers of a provider (CGNAT)
    (Ipv4Addr::new(127, 0, 0, 0), 8),     // loopback
    (Ipv4Addr::new(169, 254, 0, 0), 16),  // link-local; the metadata of clouds
    (Ipv4Addr::new(172, 16, 0, 0), 12),   // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),    // assignments of the IETF
    (Ipv4Addr::new(192, 0, 2, 0), 24),    // documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),  // relays of 6to4
    (Ipv4Addr::new(192, 168, 0, 0), 16),  // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),   // measurements
    (Ipv4Addr::new(198, 51, 100, 0), 24), // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),  // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),     // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),     // reserved
    (Ipv4Addr::BROADCAST, 32),
];

/// The ranges within `2000::/3`, the only one of IPv6 that is public, that are not.
const PRIVATE_V6: [(Ipv6Addr, u32); 3] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // assignments of the IETF; Teredo
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];

/// Whether `address` is one of the public Internet.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let within = |(network, bits): &(Ipv4Addr, u32)| {
        (address.to_bits() ^ network.to_bits()).leading_zeros() >= *bits
    };
    !PRIVATE_V4.iter().any(within)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let within = |network: Ipv6Addr, bits: u32| {
        (address.to_bits() ^ network.to_bits()).leading_zeros() >= bits
    };
    // What carries an IPv4 address leads to it.
    let carried = match address.octets() {
        // NAT64 (RFC 6052), by which a network without IPv4 reaches what has nothing else.
        [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, rest @ ..] => Some(Ipv4Addr::from(rest)),
        // 6to4 (RFC 3056).
        [0x20, 0x02, first, second, third, fourth, ..] => {
            Some(Ipv4Addr::new(first, second, third, fourth))
        }
        _ => address.to_ipv4_mapped(),
    };
    match carried {
        Some(v4) => is_public_v4(v4),
        None => {
            within(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3)
                && !PRIVATE_V6.iter().any(|(network, bits)| within(*network, *bits))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().unwrap_or_else(|_| panic!("{text}")))
    }

    /// The first and the last address of each range, and its neighbours outside, where those are public.
    #[test]
    fn no_private_address_of_ipv4_is_public() {
        for (first, last, before, after) in [
            ("0.0.0.0", "0.255.255.255", None, Some("1.0.0.0")),
            ("10.0.0.0", "10.255.255.255", Some("9.255.255.255"), Some("11.0.0.0")),
            ("100.64.0.0", "100.127.255.255", Some("100.63.255.255"), Some("100.128.0.0")),
            ("127.0.0.0", "127.255.255.255", Some("126.255.255.255"), Some("128.0.0.0")),
            ("169.254.0.0", "169.254.255.255", Some("169.253.255.255"), Some("169.255.0.0")),
            ("172.16.0.0", "172.31.255.255", Some("172.15.255.255"), Some("172.32.0.0")),
            ("192.0.0.0", "192.0.0.255", Some("191.255.255.255"), Some("192.0.1.0")),
            ("192.0.2.0", "192.0.2.255", Some("192.0.1.255"), Some("192.0.3.0")),
            ("192.88.99.0", "192.88.99.255", Some("192.88.98.255"), Some("192.88.100.0")),
            ("192.168.0.0", "192.168.255.255", Some("192.167.255.255"), Some("192.169.0.0")),
            ("198.18.0.0", "198.19.255.255", Some("198.17.255.255"), Some("198.20.0.0")),
            ("198.51.100.0", "198.51.100.255", Some("198.51.99.255"), Some("198.51.101.0")),
            ("203.0.113.0", "203.0.113.255", Some("203.0.112.255"), Some("203.0.114.0")),
            ("224.0.0.0", "239.255.255.255", Some("223.255.255.255"), None),
            ("240.0.0.0", "255.255.255.255", None, None),
        ] {
            assert!(!public(first), "{first}");
            assert!(!public(last), "{last}");
            before
                .into_iter()
                .chain(after)
                .for_each(|outside| assert!(public(outside), "{outside}"));
        }
    }

    #[test]
    fn no_private_address_of_ipv6_is_public() {
        for inside in [
            "::",
            "::1",
            "100::1",                                  // discarded
            "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", // the last before 2000::/3
            "4000::",
            "5f00::1", // segment routing
            "fc00::1", // unique-local
            "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "fe80::1", // link-local
            "fec0::1", // site-local
            "ff02::1", // multicast
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "2001:db8::1",
            "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
            "3fff::1",
            "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
            "2001:2::1",  // measurements
            "2001:10::1", // ORCHID
            "2001:20::1",
        ] {
            assert!(!public(inside), "{inside}");
        }
        for outside in
            ["2000::1", "2001:200::1", "2606:4700::1111", "2a00:1450:4001::200e", "3ffe::1"]
        {
            assert!(public(outside), "{outside}");
        }
    }

    #[test]
    fn a_private_address_of_ipv4_is_not_public_in_any_form_of_ipv6() {
        for (form, is) in [
            ("::ffff:127.0.0.1", false),
            ("::ffff:192.168.1.1", false),
            ("::ffff:8.8.8.8", true),
            ("::10.0.0.1", false), // IPv4-compatible, which is out of use
            ("::8.8.8.8", false),
            ("::ffff:0:8.8.8.8", false),   // translated (RFC 7915)
            ("64:ff9b::10.0.0.1", false),  // NAT64
            ("64:ff9b::a9fe:a9fe", false), // 169.254.169.254
            ("64:ff9b::8.8.8.8", true),
            ("64:ff9b:1::8.8.8.8", false), // NAT64 of a network's own (RFC 8215)
            ("64:ff9b::1:8.8.8.8", false), // not the well-known prefix
            ("2002:7f00:1::1", false),     // 6to4 of 127.0.0.1
            ("2002:c0a8:101::1", false),   // of 192.168.1.1
            ("2002:808:808::1", true),     // of 8.8.8.8
            ("2001:0:808:808::f7f7:f7f7", false), // Teredo, whatever it carries
        ] {
            assert_eq!(public(form), is, "{form}");
        }
    }
}
