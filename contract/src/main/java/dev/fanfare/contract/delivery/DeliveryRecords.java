package dev.fanfare.contract.delivery;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Deliveries on their topics (deliveries, tiers, parked, dead letters). The value is the event's data, untouched; the
 * event's own headers ({@code ce_*}, {@code content-type}, {@code traceparent}) go along; ours begin with
 * {@code fanfare-}.
 *
 * <p>The map of our headers:
 * <pre>
 * who        fanfare-delivery-id  fanfare-subscription  fanfare-generation  fanfare-subscription-version
 * since      fanfare-accepted-at  fanfare-schedule-started-at  fanfare-first-attempt-at  fanfare-last-attempt-at
 * how often  fanfare-attempts  fanfare-total-attempts  fanfare-deferrals
 * in a tier  fanfare-delay-ms                       what was left to wait when the record was appended
 * dead       fanfare-reason  fanfare-status  fanfare-error  fanfare-origin
 * replayed   fanfare-run
 * </pre>
 */
public final class DeliveryRecords {
    public static final String DELIVERY_ID = "fanfare-delivery-id";
    public static final String SUBSCRIPTION = "fanfare-subscription";
    public static final String GENERATION = "fanfare-generation";
    public static final String SUBSCRIPTION_VERSION = "fanfare-subscription-version";
    public static final String ACCEPTED_AT = "fanfare-accepted-at";
    public static final String SCHEDULE_STARTED_AT = "fanfare-schedule-started-at";
    public static final String FIRST_ATTEMPT_AT = "fanfare-first-attempt-at";
    public static final String LAST_ATTEMPT_AT = "fanfare-last-attempt-at";
    public static final String ATTEMPTS = "fanfare-attempts";
    public static final String TOTAL_ATTEMPTS = "fanfare-total-attempts";
    public static final String DEFERRALS = "fanfare-deferrals";
    /**
     * On a tier: how many milliseconds were left to wait when this record was appended. Counted from the record's
     * append time, which the broker's clock gave, so that no other clock matters.
     */
    public static final String DELAY_MS = "fanfare-delay-ms";
    /** On a dead letter: why, as {@link Verdict#text()}. */
    public static final String REASON = "fanfare-reason";
    /** On a dead letter: the last HTTP status, where there was one. */
    public static final String STATUS = "fanfare-status";
    /** On a dead letter: the last error in words. */
    public static final String ERROR = "fanfare-error";
    /** On a dead letter: {@code topic/partition/offset} of the record that it was. */
    public static final String ORIGIN = "fanfare-origin";

    /** On what was replayed, from then on: the id of the {@link dev.fanfare.contract.run.Run} that did it last. */
    public static final String RUN = "fanfare-run";

    private static final String TENANT = EventRecords.ATTRIBUTE_PREFIX + Event.TENANT;
    private static final String EVENT_ID = EventRecords.ATTRIBUTE_PREFIX + Event.ID;
    private static final String EVENT_TYPE = EventRecords.ATTRIBUTE_PREFIX + Event.TYPE;

    private DeliveryRecords() {}

    /** Writes all that identifies a delivery beside the event's own headers, which must be there already. */
    public static void writeHeaders(Delivery delivery, Headers headers) {
        RecordHeaders.put(headers, TENANT, delivery.tenant());
        RecordHeaders.put(headers, DELIVERY_ID, delivery.id());
        RecordHeaders.put(headers, SUBSCRIPTION, delivery.subscriptionId());
        RecordHeaders.put(headers, GENERATION, delivery.generation().toString());
        RecordHeaders.put(headers, SUBSCRIPTION_VERSION, delivery.version().text());
        RecordHeaders.put(headers, ACCEPTED_AT, delivery.acceptedAtMillis());
        writeProgress(delivery.progress(), headers);
        if (delivery.run() != null) {
            RecordHeaders.put(headers, RUN, delivery.run());
        }
    }

    /** Writes the progress in place of what was there. A fresh delivery carries no progress headers. */
    public static void writeProgress(Progress progress, Headers headers) {
        putUnlessZero(headers, ATTEMPTS, progress.attempts());
        putUnlessZero(headers, TOTAL_ATTEMPTS, progress.totalAttempts());
        putUnlessZero(headers, DEFERRALS, progress.deferrals());
        putUnlessZero(headers, SCHEDULE_STARTED_AT, progress.scheduleStartedAtMillis());
        putUnlessZero(headers, FIRST_ATTEMPT_AT, progress.firstAttemptAtMillis());
        putUnlessZero(headers, LAST_ATTEMPT_AT, progress.lastAttemptAtMillis());
    }

