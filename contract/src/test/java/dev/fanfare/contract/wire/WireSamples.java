package dev.fanfare.contract.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.Json;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.catalog.CatalogEntry;
import dev.fanfare.contract.catalog.EventType;
import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.contract.catalog.Tenant;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.DeadLetterRecords;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.EventChunk;
import dev.fanfare.contract.delivery.HashRange;
import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.Signal;
import dev.fanfare.contract.delivery.SubscriptionVersion;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.run.AuditEntry;
import dev.fanfare.contract.run.EventReplay;
import dev.fanfare.contract.run.Run;
import dev.fanfare.contract.subscription.Authentication;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.SealedSecret;
import dev.fanfare.contract.subscription.Verification;
import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** One of each that is written to a topic, with all its parts; how it is written, and how it is read. */
final class WireSamples {
    private static final UUID GENERATION = UUID.fromString("0192f0c1-7a2b-7c3d-8e4f-0123456789ab");
    private static final SubscriptionVersion VERSION = new SubscriptionVersion("pQ7yB1xjTV6yG0aVbq3W0w", 42);
    private static final long NOW = 1_764_000_000_000L;
    private static final byte[] DATA = "{\"total\":42.50}".getBytes(UTF_8);
    private static final SealedSecret SEALED = new SealedSecret("AAECAw==", NOW, "whpk_AAECAw==", NOW + 60_000);

    private WireSamples() {}

    /** Reads what stands on a topic. */
    interface Reader<W> {
        Object read(W wire) throws UndecodableRecord;
    }

    /**
     * Of a record whose value is JSON.
     *
     * @param expected what it is read as
     */
    record JsonSample(Object expected, byte[] written, Reader<byte[]> reader) {}

    /** Of a record whose headers are ours and whose value is the event's data. */
    record HeadersSample(Object expected, Headers written, Reader<Headers> reader) {}

    static Map<String, JsonSample> json() {
        Map<String, JsonSample> all = new LinkedHashMap<>();
        all.put("attempt", sample(attempt(), attempt().toJson(), Attempt::fromJson));
        Signal signal = new Signal(Signal.GONE, "acme", "orders", GENERATION, NOW, "answered 410");
        all.put("signal", sample(signal, signal.toJson(), Signal::fromJson));
        for (Authentication auth : authentications()) {
            Subscription subscription = subscription(auth);
            String name = "subscription-" + auth.getClass().getSimpleName().toLowerCase(Locale.ROOT);
            all.put(name, sample(subscription, subscription.toJson(), Subscription::fromJson));
        }
        for (CatalogEntry entry : catalog()) {
            String name = "catalog-" + entry.key().split("/", -1)[1];
            all.put(name, sample(entry, entry.toJson(), CatalogEntry::fromJson));
        }
        Run run = run();
        all.put("run", sample(run, run.toJson(), Run::fromJson));
        EventReplay replay = new EventReplay(
                "acme",
                "orders",
                GENERATION,
                Instant.ofEpochMilli(NOW),
                Instant.ofEpochMilli(NOW + 1_000),
                List.of("order.*"));
        Run begun = replay.begin("run-2", new Actor("key_1", null, "10.0.0.1"), NOW);
        all.put("run-event-replay", sample(replay, begun.toJson(), json -> EventReplay.of(Run.fromJson(json))));
        AuditEntry entry = AuditEntry.of(run, "began");
        all.put("audit", sample(entry, entry.toJson(), AuditEntry::fromJson));
        return all;
    }

    static Map<String, HeadersSample> headers() {
        Map<String, HeadersSample> all = new LinkedHashMap<>();
        Event event = event();
        all.put("event", headers(event.attributes(), into -> {}, from -> EventRecords.read(from, DATA, "nobody")
                .attributes()));
        EventChunk chunk = new EventChunk(new HashRange(3, 8), VERSION, NOW);
        all.put("fanout", headers(chunk, chunk::writeHeaders, EventChunk::read));
        Delivery fresh = delivery(Progress.NONE, null);
        all.put("delivery", headers(fresh, into -> DeliveryRecords.writeHeaders(fresh, into), DeliveryRecords::read));
        Delivery tried = delivery(new Progress(2, 5, 1, NOW + 1, NOW + 2, NOW + 3), "run-1");
        all.put(
                "retry",
                headers(
                        tried,
                        into -> {
                            DeliveryRecords.writeHeaders(tried, into);
                            into.add(DeliveryRecords.DELAY_MS, "60000".getBytes(UTF_8));
                        },
                        DeliveryRecords::read));
        all.put(
                "dead-letter",
                headers(
                        tried,
                        into -> {
                            DeliveryRecords.writeHeaders(tried, into);
                            DeadLetterRecords.mark(
                                    into, Verdict.EXHAUSTED, 503, "answered 503", "fanfare.deliveries", 3, 42);
                        },
                        DeliveryRecords::read));
        return all;
    }

