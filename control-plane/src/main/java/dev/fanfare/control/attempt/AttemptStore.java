package dev.fanfare.control.attempt;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;

/**
 * Attempts on disk: in the lists of {@link AttemptList}, and counted by the minute.
 *
 * <pre>
 * segment of a day   T S E D t s (lists)   m (a tenant's minutes)   n (a subscription's five minutes)
 * of no day          identity, how far each partition is read, which subscriptions fail since when
 * </pre>
 *
 * <p>What was read and how far it was read are one batch: counts are exact whenever the process dies. One thread writes;
 * reading is safe from any.
 */
final class AttemptStore implements AutoCloseable {
    static final long TENANT_SLOT_MILLIS = 60 * 1_000L;
    static final long SUBSCRIPTION_SLOT_MILLIS = 5 * 60 * 1_000L;

    private static final String FORMAT = "3 " + Arrays.toString(Verdict.values()) + " ";
    private static final long DAY_MILLIS = 24 * 60 * 60 * 1_000L;
    /** Half a kilobyte each. */
    private static final int MOST_RECENT = 16_384;

    private static final byte TENANT_SLOTS = 'm';
    private static final byte SUBSCRIPTION_SLOTS = 'n';

    /** An attempt and where it stands on the topic. */
    record Source(Attempt attempt, byte[] json, int partition, long offset) {}

    /** Told of each attempt in turn; false: enough. */
    @FunctionalInterface
    interface Visitor {
        boolean visit(Place place, byte[] value) throws RocksDBException;
    }

    /** No less than what RocksDB writes when it is opened. */
    private static final int TRIAL_BYTES = 1024 * 1024;

