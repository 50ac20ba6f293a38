package dev.fanfare.router;

import dev.fanfare.runtime.config.ByteSize;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.WriteBufferManager;

/**
 * The memory that all stores of one router share. Native: without it each of their files' folders (three for each
 * partition) would take 50 MiB of cache and up to 48 MiB of write buffers of its own. And as much again on the heap, for
 * the {@link Fingerprints} before them, if they need it.
 *
 * <p>Nothing native is loaded before the first store is opened. Safe from any thread; close it after the stores.
 */
final class StoreMemory implements AutoCloseable {
    /** Small, since many stores share little; a full one is a file of 4 MiB, which holds some 60,000 events. */
    private static final long WRITE_BUFFER_BYTES = 4L * 1024 * 1024;

    private final ByteSize size;
    private long heapLeft;
    private @Nullable Cache cache;
    private @Nullable WriteBufferManager writeBuffers;

    StoreMemory(ByteSize size) {
        this.size = size;
        this.heapLeft = size.bytes();
    }

    /** Has a store use this memory. */
    synchronized void applyTo(Options options) {
        if (cache == null) {
            cache = new LRUCache(size.bytes());
            writeBuffers = new WriteBufferManager(size.bytes() / 2, cache);
        }
        BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
        table.setBlockCache(cache);
        table.setCacheIndexAndFilterBlocks(true);
        options.setTableFormatConfig(table);
        options.setWriteBufferManager(writeBuffers);
        options.setWriteBufferSize(WRITE_BUFFER_BYTES);
    }

    /** Takes so much of the heap's part; false, and nothing is taken, where there isn't so much left. */
    synchronized boolean take(long bytes) {
        if (bytes > heapLeft) {
            return false;
        }
        heapLeft -= bytes;
        return true;
    }

    /** Gives back what was taken. */
    synchronized void giveBack(long bytes) {
        heapLeft += bytes;
    }

    @Override
    public synchronized void close() {
        if (writeBuffers != null) {
            writeBuffers.close();
            writeBuffers = null;
        }
        if (cache != null) {
            cache.close();
            cache = null;
        }
    }
}