    private static JsonSample sample(Object expected, byte[] written, Reader<byte[]> reader) {
        return new JsonSample(expected, written, reader);
    }

    private static HeadersSample headers(Object expected, Consumer<Headers> writer, Reader<Headers> reader) {
        Headers headers = new RecordHeaders();
        EventRecords.writeHeaders(event(), headers);
        writer.accept(headers);
        return new HeadersSample(expected, headers, reader);
    }

    private static Event event() {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("id", "o-1 ü");
        attributes.put("source", "/shop");
        attributes.put("type", "order.created");
        attributes.put("subject", "orders/1");
        attributes.put("time", "2026-11-22T12:00:00Z");
        attributes.put("partitionkey", "customer-1");
        attributes.put("tenant", "acme");
        return new Event(attributes, "application/json", DATA);
    }

    private static Delivery delivery(Progress progress, String run) {
        return new Delivery(
                "dlv_njcxshn4xh66wyste6527oanyb",
                "acme",
                "orders",
                GENERATION,
                VERSION,
                "o-1 ü",
                "order.created",
                NOW,
                progress,
                run);
    }

    private static Attempt attempt() {
        return new Attempt(
                "dlv_njcxshn4xh66wyste6527oanyb",
                "acme",
                "orders",
                "o-1 ü",
                "order.created",
                2,
                Verdict.RETRY.text(),
                NOW,
                12,
                503,
                "answered 503",
                60_000L,
                "try later",
                "run-1",
                NOW - 5);
    }

    private static List<Authentication> authentications() {
        return List.of(
                new Authentication.Bearer(SEALED),
                new Authentication.Basic("fanfare", SEALED),
                new Authentication.OAuth2(
                        URI.create("https://login.example.com/token"),
                        "client",
                        SEALED,
                        "webhooks",
                        Authentication.ClientAuthentication.BODY),
                new Authentication.MutualTls("-----BEGIN CERTIFICATE-----\n", SEALED));
    }

    private static Subscription subscription(Authentication auth) {
        return Subscription.builder("acme", "orders", GENERATION, URI.create("https://example.com/hook?x=1"))
                .eventTypes(List.of("order.created", "invoice.*"))
                .filters(Json.TOPIC.createArrayNode().addObject().put("exact", "v"))
                .headers(Map.of("x-key", "v"))
                .timeout("5s")
                .maxInFlight(4)
                .rateLimit(new Subscription.RateLimit(2.5))
                .retry(new Subscription.Retry(List.of("1m", "10m")))
                .auth(auth)
                .format(Subscription.Format.STRUCTURED)
                .state(Subscription.State.PAUSED, "for a while")
                .verification(Verification.pending("challenge", NOW))
                .description("what for")
                .metadata(Map.of("team", "é"))
                .secrets(List.of(SEALED))
                .createdAtMillis(NOW)
                .updatedAtMillis(NOW + 1)
                .build();
    }

    private static List<CatalogEntry> catalog() {
        EventType.Deprecation deprecation = new EventType.Deprecation("use order.placed", NOW + 2);
        return List.of(
                new Tenant(
                        "acme",
                        "a tenant",
                        Tenant.EventTypes.STRICT,
                        new Subscription.RateLimit(100),
                        null,
                        NOW,
                        NOW + 1),
                new AccessKey(
                        "key_1",
                        "acme",
                        "shop",
                        Set.of(Scope.EVENTS_WRITE),
                        List.of(new AccessKey.HashedSecret("abcdef", NOW, NOW + 2)),
                        AccessKey.State.ACTIVE,
                        new Subscription.RateLimit(10),
                        null,
                        NOW + 3,
                        NOW,
                        NOW + 1),
                new EventType(
                        "acme",
                        "order.created",
                        "an order",
                        deprecation,
                        List.of(new EventType.Version(
                                1,
                                Json.TOPIC.createObjectNode().put("type", "object"),
                                Json.TOPIC.createObjectNode().put("n", 1),
                                deprecation,
                                NOW)),
                        NOW,
                        NOW + 1));
    }

    private static Run run() {
        return new Run(
                "run-1",
                Run.DLQ_REPLAY,
                Run.State.STOPPED,
                new Actor("User:ops", "alice", "desk"),
                NOW,
                NOW + 1,
                Map.of("subscription", "orders"),
                Map.of("moved", 3L),
                Map.of("fanfare.dead-letters/0", 9L),
                Map.of("fanfare.dead-letters/0", 4L),
                "endpoint is back",
                "interrupted");
    }
}
