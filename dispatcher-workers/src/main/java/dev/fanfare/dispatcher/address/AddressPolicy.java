package dev.fanfare.dispatcher.address;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which addresses webhooks may be sent to. It looks at the address that is connected to, never at how somebody wrote
 * it, so odd spellings and names that change their address get nowhere.
 *
 * <p>Refused: what the IANA special-purpose registries (RFC 6890) list as not globally reachable, multicast, IPv4 inside
 * IPv6, and the metadata services of the large clouds, wherever they hide. Loopback and private networks are refused
 * unless allowed; plain HTTP is refused unless allowed, loopback apart. The operator's lists come before all that:
 *
 * <pre>
 * port not listed, host denied, not one of the only hosts, network denied      refused
 * link-local, metadata, multicast, IPv4 inside IPv6, unspecified               refused, and no list opens them
 * network allowed                                                              permitted
 * private, and the host is allowed                                             permitted
 * otherwise                                                                    by the kind of the address
 * </pre>
 *
 * Pure.
 *
 * @param allowLoopback 127.0.0.0/8 and ::1
 * @param allowPrivate  10/8, 172.16/12, 192.168/16, 100.64/10 (shared by providers and clusters) and fc00::/7
 * @param allowHttp     without TLS beyond loopback
 */
public record AddressPolicy(boolean allowLoopback, boolean allowPrivate, boolean allowHttp, AddressLists lists) {
    private static final Range[] V4 = {
        new Range(Kind.NEVER, "168.63.129.16/32", "a cloud's metadata service", 4, 168, 63, 129, 16),
        new Range(Kind.NEVER, "100.100.100.200/32", "a cloud's metadata service", 4, 100, 100, 100, 200),
        new Range(Kind.NEVER, "0.0.0.0/8", "unspecified", 4, 0),
        new Range(Kind.LOOPBACK, "127.0.0.0/8", "loopback", 4, 127),
        new Range(Kind.PRIVATE, "10.0.0.0/8", "private", 4, 10),
        new Range(Kind.PRIVATE, "172.16.0.0/12", "private", 4, 172, 16),
        new Range(Kind.PRIVATE, "192.168.0.0/16", "private", 4, 192, 168),
        new Range(Kind.PRIVATE, "100.64.0.0/10", "shared address space", 4, 100, 64),
        new Range(Kind.NEVER, "169.254.0.0/16", "link-local", 4, 169, 254),
        new Range(Kind.NEVER, "192.0.0.0/24", "protocol assignments", 4, 192, 0, 0),
        new Range(Kind.RESERVED, "192.0.2.0/24", "documentation", 4, 192, 0, 2),
        new Range(Kind.NEVER, "192.88.99.0/24", "6to4 relay", 4, 192, 88, 99),
        new Range(Kind.RESERVED, "198.18.0.0/15", "benchmarking", 4, 198, 18),
        new Range(Kind.RESERVED, "198.51.100.0/24", "documentation", 4, 198, 51, 100),
        new Range(Kind.RESERVED, "203.0.113.0/24", "documentation", 4, 203, 0, 113),
        new Range(Kind.NEVER, "224.0.0.0/4", "multicast", 4, 224),
        new Range(Kind.NEVER, "240.0.0.0/4", "reserved or broadcast", 4, 240),
    };

