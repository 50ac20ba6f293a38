package dev.fanfare.control.attempt;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.Verdict;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Failures in a row, with no success since the first of them. Made of the attempts alone, in the order of their topic, so
 * every instance comes to the same.
 *
 * @param sinceMillis when the first of them had failed, Unix milliseconds
 * @param lastMillis  when the latest had
 * @param failures    how many attempts that is
 */
public record Streak(String tenant, String subscription, long sinceMillis, long lastMillis, long failures) {
    private static final byte[] KEY_PREFIX = "failing: ".getBytes(UTF_8);

    /** What comes of one more attempt; null: none, or none any more. */
    static @Nullable Streak after(@Nullable Streak before, Attempt attempt) {
        if (attempt.verdict().equals(Verdict.DELIVERED.text())) {
            return null;
        }
        if (!isFailure(attempt)) {
            return before;
        }
        long at = attempt.startedAtMillis() + attempt.durationMillis();
        return before == null
                ? new Streak(attempt.tenant(), attempt.subscription(), at, at, 1)
                : new Streak(
                        before.tenant,
                        before.subscription,
                        before.sinceMillis,
                        Math.max(before.lastMillis, at),
                        before.failures + 1);
    }

    /** Whether an attempt failed. A delivery that was put off, kept or cancelled says nothing about the endpoint. */
    public static boolean isFailure(Attempt attempt) {
        return attempt.status() != null
                || attempt.verdict().equals(Verdict.RETRY.text())
                || attempt.verdict().equals(Verdict.EXHAUSTED.text())
                || attempt.verdict().equals(Verdict.FORBIDDEN.text());
    }

    static String owner(Attempt attempt) {
        return Delivery.key(attempt.tenant(), attempt.subscription());
    }

    /** The beginning of all keys of streaks: as long as the others' beginnings are, as they share a table. */
    static byte[] keyPrefix() {
        return KEY_PREFIX.clone();
    }

    static byte[] key(String owner) {
        byte[] name = owner.getBytes(UTF_8);
        return ByteBuffer.allocate(KEY_PREFIX.length + name.length)
                .put(KEY_PREFIX)
                .put(name)
                .array();
    }

    byte[] bytes() {
        return ByteBuffer.allocate(3 * Long.BYTES)
                .putLong(sinceMillis)
                .putLong(lastMillis)
                .putLong(failures)
                .array();
    }

    static Streak read(byte[] key, byte[] value) {
        String owner = new String(key, KEY_PREFIX.length, key.length - KEY_PREFIX.length, UTF_8);
        int slash = owner.indexOf('/');
        ByteBuffer bytes = ByteBuffer.wrap(value);
        return new Streak(
                owner.substring(0, slash),
                owner.substring(slash + 1),
                bytes.getLong(),
                bytes.getLong(),
                bytes.getLong());
    }
}
