package dev.fanfare.ingest;

import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.catalog.Quota;
import dev.fanfare.contract.subscription.Subscription.RateLimit;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.runtime.config.ByteSize;
import dev.fanfare.runtime.config.InvalidSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How events are taken in. */
@ConfigMapping(prefix = "ingest")
public interface IngestSettings {
    /** The largest request body, unpacked where it came compressed; a larger one is answered 413. */
    @WithDefault("1MiB")
    ByteSize maxBody();

    /** The most events in one request; more are answered 413. */
    @WithDefault("1000")
    int maxBatch();

    /** How long a body may take to come, so that nobody keeps it coming for ever; then it is answered 408. */
    @WithDefault("30s")
    Duration bodyTimeout();

    /**
     * How many bytes of events may wait for Kafka's acknowledgement at once, and of bodies be read; what comes beyond
     * is answered 503. The producer needs at most about twice as much memory.
     */
    @WithDefault("32MiB")
    ByteSize buffer();

    /** How long a request waits for Kafka's acknowledgement before it is answered 503. */
    @WithDefault("10s")
    Duration ackTimeout();

    /**
     * Events a second that are taken from each tenant whose own record names no limit; what comes faster is answered 429.
     * Without it there is none.
     */
    Optional<Double> rateLimit();

    /**
     * Events that are taken in a calendar day (UTC) from each tenant whose own record names no quota; what comes beyond is
     * answered 429 until the next begins. Without it there is none.
     */
    Optional<Long> quotaPerDay();

    /** The same of a calendar month. */
    Optional<Long> quotaPerMonth();

    /**
     * How many instances share the limits and quotas of tenants and keys: each takes as large a part of them. With 1, each
     * takes all of it, as they know nothing of one another.
     */
    @WithDefault("1")
    int instances();

    /** As many as somebody would run, and no typing error. */
    int MOST_INSTANCES = 1_000;

    /** More would keep the event loop, which serves others too, for longer than 100 ms. */
    int MOST_IN_A_BATCH = 10_000;

    /** What an event takes in memory beside what its request brought: objects, and the attributes that are filled in. */
    int EVENT_BYTES = 1_024;

    /** Room in a record for the attributes at their limits and what later stages add. */
    int HEADROOM_BYTES = 256 * 1024;

    /** Of tenants that have none of their own. */
    static Quota defaultQuota(IngestSettings settings) {
        return new Quota(
                settings.quotaPerDay().orElse(null), settings.quotaPerMonth().orElse(null));
    }

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
        if (settings.maxBatch() < 1 || settings.maxBatch() > MOST_IN_A_BATCH) {
            faults.add("ingest.max-batch: " + settings.maxBatch() + " is out of range: 1 to " + MOST_IN_A_BATCH);
        }
        long leastBuffer = 2 * settings.maxBody().bytes() + (long) settings.maxBatch() * EVENT_BYTES;
        if (settings.buffer().bytes() < leastBuffer) {
            faults.add("ingest.buffer: " + settings.buffer() + " must hold two bodies of ingest.max-body ("
                    + settings.maxBody() + ") and ingest.max-batch events of " + new ByteSize(EVENT_BYTES)
                    + " beside their data: " + new ByteSize(leastBuffer) + " or more");
        }
        if (settings.bodyTimeout().compareTo(Duration.ofSeconds(1)) < 0
                || settings.bodyTimeout().compareTo(Duration.ofMinutes(10)) > 0) {
            faults.add("ingest.body-timeout: " + DurationText.format(settings.bodyTimeout())
                    + " is out of range: 1s to 10m");
        }
        if (settings.ackTimeout().compareTo(Duration.ofMillis(500)) < 0
                || settings.ackTimeout().compareTo(Duration.ofMinutes(2)) > 0) {
            faults.add("ingest.ack-timeout: " + DurationText.format(settings.ackTimeout())
                    + " is out of range: 500ms to 2m");
        }
        settings.rateLimit().ifPresent(perSecond -> {
            try {
                new RateLimit(perSecond);
            } catch (IllegalArgumentException e) {
                faults.add("ingest.rate-limit: " + e.getMessage());
            }
        });
        if (settings.instances() < 1 || settings.instances() > MOST_INSTANCES) {
            faults.add("ingest.instances: " + settings.instances() + " is out of range: 1 to " + MOST_INSTANCES);
        }
        try {
            defaultQuota(settings);
        } catch (IllegalArgumentException e) {
            faults.add("ingest.quota-per-day, ingest.quota-per-month: " + e.getMessage());
        }
        if (!faults.isEmpty()) {
            throw new InvalidSettings(faults);
        }
    }
}
