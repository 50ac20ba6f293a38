package dev.fanfare.dispatcher.address;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** A network, such as {@code 10.0.0.0/8} or {@code 2001:db8::/32}; an address alone is a network of one. Immutable. */
public final class Cidr {
    private final String text;
    private final byte[] start;
    private final int bits;

    private Cidr(String text, byte[] start, int bits) {
        this.text = text;
        this.start = start;
        this.bits = bits;
    }

    /** For constants: with its first bytes, as many as the prefix touches. */
    static Cidr of(String text, int length, int... first) {
        byte[] start = new byte[length];
        for (int i = 0; i < first.length; i++) {
            start[i] = (byte) first[i];
        }
        return new Cidr(text, start, Integer.parseInt(text, text.indexOf('/') + 1, text.length(), 10));
    }

    /**
     * Reads one as people write it. No name is ever looked up.
     *
     * @throws IllegalArgumentException in words that say what would be right
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        byte[] start = address(slash < 0 ? text : text.substring(0, slash));
        int most = start.length * 8;
        int bits = slash < 0 ? most : number(text.substring(slash + 1));
        if (bits < 0 || bits > most) {
            throw new IllegalArgumentException("the prefix must be a number from 0 to " + most);
        }
        byte[] masked = start.clone();
        for (int i = 0; i < masked.length; i++) {
            masked[i] &= (byte) mask(bits - i * 8);
        }
        if (!Arrays.equals(start, masked)) {
            throw new IllegalArgumentException(
                    "bits are set beyond the prefix: " + textOf(masked) + "/" + bits + " would be the network");
        }
        return new Cidr(slash < 0 ? text + "/" + bits : text, start, bits);
    }

    /** Whether it holds an address, given as {@link InetAddress#getAddress} has it. */
    public boolean holds(byte[] address) {
        if (address.length != start.length) {
            return false;
        }
        for (int i = 0; i * 8 < bits; i++) {
            if (((address[i] ^ start[i]) & mask(bits - i * 8)) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether it holds all of another. */
    boolean holds(Cidr other) {
        return other.bits >= bits && holds(other.start);
    }

    /** Its first address. */
    byte[] start() {
        return start;
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }

    private static int mask(int left) {
        return left >= 8 ? 0xFF : left <= 0 ? 0 : 0xFF << (8 - left) & 0xFF;
    }

    private static byte[] address(String text) {
        if (text.indexOf(':') < 0) {
            return ipv4(text);
        }
        if (!text.chars().allMatch(c -> Character.digit(c, 16) >= 0 || c == ':' || c == '.')) {
            throw notAnAddress();
        }
        try {
            // With a colon in it, Java reads it as an address or not at all.
            byte[] address = InetAddress.getByName(text).getAddress();
            if (address.length == 4) {
                throw new IllegalArgumentException("is IPv4 inside IPv6: write the IPv4 network");
            }
            return address;
        } catch (UnknownHostException e) {
            throw notAnAddress();
        }
    }

    /** Four decimal numbers and nothing else: Java's own reading takes {@code 10.1} and {@code 010.0.0.1} too. */
    private static byte[] ipv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            throw notAnAddress();
        }
        byte[] address = new byte[4];
        for (int i = 0; i < 4; i++) {
            int part = number(parts[i]);
            if (part < 0 || part > 255 || (parts[i].length() > 1 && parts[i].charAt(0) == '0')) {
                throw notAnAddress();
            }
            address[i] = (byte) part;
        }
        return address;
    }

    private static int number(String text) {
        boolean digits = !text.isEmpty() && text.length() <= 3 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return digits ? Integer.parseInt(text) : -1;
    }

    private static IllegalArgumentException notAnAddress() {
        return new IllegalArgumentException("is no network: write it such as 10.0.0.0/8 or 2001:db8::/32");
    }

    private static String textOf(byte[] address) {
        try {
            return InetAddress.getByAddress(address).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }
}
