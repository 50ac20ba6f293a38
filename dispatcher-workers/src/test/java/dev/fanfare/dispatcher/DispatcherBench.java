package dev.fanfare.dispatcher;

import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.SubscriptionVersion;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.contract.signing.SigningKey;
import dev.fanfare.contract.signing.WebhookSecret;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.SealedSecret;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.dispatcher.address.AddressBook;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.config.TopicSettings;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.lifecycle.RoleContext;
import dev.fanfare.runtime.secret.KeysetFile;
import dev.fanfare.runtime.secret.SecretSettings;
import dev.fanfare.testkit.TestBroker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;

/** Dispatchers on a real broker, and the records that the other roles would write. Closes what it started. */
final class DispatcherBench implements AutoCloseable {
    /** Only a test that fails waits so long; a busy machine has the time it needs. */
    static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final AtomicInteger NUMBER = new AtomicInteger();

    static {
        Awaitility.setDefaultTimeout(PATIENCE);
    }

    final TestBroker broker;
    private final List<MeterRegistry> meters = new ArrayList<>();
    private final Path keyset;
    private final SecretSeal seal;
    private final List<DispatcherRole> started = new ArrayList<>();

    DispatcherBench(TestBroker broker, Path folder) {
        this.broker = broker;
        this.keyset = folder.resolve("keyset-" + NUMBER.incrementAndGet() + ".json");
        try {
            KeysetFile.create(keyset);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.seal = KeysetFile.open(keyset);
    }

    /** A subscription as it stands on the topic. */
    record Subscribed(Subscription subscription, SubscriptionVersion version, SigningKey secret) {
        String id() {
            return subscription.id();
        }
    }

    DispatcherRole start(String... settings) {
        return startAs("one", settings);
    }

    DispatcherRole startAs(String instance, String... settings) {
        return start(instance, InetAddress::getAllByName, settings);
    }

    DispatcherRole start(String instance, AddressBook.Lookup lookup, String... settings) {
        DispatcherRole role = new DispatcherRole(context(instance, settings), lookup);
        started.add(role);
        role.start();
        Awaitility.await().atMost(PATIENCE).until(() -> role.readiness().isReady());
        return role;
    }

    Path keyset() {
        return keyset;
    }

    private RoleContext context(String instance, String... settings) {
        MeterRegistry own = new SimpleMeterRegistry();
        meters.add(own);
        return context(broker.bootstrapServers(), keyset, own, instance, settings);
    }

    static RoleContext context(
            String bootstrapServers, Path keyset, MeterRegistry meters, String instance, String... settings) {
        Map<String, String> values = new HashMap<>(Map.of(
                "dispatcher.allow-loopback", "true",
                "dispatcher.commit-interval", "100ms",
                "topics.retry-tiers", "1s,2s,5s",
                "topics.delivery-partitions", "2",
                "secrets.keyset-file", keyset.toString()));
        for (int i = 0; i < settings.length; i += 2) {
            values.put(settings[i], settings[i + 1]);
        }
        Settings loaded = Settings.load(
                null, Map.of(), values, List.of(DispatcherSettings.class, TopicSettings.class, SecretSettings.class));
        return new RoleContext(
                instance,
                loaded,
                KafkaConnection.to(bootstrapServers),
                meters,
                null,
                Clock.systemUTC(),
                new SecureRandom());
    }

    Subscribed subscribe(String url, String... schedule) {
        return put(subscription("sub-" + NUMBER.incrementAndGet(), url, schedule));
    }

    Subscribed subscribeFor(Duration timeout, String url) {
        return put(subscription("sub-" + NUMBER.incrementAndGet(), timeout, url));
    }

    Subscription subscription(String id, String url, String... schedule) {
        return subscription(id, Duration.ofSeconds(2), url, schedule);
    }

    private static Subscription subscription(String id, Duration timeout, String url, String... schedule) {
        return Subscription.builder("acme", id, UUID.randomUUID(), URI.create(url))
                .timeout(DurationText.format(timeout))
                .retry(new Subscription.Retry(List.of(schedule)))
                .createdAtMillis(1)
                .updatedAtMillis(1)
                .build();
    }

    /** Writes it with a secret of its own. */
    Subscribed put(Subscription plain) {
        WebhookSecret secret = WebhookSecret.mint(new SecureRandom());
        return put(plain, secret, seal);
    }

    /** Seals a credential for a subscription. */
    SealedSecret credential(String secret, Subscription of) {
        return seal.seal(secret, SecretSeal.Purpose.CREDENTIAL, of.key(), 1);
    }

    /** Writes it with a signing key of the caller's. */
    Subscribed put(Subscription plain, SigningKey key) {
        return put(plain, key, seal);
    }

    Subscribed put(Subscription plain, SigningKey secret, SecretSeal with) {
        Subscription sealed = plain.toBuilder()
                .secrets(List.of(with.seal(secret, plain.key(), 1)))
                .build();
        RecordMetadata at =
                broker.send(new ProducerRecord<>(Topics.SUBSCRIPTIONS, bytes(sealed.key()), sealed.toJson()));
        return new Subscribed(sealed, new SubscriptionVersion(subscriptionsTopicId(), at.offset()), secret);
    }

    SubscriptionVersion delete(Subscribed gone) {
        RecordMetadata at = broker.send(new ProducerRecord<>(
                Topics.SUBSCRIPTIONS, bytes(gone.subscription().key()), null));
        return new SubscriptionVersion(subscriptionsTopicId(), at.offset());
    }

    String subscriptionsTopicId() {
        try {
            return broker.admin()
                    .describeTopics(List.of(Topics.SUBSCRIPTIONS))
                    .allTopicNames()
                    .get()
                    .get(Topics.SUBSCRIPTIONS)
                    .topicId()
                    .toString();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    Delivery delivery(Subscribed to, String eventId) {
        return delivery(to, eventId, "order.created");
    }

    private Delivery delivery(Subscribed to, String eventId, String type) {
        Subscription subscription = to.subscription();
        return new Delivery(
                DeliveryId.of("acme", "/test", eventId, subscription.id(), subscription.generation()),
                subscription.tenant(),
                subscription.id(),
                subscription.generation(),
                to.version(),
                eventId,
                type,
                System.currentTimeMillis(),
                Progress.NONE);
    }

    /** As the router writes it; the partition is fixed so that tests know who shares one. */
    Delivery deliver(Subscribed to, String eventId, String body) {
        Delivery delivery = delivery(to, eventId);
        broker.send(record(delivery, body));
        return delivery;
    }

    /** With an event of another type. */
    Delivery deliver(Subscribed to, String eventId, String type, String body) {
        Delivery delivery = delivery(to, eventId, type);
        broker.send(record(delivery, body));
        return delivery;
    }

    /** Quicker than one after the other. */
    void deliverMany(List<Subscribed> all, int each, String body) {
        try (Producer<byte[], byte[]> producer =
                KafkaConnection.to(broker.bootstrapServers()).producer("many", Map.of())) {
            for (int i = 0; i < each; i++) {
                for (Subscribed to : all) {
                    Future<RecordMetadata> unused = producer.send(record(delivery(to, "many-" + i), body));
                }
            }
            producer.flush();
        }
    }

    ProducerRecord<byte[], byte[]> record(Delivery delivery, String body) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(Topics.DELIVERIES, 0, bytes(delivery.key()), bytes(body));
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put(Event.ID, delivery.eventId());
        attributes.put(Event.SOURCE, "/test");
        attributes.put(Event.TYPE, delivery.eventType());
        attributes.put(Event.SUBJECT, "Größe 42%");
        attributes.put(Event.TENANT, delivery.tenant());
        EventRecords.writeHeaders(new Event(attributes, "application/json", bytes(body)), record.headers());
        RecordHeaders.put(
                record.headers(), EventRecords.TRACEPARENT, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        DeliveryRecords.writeHeaders(delivery, record.headers());
        return record;
    }

    /** What the attempts topic holds about a subscription, in order. */
    List<Attempt> attempts(Subscribed of) {
        return broker.records(Topics.ATTEMPTS).stream()
                .map(DispatcherBench::attempt)
                .filter(attempt -> attempt.subscription().equals(of.id()))
                .toList();
    }

    List<Attempt> awaitAttempts(Subscribed of, int count) {
        return Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> attempts(of), attempts -> attempts.size() >= count);
    }

    /** What a topic holds about a subscription. */
    List<ConsumerRecord<byte[], byte[]>> records(String topic, Subscribed of) {
        return broker.records(topic).stream()
                .filter(record -> of.id().equals(header(record, DeliveryRecords.SUBSCRIPTION)))
                .toList();
    }

    /** What the tiers hold about a subscription. */
    List<ConsumerRecord<byte[], byte[]>> waiting(Subscribed of) {
        return Stream.of("1s", "2s", "5s")
                .flatMap(delay -> records("fanfare.retry." + delay, of).stream())
                .toList();
    }

    ConsumerRecord<byte[], byte[]> awaitRecord(String topic, Subscribed of) {
        return Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> records(topic, of), records -> !records.isEmpty())
                .get(0);
    }

    /** What the group has committed; -1 where it hasn't. */
    long committed(TopicPartition partition) throws InterruptedException, ExecutionException {
        OffsetAndMetadata committed = broker.admin()
                .listConsumerGroupOffsets(DispatcherRole.GROUP)
                .partitionsToOffsetAndMetadata()
                .get()
                .get(partition);
        return committed == null ? -1 : committed.offset();
    }

    double count(String meter) {
        return meters.stream()
                .flatMap(own -> own.find(meter).counters().stream())
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    @Override
    public void close() {
        started.forEach(DispatcherRole::close);
    }

    static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return RecordHeaders.text(record.headers(), name);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static Attempt attempt(ConsumerRecord<byte[], byte[]> record) {
        try {
            return Attempt.fromJson(record.value());
        } catch (dev.fanfare.contract.UndecodableRecord e) {
            throw new AssertionError(e);
        }
    }
}
