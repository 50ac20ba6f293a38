package dev.fanfare.router;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.InvalidRecord;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.contract.topic.Topics;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * What a record of a tenant's own topic becomes: an event of that tenant, in binary mode, or a dead letter.
 *
 * <p>It is written anew with its attributes and these headers of ours alone: nobody says here that it was checked before.
 */
final class TenantEvent {
    private static final List<String> PASSED =
            List.of(EventRecords.TRACEPARENT, EventRecords.TRACESTATE, EventRecords.DEDUPLICATE, DeliveryRecords.RUN);

    private static final String TENANT = EventRecords.ATTRIBUTE_PREFIX + Event.TENANT;

    private TenantEvent() {}

    /**
     * What is to be written for it.
     *
     * @param tenant whose the topic is
     */
    static ProducerRecord<byte[], byte[]> of(
            ConsumerRecord<byte[], byte[]> message, String tenant, RouterMetrics metrics) {
        Event event;
        try {
            event = EventRecords.read(message.headers(), message.value(), tenant);
        } catch (InvalidRecord e) {
            metrics.invalid();
            return dead(message, tenant, Verdict.INVALID, String.valueOf(e.getMessage()));
        } catch (UndecodableRecord e) {
            metrics.undecodable();
            return dead(message, tenant, Verdict.UNDECODABLE, String.valueOf(e.getMessage()));
        }
        if (!tenant.equals(event.tenant())) {
            metrics.invalid();
            return dead(
                    message,
                    tenant,
                    Verdict.INVALID,
                    Event.TENANT + ": is '" + event.tenant() + "', but topic '" + message.topic()
                            + "' takes events of tenant '" + tenant + "' alone (router.tenant-of-topic)");
        }
        byte[] key = message.key() == null ? event.recordKey().getBytes(UTF_8) : message.key();
        Headers headers = new RecordHeaders();
        EventRecords.writeHeaders(event, headers);
        for (String name : PASSED) {
            Header header = message.headers().lastHeader(name);
            if (header != null) {
                headers.add(header);
            }
        }
        if (key.length + RecordBytes.of(event.data(), headers) > RecordBytes.MOST) {
            metrics.tooLarge();
            return dead(
                    message,
                    tenant,
                    Verdict.TOO_LARGE,
                    "too large: with its headers it leaves no room for ours in a record of "
                            + TopicLayout.MAX_RECORD_BYTES + " bytes");
        }
        return new ProducerRecord<>(Topics.EVENTS, null, key, event.data(), headers);
    }

    /** The topic's tenant is told of it, and nobody whom the record only names. */
    private static ProducerRecord<byte[], byte[]> dead(
            ConsumerRecord<byte[], byte[]> message, String tenant, Verdict why, String error) {
        message.headers().remove(TENANT).add(TENANT, tenant.getBytes(UTF_8));
        return DeadEvent.of(message, why, error);
    }
}
