package dev.fanfare.ingest;

import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.runtime.config.ByteSize;
import dev.fanfare.runtime.config.InvalidSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How events are taken in. */
@ConfigMapping(prefix = "ingest")
public interface IngestSettings {
    /** The largest request body; a larger one is answered 413. */
    @WithDefault("1MiB")
    ByteSize maxBody();

    /**
     * How many bytes of events may wait for Kafka's acknowledgement at once; what comes beyond is answered 503. The
     * producer needs at most about twice as much memory.
     */
    @WithDefault("32MiB")
    ByteSize buffer();

    /** How long a request waits for Kafka's acknowledgement before it is answered 503. */
    @WithDefault("10s")
    Duration ackTimeout();

    /** Room in a record for the attributes at their limits and what later stages add. */
    int HEADROOM_BYTES = 256 * 1024;

    /**
     * Checks how the settings relate.
     *
     * @throws InvalidSettings with every fault
     */
    static void check(IngestSettings settings) {
        List<String> faults = new ArrayList<>();
        long largest = TopicLayout.MAX_RECORD_BYTES - HEADROOM_BYTES;
        if (settings.maxBody().bytes() < 1 || settings.maxBody().bytes() > largest) {
            faults.add("ingest.max-body: " + settings.maxBody() + " is out of range: 1B to " + new ByteSize(largest)
                    + ", so that the record fits the topics");
        }
        if (settings.buffer().bytes() < 2 * settings.maxBody().bytes()) {
            faults.add("ingest.buffer: " + settings.buffer() + " must hold two bodies of ingest.max-body ("
                    + settings.maxBody() + ") or more");
        }
        if (settings.ackTimeout().compareTo(Duration.ofMillis(500)) < 0
                || settings.ackTimeout().compareTo(Duration.ofMinutes(2)) > 0) {
            faults.add("ingest.ack-timeout: " + DurationText.format(settings.ackTimeout())
                    + " is out of range: 500ms to 2m");
        }
        if (!faults.isEmpty()) {
            throw new InvalidSettings(faults);
        }
    }
}
