package dev.fanfare.testkit.conservation;

import java.util.Arrays;

/** What is known of each delivery, in columns: about fifty bytes each, whatever its body is. Confined to one thread. */
final class DeliveryTable {
    private static final int LARGEST = 255;

    private final HashIndex index = new HashIndex();
    private byte[] facts = new byte[Fact.COUNT << 10];
    private int[] subscriptions = new int[1 << 10];
    private int[] bodies = new int[1 << 10];
    private long[] seenAtMillis = new long[1 << 10];
    private long[] hashes = new long[1 << 10];

    /** The row of a delivery; a new one where it comes for the first time. */
    int add(long hash, int subscription, int body) {
        int before = index.size();
        int row = index.add(hash);
        if (row == before) {
            if (row == hashes.length) {
                grow();
            }
            hashes[row] = hash;
            subscriptions[row] = subscription;
            bodies[row] = body;
        }
        return row;
    }

    private void grow() {
        int length = hashes.length * 2;
        hashes = Arrays.copyOf(hashes, length);
        subscriptions = Arrays.copyOf(subscriptions, length);
        bodies = Arrays.copyOf(bodies, length);
        seenAtMillis = Arrays.copyOf(seenAtMillis, length);
        facts = Arrays.copyOf(facts, length * Fact.COUNT);
    }

    /** Its row; -1 where there is none. */
    int find(long hash) {
        return index.find(hash);
    }

    int rows() {
        return index.size();
    }

    long hash(int row) {
        return hashes[row];
    }

    int subscription(int row) {
        return subscriptions[row];
    }

    /** The checksum of its event's data. */
    int body(int row) {
        return bodies[row];
    }

    int get(int row, Fact fact) {
        return facts[place(row, fact)] & 0xFF;
    }

    void set(int row, Fact fact, int value) {
        facts[place(row, fact)] = (byte) Math.min(value, LARGEST);
    }

    @SuppressWarnings("EnumOrdinal") // columns live as long as the process
    private static int place(int row, Fact fact) {
        return row * Fact.COUNT + fact.ordinal();
    }

    void count(int row, Fact fact) {
        set(row, fact, get(row, fact) + 1);
    }

    /** When its {@link Fact#LAST_ATTEMPT} was first seen; before any was, when its event was accepted. */
    long seenAtMillis(int row) {
        return seenAtMillis[row];
    }

    void seenAt(int row, long millis) {
        seenAtMillis[row] = millis;
    }

    long bytes() {
        return index.bytes() + (long) hashes.length * (Fact.COUNT + 2 * Integer.BYTES + 2 * Long.BYTES);
    }
}
