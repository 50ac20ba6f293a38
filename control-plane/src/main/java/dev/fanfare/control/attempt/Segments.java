package dev.fanfare.control.attempt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.IndexType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.WriteOptions;

/**
 * A folder of RocksDB with a segment for each day, so that a day that is over is dropped as a whole, and one part for what
 * belongs to no day. All segments are flushed together and there is no log: a process that dies finds an earlier state
 * that is whole.
 *
 * <p>One thread writes and drops; reading is safe from any. What is read must be read within {@link #read}, which keeps
 * segments from being dropped meanwhile.
 */
final class Segments implements AutoCloseable {
    private static final byte[] IDENTITY = "identity".getBytes(UTF_8);
    private static final long MOST_WRITE_BUFFER_BYTES = 16L * 1024 * 1024;

    static {
        RocksDB.loadLibrary();
    }

    /** Something that reads. */
    @FunctionalInterface
    interface Reading<T> {
        T read() throws RocksDBException;
    }

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final NavigableMap<Long, ColumnFamilyHandle> byDay = new ConcurrentSkipListMap<>();
    private final List<AutoCloseable> resources = new ArrayList<>();
    private final ColumnFamilyOptions options;
    private final ReadOptions inPrefix;
    private final WriteOptions noLog;
    private final RocksDB db;
    private final ColumnFamilyHandle meta;
    private boolean closed;

    private Segments(Path folder, int prefixBytes, long memoryBytes) throws RocksDBException {
        // in one piece: its shards would be too small for what write buffers take in them, and lose all else
        Cache cache = own(new LRUCache(memoryBytes, 0));
        BlockBasedTableConfig table = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setCacheIndexAndFilterBlocks(true)
                // in pieces: ten million attempts have more filters than memory
                .setIndexType(IndexType.kTwoLevelIndexSearch)
                .setPartitionFilters(true)
                .setPinTopLevelIndexAndFilter(true)
                .setFilterPolicy(own(new BloomFilter(10)));
        options = own(new ColumnFamilyOptions())
                .setTableFormatConfig(table)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setWriteBufferSize(Math.min(MOST_WRITE_BUFFER_BYTES, memoryBytes / 4))
                .useFixedLengthPrefixExtractor(prefixBytes);
        inPrefix = own(new ReadOptions()).setPrefixSameAsStart(true);
        noLog = own(new WriteOptions()).setDisableWAL(true);
        DBOptions dbOptions = own(new DBOptions())
                .setCreateIfMissing(true)
                .setAtomicFlush(true)
                .setKeepLogFileNum(2)
                .setWriteBufferManager(own(new WriteBufferManager(memoryBytes / 2, cache)));
        List<ColumnFamilyDescriptor> found = new ArrayList<>();
        for (byte[] name : families(folder)) {
            found.add(new ColumnFamilyDescriptor(name, options));
        }
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        db = RocksDB.open(dbOptions, folder.toString(), found, handles);
        meta = handles.get(0);
        for (int i = 1; i < handles.size(); i++) {
            byDay.put(Long.parseLong(new String(found.get(i).getName(), UTF_8)), handles.get(i));
        }
    }

    /**
     * Opens what is there; what can't be used, or is something else, is deleted first.
     *
     * @param identity    what the folder is about, in which form
     * @param prefixBytes how many bytes all keys of one list begin with
     * @param memoryBytes of native memory, for caches and write buffers together
     * @throws IllegalStateException where another process has it open, or the folder can't be written
     */
    static Segments open(Path folder, String identity, int prefixBytes, long memoryBytes) {
        byte[] wanted = identity.getBytes(UTF_8);
        try {
            Files.createDirectories(folder);
            Segments found = new Segments(folder, prefixBytes, memoryBytes);
            if (Arrays.equals(found.meta(IDENTITY), wanted)) {
                return found;
            }
            found.close();
        } catch (IOException e) {
            throw new IllegalStateException("folder " + folder + " can't be written (control.state-dir): " + e, e);
        } catch (RocksDBException e) {
            // the lock's file, by its name: "block checksum mismatch" is damage
            if (String.valueOf(e.getMessage()).contains("/LOCK:")) {
                throw new IllegalStateException(
                        "folder " + folder + " is in use by another process: give each its own control.state-dir", e);
            }
            // damaged: what it held is made again
        }
        try {
            delete(folder);
            Files.createDirectories(folder);
            Segments made = new Segments(folder, prefixBytes, memoryBytes);
            made.db.put(made.meta, made.noLog, IDENTITY, wanted);
            return made;
        } catch (IOException | RocksDBException e) {
            throw new IllegalStateException("folder " + folder + " can't be used (control.state-dir): " + e, e);
        }
    }

