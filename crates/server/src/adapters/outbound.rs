//! Where outgoing requests may go: only to addresses of the open internet, checked as they are used.
//! Must not know what is sent, nor for whom.

use futures_util::future::BoxFuture;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// A longer URL is not an address but a payload.
const MAX_URL: usize = 2048;
/// More addresses than any honest name has.
const MAX_ADDRESSES: usize = 64;

/// What the operator allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetPolicy {
    /// Lets plain HTTP, every port and internal addresses through: demo and tests only.
    pub allow_private: bool,
    /// Ports that may be called.
    pub ports: Vec<u16>,
}

impl Default for TargetPolicy {
    fn default() -> Self {
        Self { allow_private: false, ports: vec![443, 8443] }
    }
}

/// Why a target may not be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetRefused {
    #[error("this is not an absolute URL of at most 2048 characters")]
    NotAUrl,
    #[error("only https is allowed")]
    NotHttps,
    #[error("a URL with a user name or password is not allowed")]
    Credentials,
    #[error("this port is not allowed")]
    Port,
    #[error("this address is not on the public internet")]
    Internal,
}

impl TargetRefused {
    /// A code that never changes; programs decide by it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAUrl => "target_not_a_url",
            Self::NotHttps => "target_not_https",
            Self::Credentials => "target_has_credentials",
            Self::Port => "target_port_not_allowed",
            Self::Internal => "target_not_public",
        }
    }
}

impl TargetPolicy {
    /// Reads a target and checks all that can be checked without asking for its name.
    pub fn check(&self, text: &str) -> Result<Url, TargetRefused> {
        if text.len() > MAX_URL {
            return Err(TargetRefused::NotAUrl);
        }
        let url = Url::parse(text).map_err(|_| TargetRefused::NotAUrl)?;
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return Err(TargetRefused::NotAUrl);
        };
        let scheme_allowed = url.scheme() == "https" || self.allow_private && url.scheme() == "http";
        if !scheme_allowed {
            return Err(TargetRefused::NotHttps);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetRefused::Credentials);
        }
        if !self.allow_private && !self.ports.contains(&port) {
            return Err(TargetRefused::Port);
        }
        // The parser has already turned every spelling of an address into its plain one.
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        match bare.parse::<IpAddr>() {
            Ok(address) if !self.permits(address) => Err(TargetRefused::Internal),
            Ok(_) | Err(_) => Ok(url),
        }
    }

    fn permits(&self, address: IpAddr) -> bool {
        self.allow_private || is_public(address)
    }
}

/// Asks for the addresses of a name.
pub trait Lookup: Send + Sync {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The machine's resolver.
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|a| a.ip()).take(MAX_ADDRESSES).collect())
        })
    }
}

/// Stands between the client and the resolver: the client connects to what this answers and
/// asks no second time, so a name cannot change between check and use.
struct GuardedDns {
    policy: TargetPolicy,
    lookup: Arc<dyn Lookup>,
}

impl Resolve for GuardedDns {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.lookup.lookup(name.as_str().to_owned());
        let policy = self.policy.clone();
        Box::pin(async move {
            let addresses = found.await?;
            // One internal address among public ones is an attack or a mistake.
            if !addresses.iter().all(|a| policy.permits(*a)) {
                return Err(TargetRefused::Internal.into());
            }
            let sockets = addresses.into_iter().map(|a| SocketAddr::new(a, 0));
            Ok(Box::new(sockets) as Addrs)
        })
    }
}

/// A client that reaches only what the policy permits, follows no redirect, uses no proxy.
/// Give it only URLs that `TargetPolicy::check` returned: a bare address asks no resolver.
pub fn guarded_client(policy: &TargetPolicy, lookup: Arc<dyn Lookup>, timeout: Duration) -> reqwest::Result<reqwest::Client> {
    let dns = Arc::new(GuardedDns { policy: policy.clone(), lookup });
    client(|| plain_builder(timeout).dns_resolver(dns.clone()))
}

/// A client for addresses the operator wrote into the configuration.
pub fn trusted_client(timeout: Duration) -> reqwest::Result<reqwest::Client> {
    client(|| plain_builder(timeout))
}

fn plain_builder(timeout: Duration) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .timeout(timeout)
        .connect_timeout(timeout.min(Duration::from_secs(5)))
        .pool_max_idle_per_host(2)
        .pool_idle_timeout(Duration::from_secs(30))
        .user_agent(concat!("recourse/", env!("CARGO_PKG_VERSION")))
}

/// A machine without root certificates must still start, and then trusts no one.
fn client(builder: impl Fn() -> reqwest::ClientBuilder) -> reqwest::Result<reqwest::Client> {
    builder().build().or_else(|error| {
        tracing::warn!(
            %error,
            "no root certificates on this machine; every https call will fail until \
             ca-certificates is installed"
        );
        builder().tls_certs_only([]).build()
    })
}

/// Whether an address belongs to the open internet. Unwraps IPv4 inside IPv6.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

