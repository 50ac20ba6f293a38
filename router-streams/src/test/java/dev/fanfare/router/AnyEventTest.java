package dev.fanfare.router;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;

/** No record on the events topic ends the router: it is routed, or a dead letter. */
class AnyEventTest {

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Named(String name, byte[] value) {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Message(List<Named> headers, byte[] value) {}

    @Property(tries = 100)
    void isRoutedOrADeadLetter(@ForAll("messages") List<Message> messages) {
        try (TestTopology topology = new TestTopology(Instant.EPOCH)) {
            topology.subscribe("s", "*");
            for (Message message : messages) {
                Headers headers = new RecordHeaders();
                message.headers().forEach(header -> headers.add(header.name(), header.value()));
                topology.send(new TestRecord<>(null, message.value(), headers, Instant.EPOCH));
            }
            assertThat(topology.deliveries.getQueueSize() + topology.deadLetters.getQueueSize())
                    .isEqualTo(messages.size());
        }
    }

    @Provide
    Arbitrary<List<Message>> messages() {
        return Combinators.combine(headers(), values()).as(Message::new).list().ofSize(30);
    }

    private static Arbitrary<List<Named>> headers() {
        Arbitrary<String> name = Arbitraries.of(
                "ce_specversion",
                "ce_id",
                "ce_type",
                "ce_source",
                "ce_tenant",
                "ce_time",
                "ce_x",
                "ce_",
                "ce_A",
                "x",
                "content-type",
                "traceparent",
                "fanfare-reason",
                "fanfare-attempts",
                "");
        Arbitrary<byte[]> text = Arbitraries.of(
                        "1.0",
                        "0.3",
                        "a",
                        "a.b",
                        "/s",
                        "default",
                        "nobody",
                        "%",
                        "2026-11-21T12:00:00Z",
                        "*",
                        "..",
                        "application/json",
                        "application/cloudevents+json",
                        "application/cloudevents-batch+json",
                        "")
                .map(string -> string.getBytes(UTF_8));
        Arbitrary<byte[]> noise = Arbitraries.bytes().array(byte[].class).ofMaxSize(20);
        return Combinators.combine(name, Arbitraries.oneOf(text, text, noise, Arbitraries.just(null)))
                .as(Named::new)
                .list()
                .ofMaxSize(12);
    }

    private static Arbitrary<byte[]> values() {
        Arbitrary<byte[]> json = Arbitraries.of(
                        "{\"specversion\":\"1.0\",\"type\":\"a\",\"source\":\"/s\",\"id\":\"1\",\"data\":{}}",
                        "{\"specversion\":\"1.0\",\"type\":\"a\",\"source\":\"/s\",\"id\":\"1\",\"data_base64\":\"!\"}",
                        "{\"specversion\":1.0,\"type\":7}",
                        "{\"data\":\"\\ud800\"}",
                        "[]",
                        "{",
                        "null",
                        "[".repeat(5_000))
                .map(string -> string.getBytes(UTF_8));
        return Arbitraries.oneOf(json, Arbitraries.bytes().array(byte[].class).ofMaxSize(50), Arbitraries.just(null));
    }
}
