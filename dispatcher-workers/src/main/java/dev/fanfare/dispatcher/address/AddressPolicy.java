package dev.fanfare.dispatcher.address;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Which addresses webhooks may be sent to. It looks at the address that is connected to, never at how somebody wrote
 * it, so odd spellings and names that change their address get nowhere.
 *
 * <p>Refused always: what the IANA special-purpose registries (RFC 6890) list as not globally reachable, multicast,
 * IPv4 inside IPv6, and the metadata services of the large clouds, wherever they hide. Loopback and private networks
 * are refused unless allowed. Plain HTTP is refused unless allowed, loopback apart. Pure.
 *
 * @param allowLoopback 127.0.0.0/8 and ::1
 * @param allowPrivate  10/8, 172.16/12, 192.168/16, 100.64/10 (shared by providers and clusters) and fc00::/7
 * @param allowHttp     without TLS beyond loopback
 */
public record AddressPolicy(boolean allowLoopback, boolean allowPrivate, boolean allowHttp) {
    private static final Range[] V4 = {
        new Range(Kind.FORBIDDEN, "168.63.129.16/32", "a cloud's metadata service", 168, 63, 129, 16),
        new Range(Kind.FORBIDDEN, "100.100.100.200/32", "a cloud's metadata service", 100, 100, 100, 200),
        new Range(Kind.FORBIDDEN, "0.0.0.0/8", "unspecified", 0),
        new Range(Kind.LOOPBACK, "127.0.0.0/8", "loopback", 127),
        new Range(Kind.PRIVATE, "10.0.0.0/8", "private", 10),
        new Range(Kind.PRIVATE, "172.16.0.0/12", "private", 172, 16),
        new Range(Kind.PRIVATE, "192.168.0.0/16", "private", 192, 168),
        new Range(Kind.PRIVATE, "100.64.0.0/10", "shared address space", 100, 64),
        new Range(Kind.FORBIDDEN, "169.254.0.0/16", "link-local", 169, 254),
        new Range(Kind.FORBIDDEN, "192.0.0.0/24", "protocol assignments", 192, 0, 0),
        new Range(Kind.FORBIDDEN, "192.0.2.0/24", "documentation", 192, 0, 2),
        new Range(Kind.FORBIDDEN, "192.88.99.0/24", "6to4 relay", 192, 88, 99),
        new Range(Kind.FORBIDDEN, "198.18.0.0/15", "benchmarking", 198, 18),
        new Range(Kind.FORBIDDEN, "198.51.100.0/24", "documentation", 198, 51, 100),
        new Range(Kind.FORBIDDEN, "203.0.113.0/24", "documentation", 203, 0, 113),
        new Range(Kind.FORBIDDEN, "224.0.0.0/4", "multicast", 224),
        new Range(Kind.FORBIDDEN, "240.0.0.0/4", "reserved or broadcast", 240),
    };

    private static final Range[] V6 = {
        new Range(Kind.FORBIDDEN, "::/128", "unspecified", new int[16]),
        new Range(Kind.LOOPBACK, "::1/128", "loopback", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
        new Range(Kind.FORBIDDEN, "::/96", "IPv4 in IPv6", new int[12]),
        new Range(Kind.FORBIDDEN, "::ffff:0:0/96", "IPv4 in IPv6", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF),
        new Range(Kind.FORBIDDEN, "::ffff:0:0:0/96", "IPv4 in IPv6", 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0),
        new Range(Kind.FORBIDDEN, "64:ff9b::/32", "IPv4 in IPv6 (NAT64)", 0, 0x64, 0xFF, 0x9B),
        new Range(Kind.FORBIDDEN, "2002::/16", "IPv4 in IPv6 (6to4)", 0x20, 0x02),
        new Range(Kind.FORBIDDEN, "2001::/23", "protocol assignments, Teredo", 0x20, 0x01, 0x00),
        new Range(Kind.FORBIDDEN, "2001:db8::/32", "documentation", 0x20, 0x01, 0x0D, 0xB8),
        new Range(Kind.FORBIDDEN, "3fff::/20", "documentation", 0x3F, 0xFF, 0x00),
        new Range(Kind.FORBIDDEN, "fd00:ec2::/32", "a cloud's metadata service", 0xFD, 0x00, 0x0E, 0xC2),
        new Range(Kind.FORBIDDEN, "fd20:ce::/32", "a cloud's metadata service", 0xFD, 0x20, 0x00, 0xCE),
        new Range(Kind.PRIVATE, "fc00::/7", "private (ULA)", 0xFC),
        new Range(Kind.PUBLIC, "2000::/3", "public", 0x20),
    };

    private static final Range OTHER_V4 = new Range(Kind.PUBLIC, "0.0.0.0/0", "public");
    /** Link-local, site-local, multicast, discard-only, and what was never given to anybody. */
    private static final Range OTHER_V6 = new Range(Kind.FORBIDDEN, "::/0", "not a public address");

    private enum Kind {
        PUBLIC,
        LOOPBACK,
        PRIVATE,
        FORBIDDEN
    }

    /**
     * Why nothing may be sent there, in words that name the address and the way out; null where it may.
     *
     * @param scheme {@code http} or {@code https}
     */
    public @Nullable String refusal(String scheme, InetAddress address, int port) {
        boolean plain = scheme.equals("http");
        if (!plain && !scheme.equals("https")) {
            return "scheme '" + scheme + "' is not sent to: use https";
        }
        if (port < 1 || port > 65_535) {
            return "port " + port + " is out of range";
        }
        Range range = rangeOf(address.getAddress());
        boolean allowed =
                switch (range.kind) {
                    case PUBLIC -> true;
                    case LOOPBACK -> allowLoopback;
                    case PRIVATE -> allowPrivate;
                    case FORBIDDEN -> false;
                };
        if (!allowed) {
            return "address " + address.getHostAddress() + " is forbidden: " + range.what + " (" + range.cidr + ")"
                    + wayOut(range.kind);
        }
        if (plain && !allowHttp && range.kind != Kind.LOOPBACK) {
            return "plain http is forbidden: use https, or set dispatcher.allow-http=true";
        }
        return null;
    }

    private static String wayOut(Kind kind) {
        return switch (kind) {
            case LOOPBACK -> "; dispatcher.allow-loopback=true would allow it";
            case PRIVATE -> "; dispatcher.allow-private=true would allow it";
            case PUBLIC, FORBIDDEN -> "";
        };
    }

    private static Range rangeOf(byte[] address) {
        for (Range range : address.length == 4 ? V4 : V6) {
            if (range.holds(address)) {
                return range;
            }
        }
        return address.length == 4 ? OTHER_V4 : OTHER_V6;
    }

    /** A network; of the ranges that hold an address, the first counts. */
    private static final class Range {
        private final Kind kind;
        private final String cidr;
        private final String what;
        private final int[] start;
        private final int bits;

        /** With its first bytes, as many as the prefix touches. */
        Range(Kind kind, String cidr, String what, int... start) {
            this.kind = kind;
            this.cidr = cidr;
            this.what = what;
            this.start = start;
            this.bits = Integer.parseInt(cidr, cidr.indexOf('/') + 1, cidr.length(), 10);
        }

        boolean holds(byte[] address) {
            for (int i = 0; i * 8 < bits; i++) {
                int left = bits - i * 8;
                int mask = left >= 8 ? 0xFF : 0xFF << (8 - left) & 0xFF;
                if (((address[i] ^ start[i]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }
}
