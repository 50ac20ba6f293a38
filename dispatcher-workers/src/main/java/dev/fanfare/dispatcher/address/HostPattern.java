package dev.fanfare.dispatcher.address;

import java.util.Locale;

/**
 * A host name, or with {@code *.} before it all names below that one, at any depth, but not the name itself. Case and a
 * final dot make no difference. Immutable.
 */
public final class HostPattern {
    private static final String WILDCARD = "*.";

    private final String name;
    private final boolean below;

    private HostPattern(String name, boolean below) {
        this.name = name;
        this.below = below;
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException in words that say what would be right
     */
    public static HostPattern parse(String text) {
        boolean below = text.startsWith(WILDCARD);
        String name = (below ? text.substring(WILDCARD.length()) : text).toLowerCase(Locale.ROOT);
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        if (name.indexOf(':') >= 0 || name.indexOf('/') >= 0) {
            throw new IllegalArgumentException("must be a host name alone, without scheme, port and path;"
                    + " networks and addresses belong into a list of cidrs");
        }
        if (name.indexOf('*') >= 0) {
            throw new IllegalArgumentException("'*' can only stand at the start, such as *.example.com");
        }
        if (!name.chars().allMatch(c -> c < 0x80)) {
            throw new IllegalArgumentException("write an international name in its xn-- form");
        }
        String[] labels = name.split("\\.", -1);
        for (String label : labels) {
            if (label.isEmpty() || !label.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '-' || c == '_')) {
                throw new IllegalArgumentException("is no host name, such as example.com or *.example.com");
            }
        }
        String last = labels[labels.length - 1];
        if (last.chars().allMatch(Character::isDigit)) {
            throw new IllegalArgumentException("is an address: it belongs into a list of cidrs");
        }
        return new HostPattern(name, below);
    }

    /** Whether a host is meant. Allocates nothing. */
    public boolean matches(String host) {
        int length = host.endsWith(".") ? host.length() - 1 : host.length();
        int from = length - name.length();
        if (below ? from < 2 || host.charAt(from - 1) != '.' : from != 0) {
            return false;
        }
        return host.regionMatches(true, from, name, 0, name.length());
    }

    @Override
    public String toString() {
        return below ? WILDCARD + name : name;
    }
}
