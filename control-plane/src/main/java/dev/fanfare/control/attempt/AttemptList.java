package dev.fanfare.control.attempt;

import dev.fanfare.contract.PartsHash;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The lists in which an attempt stands. A key is the list's letter, a hash of whose list it is, and the {@link Place};
 * the value is a {@link Head}, in the tenant's own list with the attempt behind it.
 *
 * <pre>
 * T tenant        head, attempt as JSON
 * S subscription  head            t, s: the same of those that were not delivered
 * E event         head
 * D delivery      head
 * </pre>
 */
enum AttemptList {
    TENANT('T'),
    TENANT_FAILURES('t'),
    SUBSCRIPTION('S'),
    SUBSCRIPTION_FAILURES('s'),
    EVENT('E'),
    DELIVERY('D');

    static final int PREFIX_BYTES = 1 + Long.BYTES;

    private final byte letter;

    AttemptList(char letter) {
        this.letter = (byte) letter;
    }

    /** A key's beginning: the same for all of one owner's list. */
    byte[] prefix(String... owner) {
        return prefix(letter, owner);
    }

    static byte[] prefix(byte letter, String... owner) {
        PartsHash hash = new PartsHash();
        for (String part : owner) {
            hash.text(part);
        }
        return ByteBuffer.allocate(PREFIX_BYTES)
                .put(letter)
                .put(hash.bytes(), 0, Long.BYTES)
                .array();
    }

    static byte[] key(byte[] prefix, Place place) {
        ByteBuffer key = ByteBuffer.allocate(PREFIX_BYTES + Place.BYTES).put(prefix);
        place.write(key);
        return key.array();
    }

    /** The beginnings of an attempt's keys but that in its tenant's list. */
    static List<byte[]> besides(Attempt attempt) {
        String tenant = attempt.tenant();
        List<byte[]> prefixes = new ArrayList<>(5);
        prefixes.add(SUBSCRIPTION.prefix(tenant, attempt.subscription()));
        prefixes.add(EVENT.prefix(tenant, attempt.eventId()));
        prefixes.add(DELIVERY.prefix(tenant, attempt.deliveryId()));
        if (!attempt.verdict().equals(Verdict.DELIVERED.text())) {
            prefixes.add(SUBSCRIPTION_FAILURES.prefix(tenant, attempt.subscription()));
            prefixes.add(TENANT_FAILURES.prefix(tenant));
        }
        return prefixes;
    }

    /** The shortest list that has all that a query means. */
    static AttemptList of(AttemptQuery query) {
        if (query.delivery() != null) {
            return DELIVERY;
        }
        if (query.event() != null) {
            return EVENT;
        }
        boolean failures = (query.verdict() != null && query.verdict() != Verdict.DELIVERED)
                || (query.status() != null && query.status() / 100 != 2);
        if (query.subscription() != null) {
            return failures ? SUBSCRIPTION_FAILURES : SUBSCRIPTION;
        }
        return failures ? TENANT_FAILURES : TENANT;
    }

    /** The beginning of the keys in this list for what a query names. */
    byte[] prefix(AttemptQuery query) {
        String tenant = query.tenant();
        return switch (this) {
            case TENANT, TENANT_FAILURES -> prefix(tenant);
            case SUBSCRIPTION, SUBSCRIPTION_FAILURES -> prefix(tenant, Objects.requireNonNull(query.subscription()));
            case EVENT -> prefix(tenant, Objects.requireNonNull(query.event()));
            case DELIVERY -> prefix(tenant, Objects.requireNonNull(query.delivery()));
        };
    }
}
