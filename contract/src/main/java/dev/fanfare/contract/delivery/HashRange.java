package dev.fanfare.contract.delivery;

import dev.fanfare.contract.UndecodableRecord;

/**
 * One of so many equal shares of all subscriptions, by a hash of their ids: a subscription is in the same share whoever
 * else comes or goes, which a share by rank would not give.
 *
 * @param index from 0
 * @param of    how many shares there are, 1 to {@value #MOST}
 */
public record HashRange(int index, int of) {
    /** All subscriptions. */
    public static final HashRange ALL = new HashRange(0, 1);

    /** The most shares: by then each holds one subscription in practice. */
    public static final int MOST = 1 << 24;

    public HashRange {
        if (of < 1 || of > MOST || index < 0 || index >= of) {
            throw new IllegalArgumentException("there is no share " + index + "/" + of);
        }
    }

    /** Whether it is all subscriptions. */
    public boolean isAll() {
        return of == 1;
    }

    /** Whether a subscription is in this share. */
    public boolean contains(String subscriptionId) {
        return indexOf(subscriptionId, of) == index;
    }

    /** Which of so many equal shares a subscription is in. */
    public static int indexOf(String subscriptionId, int shares) {
        return indexOf(Integer.toUnsignedLong(spread(subscriptionId.hashCode())), shares);
    }

    private static int indexOf(long hash, int shares) {
        return (int) ((hash * shares) >>> Integer.SIZE);
    }

    /** The first of so many equal shares that has something in common with this one. */
    public int firstOf(int shares) {
        return indexOf(leastHash(index), shares);
    }

    /** The last of so many equal shares that has something in common with this one. */
    public int lastOf(int shares) {
        return indexOf(leastHash(index + 1) - 1, shares);
    }

    /** The least hash, of 32 bits, in such a share as this. */
    private long leastHash(int share) {
        return (((long) share << Integer.SIZE) + of - 1) / of;
    }

    /** Whether it can be split into so many. */
    public boolean canSplit(int parts) {
        return (long) of * parts <= MOST;
    }

    /** One of so many equal parts of this share. */
    public HashRange part(int part, int parts) {
        return new HashRange(index * parts + part, of * parts);
    }

    /** As in the header: {@code index/of}. */
    public String text() {
        return index + "/" + of;
    }

    /** Reads {@link #text()}. */
    public static HashRange parse(String text) throws UndecodableRecord {
        int slash = text.indexOf('/');
        try {
            return new HashRange(
                    Integer.parseInt(text, 0, Math.max(slash, 0), 10),
                    Integer.parseInt(text, slash + 1, text.length(), 10));
        } catch (IllegalArgumentException e) {
            throw new UndecodableRecord("'" + text + "' is not a share of subscriptions such as 3/32");
        }
    }

    /** Ids that differ in their last characters only would have hash codes beside each other (finalizer of MurmurHash3). */
    private static int spread(int hash) {
        int mixed = (hash ^ (hash >>> 16)) * 0x85ebca6b;
        mixed = (mixed ^ (mixed >>> 13)) * 0xc2b2ae35;
        return mixed ^ (mixed >>> 16);
    }
}
