package dev.fanfare.torture;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.conservation.Evidence;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The producers: half of the events by HTTP, half straight to the topic, at an even pace. What is not acknowledged is sent
 * again under its own id until it is, as a careful producer does. Thread-safe.
 */
final class EventFeed {
    static final String SOURCE = "/torture";
    static final List<String> TYPES = List.of(
            "order.created", "order.paid", "order.shipped.abroad", "invoice.sent", "invoice.paid", "user.joined");
    private static final int SENDERS = 16;
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(20);
    private static final Duration BEFORE_TRYING_AGAIN = Duration.ofMillis(200);
    private static final String PADDING = "x".repeat(300);

    private final int first;
    private final String ingestUrl;
    private final String key;
    private final Map<String, Object> clientConfig;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger repeated = new AtomicInteger();
    private final BitSet acknowledged = new BitSet(); // guarded by itself

    /**
     * Nothing is sent yet.
     *
     * @param first number of the first event, which names it
     */
    EventFeed(int first, String ingestUrl, String key, Map<String, Object> clientConfig) {
        this.first = first;
        this.ingestUrl = ingestUrl;
        this.key = key;
        this.clientConfig = clientConfig;
    }

    /** Sends so many, evenly over a time; returns when the last one is acknowledged, or this thread is interrupted. */
    void run(int count, Duration over) {
        run(over.dividedBy(count), n -> n < count);
    }

    /** Sends one after such a time, and another one, until there are enough; returns when all are acknowledged, as above. */
    void runUntil(BooleanSupplier enough, Duration pace) {
        run(pace, n -> !enough.getAsBoolean());
    }

    private void run(Duration pace, IntPredicate goesOn) {
        long startNanos = System.nanoTime();
        Thread[] senders = new Thread[SENDERS];
        clientConfig.put("acks", "all");
        clientConfig.put("delivery.timeout.ms", 30_000);
        clientConfig.put("request.timeout.ms", 5_000);
        // new partitions are noticed soon
        clientConfig.put("metadata.max.age.ms", 3_000);
        try (var producer = new KafkaProducer<>(clientConfig, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < SENDERS; i++) {
                senders[i] = new Thread(() -> sendAll(startNanos, pace, goesOn, producer), "feed-" + i);
                senders[i].start();
            }
            for (Thread sender : senders) {
                sender.join();
            }
        } catch (InterruptedException e) {
            for (Thread sender : senders) {
                sender.interrupt();
            }
            Thread.currentThread().interrupt();
        }
    }

    private void sendAll(long startNanos, Duration pace, IntPredicate goesOn, KafkaProducer<byte[], byte[]> producer) {
        HttpClient http = HttpClient.newHttpClient();
        for (int n = next.getAndIncrement(); goesOn.test(n); n = next.getAndIncrement()) {
            sent.incrementAndGet();
            long dueNanos = startNanos + pace.toNanos() * n;
            Waiting.rest(Duration.ofNanos(Math.max(0, dueNanos - System.nanoTime())));
            while (!(n % 2 == 0 ? post(http, n) : produce(producer, n))) {
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
                repeated.incrementAndGet();
                Waiting.rest(BEFORE_TRYING_AGAIN);
            }
            synchronized (acknowledged) {
                acknowledged.set(n);
            }
        }
    }

    private static String type(int n) {
        return TYPES.get(n % TYPES.size());
    }

    private static String data(int n) {
        return "{\"n\":" + n + ",\"padding\":\"" + PADDING + "\"}";
    }

    private boolean post(HttpClient http, int n) {
        String body = "{\"specversion\":\"1.0\",\"id\":\"" + id(n) + "\",\"source\":\"" + SOURCE + "\",\"type\":\""
                + type(n) + "\",\"data\":" + data(n) + "}";
        HttpRequest request = HttpRequest.newBuilder(URI.create(ingestUrl))
                .timeout(ANSWER_WITHIN)
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/cloudevents+json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            var response = http.send(request, BodyHandlers.ofString());
            boolean isForTime = response.statusCode() == 408 || response.statusCode() == 429;
            if (response.statusCode() / 100 == 4 && !isForTime) {
                throw new IllegalStateException(
                        "an event was refused: " + response.statusCode() + " " + response.body());
            }
            return response.statusCode() == 202;
        } catch (IOException e) {
            return false; // whether it was taken is open: it is sent again
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean produce(KafkaProducer<byte[], byte[]> producer, int n) {
        Event event = new Event(
                Map.of(Event.ID, id(n), Event.SOURCE, SOURCE, Event.TYPE, type(n), Event.TENANT, Endpoints.TENANT),
                "application/json",
                data(n).getBytes(UTF_8));
        ProducerRecord<byte[], byte[]> message =
                new ProducerRecord<>(Topics.EVENTS, event.recordKey().getBytes(UTF_8), event.data());
        EventRecords.writeHeaders(event, message.headers());
        try {
            Future<?> acked = producer.send(message);
            acked.get();
            return true;
        } catch (ExecutionException | KafkaException e) {
            return false; // as above
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private String id(int n) {
        return "e" + (first + n);
    }

    /** All that there were, acknowledged or not. */
    int sent() {
        return sent.get();
    }

    int acknowledged() {
        synchronized (acknowledged) {
            return acknowledged.cardinality();
        }
    }

    /** How often an event was sent again. */
    int repeated() {
        return repeated.get();
    }

    /** Tells the oracle what was promised. */
    void tell(Evidence.Witness witness) {
        synchronized (acknowledged) {
            acknowledged.stream().forEach(n -> witness.acknowledged(Endpoints.TENANT, SOURCE, id(n)));
        }
    }
}