/// IANA's special-purpose registry, and one cloud's metadata address that lies outside it.
fn is_public_v4(address: Ipv4Addr) -> bool {
    const CLOSED: [(Ipv4Addr, u32); 18] = [
        (Ipv4Addr::new(0, 0, 0, 0), 8),
        (Ipv4Addr::new(10, 0, 0, 0), 8),
        (Ipv4Addr::new(100, 64, 0, 0), 10),
        (Ipv4Addr::new(127, 0, 0, 0), 8),
        (Ipv4Addr::new(168, 63, 129, 16), 32),
        (Ipv4Addr::new(169, 254, 0, 0), 16),
        (Ipv4Addr::new(172, 16, 0, 0), 12),
        (Ipv4Addr::new(192, 0, 0, 0), 24),
        (Ipv4Addr::new(192, 0, 2, 0), 24),
        (Ipv4Addr::new(192, 31, 196, 0), 24),
        (Ipv4Addr::new(192, 52, 193, 0), 24),
        (Ipv4Addr::new(192, 88, 99, 0), 24),
        (Ipv4Addr::new(192, 168, 0, 0), 16),
        (Ipv4Addr::new(198, 18, 0, 0), 15),
        (Ipv4Addr::new(198, 51, 100, 0), 24),
        (Ipv4Addr::new(203, 0, 113, 0), 24),
        (Ipv4Addr::new(224, 0, 0, 0), 4),
        (Ipv4Addr::new(240, 0, 0, 0), 4),
    ];
    let bits = address.to_bits();
    !CLOSED.iter().any(|(net, length)| (bits ^ net.to_bits()) >> (32 - length) == 0)
}

