package dev.fanfare.contract;

import java.util.UUID;
import java.util.random.RandomGenerator;

/** UUIDs of version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then random bits; they sort by time. */
public final class Uuid7 {
    private Uuid7() {}

    /** Mints an id for a moment given in Unix milliseconds. */
    public static UUID mint(long unixMillis, RandomGenerator random) {
        long high = (unixMillis << 16) | 0x7000L | (random.nextLong() & 0x0FFFL);
        long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }
}
