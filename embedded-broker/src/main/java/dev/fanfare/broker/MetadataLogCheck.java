package dev.fanfare.broker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.record.internal.FileLogInputStream.FileChannelRecordBatch;
import org.apache.kafka.common.record.internal.FileRecords;

/**
 * Reads the metadata log before Kafka does. Kafka cuts a log at the first batch that it can't read, which on a single
 * node means: it forgets every topic behind that point, silently.
 *
 * <pre>
 *   sound:    [batch][batch][ba            cut off by a crash while it was written: Kafka may drop it
 *   damaged:  [batch][b?tch][batch]        a wrong checksum, or a rest that can't be the start of the next batch
 * </pre>
 */
final class MetadataLogCheck {

    static final String METADATA_LOG = "__cluster_metadata-0";

    /** Offset (8), size (4), leader epoch (4), magic (1): the same place in every batch, as in Kafka's record format. */
    private static final int HEADER_BYTES = 17;

    private static final int LARGEST_METADATA_BATCH_BYTES = 8 << 20;
    private static final byte MAGIC = 2;

    private MetadataLogCheck() {}

    /** @throws CorruptRecordException if the log is damaged, not just cut off at its end */
    static void check(Path dataDir) throws IOException {
        Path metadataLog = dataDir.resolve(METADATA_LOG);
        if (!Files.isDirectory(metadataLog)) {
            refuseTopicsWithoutIt(dataDir);
            return;
        }
        try (DirectoryStream<Path> segments = Files.newDirectoryStream(metadataLog, "*.log")) {
            for (Path segment : segments) {
                try (FileRecords records = FileRecords.open(segment.toFile(), false)) {
                    checkSegment(records, segment.getFileName().toString());
                }
            }
        }
    }

    private static void refuseTopicsWithoutIt(Path dataDir) throws IOException {
        try (DirectoryStream<Path> partitions = Files.newDirectoryStream(dataDir, "?*-[0-9]*")) {
            for (Path partition : partitions) {
                throw new CorruptRecordException(
                        METADATA_LOG + " is missing although there is " + partition.getFileName());
            }
        }
    }

    private static void checkSegment(FileRecords records, String name) throws IOException {
        int end = 0;
        OptionalLong nextOffset = OptionalLong.empty();
        for (FileChannelRecordBatch batch : records.batches()) {
            batch.ensureValid();
            end = batch.position() + batch.sizeInBytes();
            nextOffset = OptionalLong.of(batch.nextOffset());
        }
        if (records.sizeInBytes() - end >= HEADER_BYTES) {
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
            records.readInto(header, end);
            boolean startsTheNextBatch = (nextOffset.isEmpty() || header.getLong(0) == nextOffset.getAsLong())
                    && header.getInt(8) > 0
                    && header.getInt(8) <= LARGEST_METADATA_BATCH_BYTES
                    && header.get(16) == MAGIC;
            if (!startsTheNextBatch) {
                throw new CorruptRecordException("the metadata log " + name + " is damaged at byte " + end);
            }
        }
    }
}