/// Only global unicast (2000::/3) without its special blocks, and translated public IPv4.
/// Teredo and 6to4 are refused whole: they carry IPv4 addresses and no honest receiver.
fn is_public_v6(address: Ipv6Addr) -> bool {
    const CLOSED: [(Ipv6Addr, u32); 5] = [
        (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
        (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
        (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
        (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48),
        (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
    ];
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    let [a, b, c, d, e, f, g, h] = address.segments();
    let inner = Ipv4Addr::from_bits((u32::from(g) << 16) | u32::from(h));
    if [a, b, c, d, e, f] == [0x64, 0xff9b, 0, 0, 0, 0] {
        return is_public_v4(inner);
    }
    // ISATAP names the IPv4 address it tunnels to in its last half.
    if f == 0x5efe && (e == 0 || e == 0x200) && !is_public_v4(inner) {
        return false;
    }
    let bits = address.to_bits();
    let within = |net: Ipv6Addr, length: u32| (bits ^ net.to_bits()) >> (128 - length) == 0;
    within(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3) && !CLOSED.iter().any(|(net, length)| within(*net, *length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::str::FromStr;
    use std::sync::Mutex;

    /// Hosts that are inside, in every spelling a URL parser has been seen to take.
    const INTERNAL: &[&str] = &[
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "127.255.255.254",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0x7f.1",
        "0177.0.0.1",
        "0177.1",
        "017700000001",
        "0x7F.0x0.0x0.0x1",
        "127.0.0.1.",
        "127.000.000.001",
        "00177.0.0.1",
        "1２7.0.0.1",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "%31%32%37.0.0.1",
        "127.0.0.%31",
        "0",
        "0.0.0.0",
        "0x0",
        "00",
        "0.0.0.1",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "167772161",
        "0xa000001",
        "012.0.0.1",
        "10.1",
        "172.16.0.1",
        "172.31.255.255",
        "2886729729",
        "0xac.0x10.0.1",
        "192.168.0.1",
        "192.168.1",
        "3232235521",
        "0xc0a80001",
        "0300.0250.0.1",
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "169.254.43518",
        "100.64.0.1",
        "100.127.255.255",
        "100.100.100.200",
        "192.0.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.9",
        "168.63.129.16",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "4294967295",
        "0xffffffff",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[0000::0001]",
        "[::]",
        "[::127.0.0.1]",
        "[::10.0.0.1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::FFFF:A9FE:A9FE]",
        "[::ffff:192.168.1.1]",
        "[0:0:0:0:0:ffff:10.0.0.1]",
        "[::ffff:0:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::8.8.8.8]",
        "[2002:7f00:1::]",
        "[2002:a00:1::1]",
        "[2002:c0a8:101::1]",
        "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
        "[2001::1]",
        "[2001:2::1]",
        "[2001:10::1]",
        "[2001:20::1]",
        "[2001:db8::1]",
        "[3fff::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fdff:ffff::1]",
        "[fe80::1]",
        "[febf::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[ff0e::1]",
        "[100::1]",
        "[5f00::1]",
        "[4000::1]",
        "[2606:4700::5efe:127.0.0.1]",
        "[2606:4700::200:5efe:10.0.0.1]",
    ];

    const PUBLIC: &[&str] = &[
        "1.1.1.1",
        "8.8.8.8",
        "172.15.0.1",
        "172.32.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "192.0.1.1",
        "198.17.255.255",
        "198.20.0.1",
        "223.255.255.255",
        "[2606:4700:4700::1111]",
        "[2a00:1450:4001:801::200e]",
        "[64:ff9b::8.8.8.8]",
        "[::ffff:1.1.1.1]",
        "[2606:4700::5efe:8.8.8.8]",
    ];

    #[test]
    fn no_spelling_of_an_internal_address_passes() {
        assert!(INTERNAL.len() >= 80);
        let policy = TargetPolicy::default();
        for host in INTERNAL {
            let outcome = policy.check(&format!("https://{host}/hook"));
            assert!(matches!(outcome, Err(TargetRefused::Internal | TargetRefused::NotAUrl)), "{host}: {outcome:?}");
        }
        for host in PUBLIC {
            assert!(policy.check(&format!("https://{host}/hook")).is_ok(), "{host}");
        }
    }

    #[test]
    fn scheme_port_and_credentials_are_held_to_the_policy() {
        let policy = TargetPolicy::default();
        for (url, refused) in [
            ("http://example.com/", TargetRefused::NotHttps),
            ("ftp://example.com/", TargetRefused::NotHttps),
            ("file:///etc/passwd", TargetRefused::NotAUrl),
            ("gopher://example.com:70/", TargetRefused::NotHttps),
            ("data:text/plain,x", TargetRefused::NotAUrl),
            ("/hook", TargetRefused::NotAUrl),
            ("https://", TargetRefused::NotAUrl),
            ("https://user@example.com/", TargetRefused::Credentials),
            ("https://:pass@example.com/", TargetRefused::Credentials),
            ("https://example.com:22/", TargetRefused::Port),
            ("https://example.com:6379/", TargetRefused::Port),
            ("https://example.com:0/", TargetRefused::Port),
        ] {
            assert_eq!(policy.check(url).err(), Some(refused), "{url}");
        }
        let long = format!("https://example.com/{}", "a".repeat(MAX_URL));
        assert_eq!(policy.check(&long).err(), Some(TargetRefused::NotAUrl));
        for url in ["https://example.com/", "https://example.com:8443/a?b=c", "HTTPS://EXAMPLE.com"] {
            assert!(policy.check(url).is_ok(), "{url}");
        }
        let demo = TargetPolicy { allow_private: true, ports: Vec::new() };
        assert!(demo.check("http://127.0.0.1:9999/hook").is_ok());
    }

    /// Answers what it was given, once each.
    struct Script(Mutex<Vec<Vec<&'static str>>>);

    impl Lookup for Script {
        fn lookup(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
            let answer = self.0.lock().unwrap().remove(0);
            let parsed = answer.into_iter().map(|a| a.parse().unwrap()).collect();
            Box::pin(async { Ok(parsed) })
        }
    }

    async fn resolve(dns: &GuardedDns) -> Result<Vec<SocketAddr>, TargetRefused> {
        match dns.resolve(Name::from_str("bank.example").unwrap()).await {
            Ok(found) => Ok(found.collect()),
            Err(e) => Err(*e.downcast_ref().unwrap()),
        }
    }

    #[tokio::test]
    async fn a_name_that_turns_inward_is_refused_at_the_moment_of_use() {
        let answers = vec![vec!["1.1.1.1"], vec!["127.0.0.1"], vec!["1.1.1.1", "::ffff:10.0.0.1"]];
        let lookup = Arc::new(Script(Mutex::new(answers)));
        let dns = GuardedDns { policy: TargetPolicy::default(), lookup };
        assert_eq!(resolve(&dns).await, Ok(vec!["1.1.1.1:0".parse().unwrap()]));
        assert_eq!(resolve(&dns).await, Err(TargetRefused::Internal));
        assert_eq!(resolve(&dns).await, Err(TargetRefused::Internal), "one among others");
    }

    #[tokio::test]
    async fn the_machines_resolver_is_guarded_too() {
        let dns = GuardedDns { policy: TargetPolicy::default(), lookup: Arc::new(SystemLookup) };
        let outcome = dns.resolve(Name::from_str("localhost").unwrap()).await;
        let refused = outcome.err().and_then(|e| e.downcast_ref::<TargetRefused>().copied());
        assert_eq!(refused, Some(TargetRefused::Internal));
    }

    proptest! {
        #[test]
        fn no_wrapping_opens_an_internal_address(bits in any::<u32>()) {
            let inner = Ipv4Addr::from_bits(bits);
            let [a, b, c, d] = inner.octets().map(u16::from);
            let (high, low) = (a << 8 | b, c << 8 | d);
            let wrapped = [
                inner.to_ipv6_mapped(),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2606, 0x4700, 0, 0, 0, 0x5efe, high, low),
            ];
            for address in wrapped {
                prop_assert_eq!(is_public(address.into()), is_public(inner.into()), "{}", address);
            }
            prop_assert!(!is_public(Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1).into()));
            prop_assert!(!is_public(inner.to_ipv6_compatible().into()));
        }

        #[test]
        fn any_text_is_answered_without_a_panic(text in "\\PC{0,80}") {
            let _ = TargetPolicy::default().check(&text);
            let _ = TargetPolicy::default().check(&format!("https://{text}/"));
        }
    }
}