    private final Segments segments;
    private volatile boolean isStuck;
    /** What the disk has of the slots that were changed last; confined to the writing thread. */
    private final Map<ByteBuffer, Tally> recent = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Tally> eldest) {
            return size() > MOST_RECENT;
        }
    };
    /** Of those that fail; by tenant and subscription. Changed by the writing thread once the disk has it. */
    private final Map<String, Streak> failing = new ConcurrentHashMap<>();

    private AttemptStore(Segments segments) {
        this.segments = segments;
        segments.read(() -> {
            try (RocksIterator entries = segments.entries(segments.meta())) {
                for (entries.seek(Streak.keyPrefix()); entries.isValid(); entries.next()) {
                    Streak streak = Streak.read(entries.key(), entries.value());
                    failing.put(Delivery.key(streak.tenant(), streak.subscription()), streak);
                }
                entries.status();
            }
            return failing;
        });
    }

    /**
     * Opens what is there; what can't be used, or is about another topic, is deleted first.
     *
     * @param topicId     Kafka's id of the topic
     * @param memoryBytes of native memory
     * @throws IllegalStateException where another process has it open, or the folder can't be written
     */
    static AttemptStore open(Path folder, String topicId, long memoryBytes) {
        return new AttemptStore(Segments.open(folder, FORMAT + topicId, AttemptList.PREFIX_BYTES, memoryBytes));
    }

    /** The first offset of a partition that is not in here; null where none of it is. */
    @Nullable Long position(int partition) {
        try {
            byte[] value = segments.meta(partitionKey(partition));
            return value == null ? null : ByteBuffer.wrap(value).getLong();
        } catch (RocksDBException e) {
            throw Segments.failed(e);
        }
    }

    /**
     * Takes attempts in.
     *
     * @param positions the first offset of each partition that comes after them
     */
    void write(List<Source> attempts, Map<Integer, Long> positions) {
        Map<ByteBuffer, Tally> tallies = new HashMap<>();
        Map<ByteBuffer, ColumnFamilyHandle> homes = new HashMap<>();
        Map<String, @Nullable Streak> streaks = new HashMap<>();
        try (WriteBatch batch = new WriteBatch()) {
            for (Source source : attempts) {
                Attempt attempt = source.attempt();
                long day = day(attempt.startedAtMillis());
                ColumnFamilyHandle segment = segments.segment(day);
                put(batch, segment, source);
                String owner = Streak.owner(attempt);
                Streak known = streaks.containsKey(owner) ? streaks.get(owner) : failing.get(owner);
                Streak after = Streak.after(known, attempt);
                if (!Objects.equals(after, known)) {
                    streaks.put(owner, after);
                }
                for (byte[] slot : slots(attempt)) {
                    ByteBuffer key = ByteBuffer.wrap(slot);
                    Tally tally = tallies.get(key);
                    if (tally == null) {
                        tally = recent.get(key);
                        if (tally == null) {
                            byte[] before = segments.get(day, slot);
                            tally = before == null ? new Tally() : Tally.read(before);
                            recent.put(key, tally);
                        }
                        tallies.put(key, tally);
                        homes.put(key, segment);
                    }
                    tally.add(attempt);
                }
            }
            for (Map.Entry<ByteBuffer, Tally> tally : tallies.entrySet()) {
                ByteBuffer key = tally.getKey();
                batch.put(homes.get(key), key.array(), tally.getValue().bytes());
            }
            for (Map.Entry<String, @Nullable Streak> streak : streaks.entrySet()) {
                byte[] key = Streak.key(streak.getKey());
                Streak now = streak.getValue();
                if (now == null) {
                    batch.delete(segments.meta(), key);
                } else {
                    batch.put(segments.meta(), key, now.bytes());
                }
            }
            for (Map.Entry<Integer, Long> position : positions.entrySet()) {
                byte[] value = ByteBuffer.allocate(Long.BYTES)
                        .putLong(position.getValue())
                        .array();
                batch.put(segments.meta(), partitionKey(position.getKey()), value);
            }
            segments.write(batch);
            isStuck = false;
            streaks.forEach((owner, streak) -> {
                if (streak == null) {
                    failing.remove(owner);
                } else {
                    failing.put(owner, streak);
                }
            });
        } catch (RocksDBException e) {
            recent.clear(); // more is counted there than was written
            isStuck = e.getStatus() == null || e.getStatus().getSubCode() != Status.SubCode.NoSpace;
            throw Segments.failed(e);
        } catch (RuntimeException e) {
            recent.clear();
            throw e;
        }
    }

    /**
     * Whether the disk failed it in a way after which RocksDB takes no write any more, not even when the disk is well again,
     * unless it is opened anew. (Where there was no room it goes on by itself.)
     */
    boolean isStuck() {
        return isStuck;
    }

    private static void put(WriteBatch batch, ColumnFamilyHandle segment, Source source) throws RocksDBException {
        Attempt attempt = source.attempt();
        Place place = new Place(attempt.startedAtMillis(), source.partition(), source.offset());
        byte[] head = Head.of(attempt).bytes();
        byte[] value = Arrays.copyOf(head, head.length + source.json().length);
        System.arraycopy(source.json(), 0, value, head.length, source.json().length);
        batch.put(segment, AttemptList.key(AttemptList.TENANT.prefix(attempt.tenant()), place), value);
        for (byte[] prefix : AttemptList.besides(attempt)) {
            batch.put(segment, AttemptList.key(prefix, place), head);
        }
    }

    /**
     * Walks a list, the newest first.
     *
     * @param after       from the one behind this on; null: from the first
     * @param sinceMillis down to those that started then
     * @param untilMillis from those before this moment on
     */
    void walk(byte[] prefix, @Nullable Place after, long sinceMillis, long untilMillis, Visitor visitor) {
        long newest = after == null ? untilMillis - 1 : Math.min(untilMillis - 1, after.startedAtMillis());
        Place begin = after != null && after.startedAtMillis() == newest ? after : new Place(newest, 0, 0);
        segments.read(() -> {
            for (ColumnFamilyHandle segment : segments.between(day(sinceMillis), day(newest))
                    .descendingMap()
                    .values()) {
                if (!walk(segment, AttemptList.key(prefix, begin), after, sinceMillis, visitor)) {
                    return false;
                }
            }
            return true;
        });
    }

    private boolean walk(
            ColumnFamilyHandle segment, byte[] begin, @Nullable Place after, long sinceMillis, Visitor visitor)
            throws RocksDBException {
        try (RocksIterator entries = segments.entries(segment)) {
            for (entries.seek(begin); entries.isValid(); entries.next()) {
                Place place = Place.read(ByteBuffer.wrap(entries.key()).position(AttemptList.PREFIX_BYTES));
                if (place.startedAtMillis() < sinceMillis) {
                    return false;
                }
                if (!place.equals(after) && !visitor.visit(place, entries.value())) {
                    return false;
                }
            }
            entries.status();
            return true;
        }
    }

    /** The attempt at a place, as it is on the topic; null where it is gone. */
    byte @Nullable [] json(String tenant, Place place) throws RocksDBException {
        byte[] key = AttemptList.key(AttemptList.TENANT.prefix(tenant), place);
        byte[] value = segments.get(day(place.startedAtMillis()), key);
        return value == null ? null : json(value);
    }

    /** The attempt as it is on the topic, of a value in its tenant's list. */
    static byte[] json(byte[] value) {
        return Arrays.copyOfRange(value, Head.BYTES, value.length);
    }

    /** Reads an attempt back. */
    static Attempt attempt(byte[] json) {
        try {
            return Attempt.fromJson(json);
        } catch (UndecodableRecord e) {
            throw new IllegalStateException("it was read before it was written here", e);
        }
    }

    /** What was counted of a tenant, by the minute in which attempts started. */
    NavigableMap<Long, Tally> minutes(String tenant, long sinceMillis, long untilMillis) {
        return slots(AttemptList.prefix(TENANT_SLOTS, tenant), sinceMillis, untilMillis, TENANT_SLOT_MILLIS);
    }

    /** What was counted of a subscription, by the five minutes in which attempts started. */
    NavigableMap<Long, Tally> fiveMinutes(String tenant, String subscription, long sinceMillis, long untilMillis) {
        byte[] prefix = AttemptList.prefix(SUBSCRIPTION_SLOTS, tenant, subscription);
        return slots(prefix, sinceMillis, untilMillis, SUBSCRIPTION_SLOT_MILLIS);
    }

    private NavigableMap<Long, Tally> slots(byte[] prefix, long sinceMillis, long untilMillis, long slotMillis) {
        long begin = slot(sinceMillis, slotMillis);
        return segments.read(() -> {
            NavigableMap<Long, Tally> found = new TreeMap<>();
            for (ColumnFamilyHandle segment :
                    segments.between(day(begin), day(untilMillis)).values()) {
                try (RocksIterator entries = segments.entries(segment)) {
                    for (entries.seek(slotKey(prefix, begin)); entries.isValid(); entries.next()) {
                        long slot = ByteBuffer.wrap(entries.key()).getLong(AttemptList.PREFIX_BYTES);
                        if (slot >= untilMillis) {
                            break;
                        }
                        found.put(slot, Tally.read(entries.value()));
                    }
                    entries.status();
                }
            }
            return found;
        });
    }

    /** Who fails, and since when. Live: safe to walk while it changes. */
    Collection<Streak> failing() {
        return Collections.unmodifiableCollection(failing.values());
    }

    /** Of one that fails; null where it doesn't. */
    @Nullable Streak streak(String tenant, String subscription) {
        return failing.get(Delivery.key(tenant, subscription));
    }

    /** Forgets the days that were over before a moment, and the failures of those of whom nothing was heard since. */
    void dropBefore(long millis) {
        segments.dropBefore(day(millis));
        recent.clear();
        List<String> silent = failing.entrySet().stream()
                .filter(streak -> streak.getValue().lastMillis() < millis)
                .map(Map.Entry::getKey)
                .toList();
        try (WriteBatch batch = new WriteBatch()) {
            for (String owner : silent) {
                batch.delete(segments.meta(), Streak.key(owner));
            }
            segments.write(batch);
            isStuck = false;
            silent.forEach(failing::remove);
        } catch (RocksDBException e) {
            throw Segments.failed(e);
        }
    }

    /**
     * Sees whether a folder can be written.
     *
     * @throws UncheckedIOException where it can't
     */
    static void tryDisk(Path folder) {
        Path trial = folder.resolve("trial");
        try {
            Files.write(trial, new byte[TRIAL_BYTES]);
            Files.delete(trial);
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " (control.state-dir) can't be written", e);
        }
    }

    @Override
    public void close() {
        segments.close();
    }

    private static List<byte[]> slots(Attempt attempt) {
        long at = attempt.startedAtMillis();
        String tenant = attempt.tenant();
        return List.of(
                slotKey(AttemptList.prefix(TENANT_SLOTS, tenant), slot(at, TENANT_SLOT_MILLIS)),
                slotKey(
                        AttemptList.prefix(SUBSCRIPTION_SLOTS, tenant, attempt.subscription()),
                        slot(at, SUBSCRIPTION_SLOT_MILLIS)));
    }

    private static long slot(long millis, long slotMillis) {
        return Math.floorDiv(millis, slotMillis) * slotMillis;
    }

    private static byte[] slotKey(byte[] prefix, long slot) {
        return ByteBuffer.allocate(AttemptList.PREFIX_BYTES + Long.BYTES)
                .put(prefix)
                .putLong(slot)
                .array();
    }

    private static byte[] partitionKey(int partition) {
        return ("position " + partition).getBytes(UTF_8);
    }

    private static long day(long millis) {
        return Math.floorDiv(millis, DAY_MILLIS);
    }
}