    /**
     * Reads what {@link #writeHeaders} wrote. In one pass: to look for each header among all was a tenth of what a delivery
     * cost.
     *
     * @throws UndecodableRecord naming the header at fault
     */
    public static Delivery read(Headers headers) throws UndecodableRecord {
        return new Found(headers).delivery();
    }

    /** Reads the progress; absent headers are zero. */
    public static Progress readProgress(Headers headers) throws UndecodableRecord {
        return new Found(headers).progress();
    }

    /** Of headers that stand there twice, the last. */
    private static final class Found {
        private @Nullable String id;
        private @Nullable String tenant;
        private @Nullable String subscription;
        private @Nullable String generation;
        private @Nullable String version;
        private @Nullable String eventId;
        private @Nullable String eventType;
        private @Nullable String acceptedAt;
        private @Nullable String attempts;
        private @Nullable String totalAttempts;
        private @Nullable String deferrals;
        private @Nullable String scheduleStartedAt;
        private @Nullable String firstAttemptAt;
        private @Nullable String lastAttemptAt;
        private @Nullable String run;

        Found(Headers headers) {
            for (Header header : headers) {
                take(header);
            }
        }

        private void take(Header header) {
            switch (header.key()) {
                case DELIVERY_ID -> id = RecordHeaders.text(header);
                case TENANT -> tenant = RecordHeaders.text(header);
                case SUBSCRIPTION -> subscription = RecordHeaders.text(header);
                case GENERATION -> generation = RecordHeaders.text(header);
                case SUBSCRIPTION_VERSION -> version = RecordHeaders.text(header);
                case EVENT_ID -> eventId = RecordHeaders.text(header);
                case EVENT_TYPE -> eventType = RecordHeaders.text(header);
                case ACCEPTED_AT -> acceptedAt = RecordHeaders.text(header);
                case ATTEMPTS -> attempts = RecordHeaders.text(header);
                case TOTAL_ATTEMPTS -> totalAttempts = RecordHeaders.text(header);
                case DEFERRALS -> deferrals = RecordHeaders.text(header);
                case SCHEDULE_STARTED_AT -> scheduleStartedAt = RecordHeaders.text(header);
                case FIRST_ATTEMPT_AT -> firstAttemptAt = RecordHeaders.text(header);
                case LAST_ATTEMPT_AT -> lastAttemptAt = RecordHeaders.text(header);
                case RUN -> run = RecordHeaders.text(header);
                default -> {} // the event's own
            }
        }

        Delivery delivery() throws UndecodableRecord {
            String creation = RecordHeaders.required(GENERATION, generation);
            UUID uuid;
            try {
                uuid = UUID.fromString(creation);
            } catch (IllegalArgumentException e) {
                throw new UndecodableRecord("header '" + GENERATION + "' holds '" + creation + "', not a UUID");
            }
            return new Delivery(
                    RecordHeaders.required(DELIVERY_ID, id),
                    RecordHeaders.required(TENANT, tenant),
                    RecordHeaders.required(SUBSCRIPTION, subscription),
                    uuid,
                    SubscriptionVersion.parse(RecordHeaders.required(SUBSCRIPTION_VERSION, version)),
                    RecordHeaders.required(EVENT_ID, eventId),
                    RecordHeaders.required(EVENT_TYPE, eventType),
                    RecordHeaders.number(ACCEPTED_AT, RecordHeaders.required(ACCEPTED_AT, acceptedAt)),
                    progress(),
                    run);
        }

        Progress progress() throws UndecodableRecord {
            return new Progress(
                    count(ATTEMPTS, attempts),
                    count(TOTAL_ATTEMPTS, totalAttempts),
                    count(DEFERRALS, deferrals),
                    numberOrZero(SCHEDULE_STARTED_AT, scheduleStartedAt),
                    numberOrZero(FIRST_ATTEMPT_AT, firstAttemptAt),
                    numberOrZero(LAST_ATTEMPT_AT, lastAttemptAt));
        }

        private static long numberOrZero(String name, @Nullable String text) throws UndecodableRecord {
            return text == null ? 0 : RecordHeaders.number(name, text);
        }

        private static int count(String name, @Nullable String text) throws UndecodableRecord {
            long number = numberOrZero(name, text);
            if (number < 0 || number > Integer.MAX_VALUE) {
                throw new UndecodableRecord("header '" + name + "' holds " + number + ", which is out of range");
            }
            return (int) number;
        }
    }

    private static void putUnlessZero(Headers headers, String name, long value) {
        if (value == 0) {
            headers.remove(name);
        } else {
            RecordHeaders.put(headers, name, value);
        }
    }
}
