package dev.fanfare.dispatcher.address;

import java.util.BitSet;
import java.util.List;

/** Ports, given as numbers and ranges such as {@code 443} and {@code 1024-65535}. Immutable. */
public final class PortList {
    private static final int MAX = 65_535;

    private final BitSet ports = new BitSet();
    private final String text;

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException naming the entry that is wrong and what would be right
     */
    public PortList(List<String> entries) {
        for (String entry : entries) {
            int dash = entry.indexOf('-');
            int first = number(entry, dash < 0 ? entry : entry.substring(0, dash));
            int last = dash < 0 ? first : number(entry, entry.substring(dash + 1));
            if (first > last) {
                throw wrong(entry);
            }
            ports.set(first, last + 1);
        }
        this.text = String.join(",", entries);
    }

    /** Whether a port, of any value, is in the list. */
    public boolean holds(int port) {
        return port > 0 && ports.get(port);
    }

    /** As it was given. */
    @Override
    public String toString() {
        return text;
    }

    private static int number(String entry, String text) {
        boolean digits = !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int number = digits ? Integer.parseInt(text) : 0;
        if (number < 1 || number > MAX) {
            throw wrong(entry);
        }
        return number;
    }

    private static IllegalArgumentException wrong(String entry) {
        return new IllegalArgumentException(
                "'" + entry + "': is no port from 1 to " + MAX + " and no range such as 8000-8999");
    }
}
