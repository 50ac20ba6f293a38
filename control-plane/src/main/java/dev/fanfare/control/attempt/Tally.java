package dev.fanfare.control.attempt;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Verdict;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many attempts came to what, and how long they took. Confined to one thread.
 *
 * <p>Durations are counted in classes, each a half wider than the one before; so a percentile is right to within that.
 */
public final class Tally {
    private static final Verdict[] VERDICTS = Verdict.values();
    private static final int CLASSES = 32;
    private static final long[] CLASS_ENDS = new long[CLASSES];

    static {
        double end = 1;
        for (int i = 0; i < CLASSES; i++) {
            end *= 1.5;
            CLASS_ENDS[i] = (long) Math.ceil(end);
        }
    }

    private final long[] verdicts = new long[VERDICTS.length];
    private final long[] durations = new long[CLASSES];
    /** Status 0: no answer came. */
    private final Map<Integer, Long> failures = new TreeMap<>();

    /** Counts one more. */
    public void add(Attempt attempt) {
        int verdict = Head.of(attempt).verdict();
        if (verdict >= VERDICTS.length) {
            return;
        }
        verdicts[verdict]++;
        if (!isExchange(VERDICTS[verdict])) {
            return;
        }
        int i = Arrays.binarySearch(CLASS_ENDS, Math.max(0, attempt.durationMillis()));
        durations[Math.min(CLASSES - 1, i < 0 ? -i - 1 : i)]++;
        if (VERDICTS[verdict] != Verdict.DELIVERED) {
            failures.merge(attempt.status() == null ? 0 : attempt.status(), 1L, Long::sum);
        }
    }

    /** Counts all that another has counted. */
    public void add(Tally other) {
        for (int i = 0; i < verdicts.length; i++) {
            verdicts[i] += other.verdicts[i];
        }
        for (int i = 0; i < durations.length; i++) {
            durations[i] += other.durations[i];
        }
        other.failures.forEach((status, count) -> failures.merge(status, count, Long::sum));
    }

    /** How many came to this. */
    public long count(Verdict verdict) {
        return verdicts[verdict.ordinal()];
    }

    /** How many were answered 2xx. */
    public long delivered() {
        return count(Verdict.DELIVERED);
    }

    /** How many failed and will be tried again. */
    public long retrying() {
        return count(Verdict.RETRY);
    }

    /** How many ended a delivery without success. */
    public long givenUp() {
        return Arrays.stream(VERDICTS)
                .filter(Verdict::isDeadLetter)
                .mapToLong(this::count)
                .sum();
    }

    /** Exchanges that failed, by status; 0 where no answer came. */
    public Map<Integer, Long> failures() {
        return Map.copyOf(failures);
    }

    /** Whether nothing was counted. */
    public boolean isEmpty() {
        return Arrays.stream(verdicts).sum() == 0;
    }

    /**
     * How long exchanges took at most, but for the slowest.
     *
     * @param share of all, such as 0.99
     * @return milliseconds; 0 where there were none
     */
    public long percentileMillis(double share) {
        long all = Arrays.stream(durations).sum();
        long rank = (long) Math.ceil(all * share);
        long seen = 0;
        for (int i = 0; i < CLASSES; i++) {
            if (durations[i] > 0 && seen + durations[i] >= rank) {
                long begin = i == 0 ? 0 : CLASS_ENDS[i - 1];
                return begin + (CLASS_ENDS[i] - begin) * (rank - seen) / durations[i];
            }
            seen += durations[i];
        }
        return 0;
    }

    private static boolean isExchange(Verdict verdict) {
        return switch (verdict) {
            case DELIVERED, RETRY, GONE, REJECTED, EXHAUSTED -> true;
            case DEFERRED, PARKED, EXPIRED, FORBIDDEN, UNDECODABLE, TOO_LARGE, CANCELLED -> false;
        };
    }

    byte[] bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * (VERDICTS.length + CLASSES)
                + Integer.BYTES
                + failures.size() * (Short.BYTES + Long.BYTES));
        for (long count : verdicts) {
            bytes.putLong(count);
        }
        for (long count : durations) {
            bytes.putLong(count);
        }
        bytes.putInt(failures.size());
        failures.forEach((status, count) -> bytes.putShort((short) (int) status).putLong(count));
        return bytes.array();
    }

    static Tally read(byte[] value) {
        ByteBuffer bytes = ByteBuffer.wrap(value);
        Tally tally = new Tally();
        for (int i = 0; i < tally.verdicts.length; i++) {
            tally.verdicts[i] = bytes.getLong();
        }
        for (int i = 0; i < CLASSES; i++) {
            tally.durations[i] = bytes.getLong();
        }
        for (int i = bytes.getInt(); i > 0; i--) {
            tally.failures.put((int) bytes.getShort(), bytes.getLong());
        }
        return tally;
    }
}