    /** Keeps segments from being dropped while something is read. */
    <T> T read(Reading<T> reading) {
        lock.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the index of attempts is closed");
            }
            return reading.read();
        } catch (RocksDBException e) {
            throw failed(e);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** The segments of these days, the oldest first. */
    NavigableMap<Long, ColumnFamilyHandle> between(long firstDay, long lastDay) {
        return firstDay > lastDay ? new ConcurrentSkipListMap<>() : byDay.subMap(firstDay, true, lastDay, true);
    }

    /** Entries whose keys begin as the first one that is sought. The caller closes it. */
    RocksIterator entries(ColumnFamilyHandle segment) {
        return db.newIterator(segment, inPrefix);
    }

    byte @Nullable [] get(long day, byte[] key) throws RocksDBException {
        ColumnFamilyHandle segment = byDay.get(day);
        return segment == null ? null : db.get(segment, key);
    }

    byte @Nullable [] meta(byte[] key) throws RocksDBException {
        return db.get(meta, key);
    }

    ColumnFamilyHandle meta() {
        return meta;
    }

    /** A day's segment; made where it isn't there. */
    ColumnFamilyHandle segment(long day) throws RocksDBException {
        ColumnFamilyHandle known = byDay.get(day);
        if (known != null) {
            return known;
        }
        ColumnFamilyHandle made = db.createColumnFamily(
                new ColumnFamilyDescriptor(Long.toString(day).getBytes(UTF_8), options));
        byDay.put(day, made);
        return made;
    }

    /** Writes all of it, or nothing. */
    void write(WriteBatch batch) throws RocksDBException {
        db.write(noLog, batch);
    }

    /** Drops the days before one. */
    void dropBefore(long day) {
        lock.writeLock().lock();
        try {
            for (Map.Entry<Long, ColumnFamilyHandle> old :
                    List.copyOf(byDay.headMap(day, false).entrySet())) {
                byDay.remove(old.getKey());
                db.dropColumnFamily(old.getValue());
                old.getValue().close();
            }
        } catch (RocksDBException e) {
            throw failed(e);
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            try {
                flush();
            } finally {
                // or its lock would keep others out, us included
                giveBack();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void giveBack() {
        byDay.values().forEach(ColumnFamilyHandle::close);
        meta.close();
        db.close();
        for (int i = resources.size() - 1; i >= 0; i--) {
            closeOne(resources.get(i));
        }
    }

    private void flush() {
        List<ColumnFamilyHandle> all = new ArrayList<>(byDay.values());
        all.add(meta);
        try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
            db.flush(wait, all);
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    private static void closeOne(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            throw new IllegalStateException("native memory is not given back: " + e, e);
        }
    }

    private <T extends AutoCloseable> T own(T resource) {
        resources.add(resource);
        return resource;
    }

    private static List<byte[]> families(Path folder) throws RocksDBException {
        List<byte[]> names = new ArrayList<>(List.of(RocksDB.DEFAULT_COLUMN_FAMILY));
        try (Options any = new Options()) {
            for (byte[] name : RocksDB.listColumnFamilies(any, folder.toString())) {
                if (!Arrays.equals(name, RocksDB.DEFAULT_COLUMN_FAMILY)) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("deleting " + folder + " (control.state-dir) failed", e);
        }
    }

    static IllegalStateException failed(RocksDBException e) {
        return new IllegalStateException(
                "the index of attempts failed: look after the disk under control.state-dir; what is in it can be"
                        + " deleted while the process is stopped",
                e);
    }
}