    private static final Range[] V6 = {
        new Range(Kind.NEVER, "::/128", "unspecified", 16, new int[16]),
        new Range(Kind.LOOPBACK, "::1/128", "loopback", 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
        new Range(Kind.NEVER, "::/96", "IPv4 in IPv6", 16, new int[12]),
        new Range(Kind.NEVER, "::ffff:0:0/96", "IPv4 in IPv6", 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF),
        new Range(Kind.NEVER, "::ffff:0:0:0/96", "IPv4 in IPv6", 16, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0),
        new Range(Kind.NEVER, "64:ff9b::/32", "IPv4 in IPv6 (NAT64)", 16, 0, 0x64, 0xFF, 0x9B),
        new Range(Kind.NEVER, "2002::/16", "IPv4 in IPv6 (6to4)", 16, 0x20, 0x02),
        new Range(Kind.NEVER, "2001::/23", "protocol assignments, Teredo", 16, 0x20, 0x01, 0x00),
        new Range(Kind.RESERVED, "2001:db8::/32", "documentation", 16, 0x20, 0x01, 0x0D, 0xB8),
        new Range(Kind.RESERVED, "3fff::/20", "documentation", 16, 0x3F, 0xFF, 0x00),
        new Range(Kind.NEVER, "fd00:ec2::/32", "a cloud's metadata service", 16, 0xFD, 0x00, 0x0E, 0xC2),
        new Range(Kind.NEVER, "fd20:ce::/32", "a cloud's metadata service", 16, 0xFD, 0x20, 0x00, 0xCE),
        new Range(Kind.PRIVATE, "fc00::/7", "private (ULA)", 16, 0xFC),
        new Range(Kind.PUBLIC, "2000::/3", "public", 16, 0x20),
    };

    private static final Range OTHER_V4 = new Range(Kind.PUBLIC, "0.0.0.0/0", "public", 4);
    /** Link-local, site-local, multicast, discard-only, and what was never given to anybody. */
    private static final Range OTHER_V6 = new Range(Kind.NEVER, "::/0", "not a public address", 16);

    private enum Kind {
        PUBLIC,
        LOOPBACK,
        PRIVATE,
        /** Nobody's in public, but a network at home may use it: opened by name alone. */
        RESERVED,
        /** No receiver lives there, and what does must not be asked: a metadata service hands out the machine's rights. */
        NEVER
    }

    /**
     * Why nothing may be sent to a URL whatever its address is, in words that name the rule and the way out; null where
     * something may.
     *
     * @param scheme {@code http} or {@code https}
     * @param host   name or address
     */
    public @Nullable String refusal(String scheme, String host, int port) {
        if (!isHttp(scheme) && !scheme.equals("https")) {
            return "scheme '" + scheme + "' is not sent to: use https";
        }
        if (port < 1 || port > 65_535) {
            return "port " + port + " is out of range";
        }
        if (!lists.ports().holds(port)) {
            return "port " + port + " is forbidden: dispatcher.ports permits " + lists.ports();
        }
        HostPattern denied = matching(lists.denyHosts(), host);
        if (denied != null) {
            return "host '" + host + "' is forbidden: dispatcher.deny-hosts holds " + denied;
        }
        if (!lists.onlyHosts().isEmpty() && matching(lists.onlyHosts(), host) == null) {
            return "host '" + host + "' is forbidden: dispatcher.only-hosts does not hold it";
        }
        return null;
    }

    /**
     * Why nothing may be sent to an address, in words that name it, the rule and the way out; null where something may.
     * For what {@link #refusal(String, String, int)} permits.
     *
     * @param host the name that led there
     */
    public @Nullable String refusal(String scheme, String host, InetAddress address) {
        byte[] bytes = address.getAddress();
        Cidr denied = holding(lists.denyCidrs(), bytes);
        if (denied != null) {
            return "address " + address.getHostAddress() + " is forbidden: dispatcher.deny-cidrs holds " + denied;
        }
        Range range = rangeOf(bytes);
        if (!permits(range.kind, host, bytes)) {
            return "address " + address.getHostAddress() + " is forbidden: " + range.what + " (" + range.cidr + ")"
                    + wayOut(range.kind);
        }
        if (isHttp(scheme) && !allowHttp && range.kind != Kind.LOOPBACK) {
            return "plain http is forbidden: use https, or set dispatcher.allow-http=true";
        }
        return null;
    }

    /** In words what all of a network is, where no list can open any of it; else null. */
    public static @Nullable String neverAllows(Cidr network) {
        Range range = rangeOf(network.start());
        boolean all = range == OTHER_V6
                ? Arrays.stream(V6).noneMatch(listed -> network.holds(listed.cidr))
                : range.cidr.holds(network);
        return all && range.kind == Kind.NEVER ? range.what + " (" + range.cidr + ")" : null;
    }

    private boolean permits(Kind kind, String host, byte[] address) {
        return switch (kind) {
            case PUBLIC -> true;
            case LOOPBACK -> allowLoopback || holding(lists.allowCidrs(), address) != null;
            case PRIVATE ->
                allowPrivate
                        || holding(lists.allowCidrs(), address) != null
                        || matching(lists.allowHosts(), host) != null;
            case RESERVED -> holding(lists.allowCidrs(), address) != null;
            case NEVER -> false;
        };
    }

    private static String wayOut(Kind kind) {
        return switch (kind) {
            case LOOPBACK -> "; dispatcher.allow-loopback=true would allow it";
            case PRIVATE -> "; dispatcher.allow-private=true would allow it, dispatcher.allow-cidrs its network alone";
            case RESERVED -> "; dispatcher.allow-cidrs would allow it";
            case PUBLIC, NEVER -> "";
        };
    }

    private static boolean isHttp(String scheme) {
        return scheme.equals("http");
    }

    /** By index: an iterator for each attempt would be garbage. */
    private static @Nullable Cidr holding(List<Cidr> list, byte[] address) {
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i).holds(address)) {
                return list.get(i);
            }
        }
        return null;
    }

    private static @Nullable HostPattern matching(List<HostPattern> list, String host) {
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i).matches(host)) {
                return list.get(i);
            }
        }
        return null;
    }

    private static Range rangeOf(byte[] address) {
        for (Range range : address.length == 4 ? V4 : V6) {
            if (range.cidr.holds(address)) {
                return range;
            }
        }
        return address.length == 4 ? OTHER_V4 : OTHER_V6;
    }

    /** A network; of the ranges that hold an address, the first counts. */
    private record Range(Kind kind, Cidr cidr, String what) {
        /** With its first bytes, as many as the prefix touches. */
        Range(Kind kind, String cidr, String what, int length, int... start) {
            this(kind, Cidr.of(cidr, length, start), what);
        }
    }
}
