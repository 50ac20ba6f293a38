package dev.fanfare.router;

import dev.fanfare.contract.topic.TopicLayout;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/** What a record takes on a topic: it must be known before it is produced, for the producer's refusal ends the thread. */
final class RecordBytes {
    /** More than what we add to a record, and what Kafka adds around it: 1,024 characters of error, ids, names. */
    private static final int ROOM_FOR_OURS = 8 * 1024;
    /** The most that is left for what comes from an event. */
    static final int MOST = TopicLayout.MAX_RECORD_BYTES - ROOM_FOR_OURS;

    /** The lengths of a name and a value, each at most five bytes. */
    private static final int HEADER_OVERHEAD = 10;

    private RecordBytes() {}

    static long of(byte @Nullable [] value, Iterable<Header> headers) {
        long bytes = value == null ? 0 : value.length;
        for (Header header : headers) {
            bytes += Utils.utf8Length(header.key()) + HEADER_OVERHEAD;
            bytes += header.value() == null ? 0 : header.value().length;
        }
        return bytes;
    }
}
