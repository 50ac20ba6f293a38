package dev.fanfare.control.attempt;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Verdict;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.utils.ByteUtils;

/**
 * How many attempts came to what, and how long they took. Confined to one thread.
 *
 * <p>Durations are counted in classes, each a half wider than the one before; so a percentile is right to within that.
 */
public final class Tally {
    private static final Verdict[] VERDICTS = Verdict.values();
    private static final int CLASSES = 32;
    private static final long[] CLASS_ENDS = new long[CLASSES];
    private static final byte END = -1;
    private static final int MOST_BYTES_OF_COUNT = 10;
    private static final int MOST_BYTES_OF_COUNTS = (VERDICTS.length + CLASSES) * (1 + MOST_BYTES_OF_COUNT) + 2;

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
            case DEFERRED, PARKED, EXPIRED, FORBIDDEN, UNDECODABLE, INVALID, TOO_LARGE, CANCELLED -> false;
        };
    }

    /** Most counts of a subscription's five minutes are 0, and most others small: they take no more than they need. */
    byte[] bytes() {
        ByteBuffer bytes =
                ByteBuffer.allocate(MOST_BYTES_OF_COUNTS + failures.size() * (Short.BYTES + MOST_BYTES_OF_COUNT));
        write(verdicts, bytes);
        write(durations, bytes);
        failures.forEach((status, count) -> {
            bytes.putShort((short) (int) status);
            ByteUtils.writeVarlong(count, bytes);
        });
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    /** Those that aren't 0, each behind its place; an end. */
    private static void write(long[] counts, ByteBuffer bytes) {
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] != 0) {
                bytes.put((byte) i);
                ByteUtils.writeVarlong(counts[i], bytes);
            }
        }
        bytes.put(END);
    }

    private static void read(ByteBuffer bytes, long[] counts) {
        for (byte i = bytes.get(); i != END; i = bytes.get()) {
            counts[i] = ByteUtils.readVarlong(bytes);
        }
    }

    static Tally read(byte[] value) {
        ByteBuffer bytes = ByteBuffer.wrap(value);
        Tally tally = new Tally();
        read(bytes, tally.verdicts);
        read(bytes, tally.durations);
        while (bytes.hasRemaining()) {
            tally.failures.put((int) bytes.getShort(), ByteUtils.readVarlong(bytes));
        }
        return tally;
    }
}
