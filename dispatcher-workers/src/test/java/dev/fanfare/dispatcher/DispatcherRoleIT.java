package dev.fanfare.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.dispatcher.DispatcherBench.Subscribed;
import dev.fanfare.testkit.FaultyReceiver;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.ReceivedRequest;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of deliveries, by what their endpoint answers. */
@WithBroker
class DispatcherRoleIT {
    private static TestBroker broker;

    @TempDir
    private static Path folder;

    private DispatcherBench bench;
    private FaultyReceiver receiver;

    @BeforeAll
    static void createTopics(@Fresh TestBroker fresh) {
        broker = fresh;
        broker.createFanfareTopics();
    }

    @BeforeEach
    void startReceiver() {
        receiver = FaultyReceiver.start();
        bench = new DispatcherBench(broker, folder);
    }

    @AfterEach
    void close() {
        bench.close();
        receiver.close();
    }

    @Test
    void deliversOnceSignedWithAllItsHeaders() {
        Subscribed to = bench.subscribe(receiver.url("/hook?tenant=acme"));
        Delivery delivery = bench.deliver(to, "e1", "{\"a\": 1}\n");
        bench.start();

        List<Attempt> attempts = bench.awaitAttempts(to, 1);

        assertThat(receiver.requests()).hasSize(1);
        ReceivedRequest request = receiver.requests().get(0);
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.target()).isEqualTo("/hook?tenant=acme");
        assertThat(request.bodyText()).isEqualTo("{\"a\": 1}\n");
        assertThat(request.header("webhook-id")).isEqualTo(delivery.id());
        assertThat(request.header("content-type")).isEqualTo("application/json");
        assertThat(request.header("ce-specversion")).isEqualTo("1.0");
        assertThat(request.header("ce-id")).isEqualTo("e1");
        assertThat(request.header("ce-subject")).isEqualTo("Gr%C3%B6%C3%9Fe%2042%25");
        assertThat(request.header("fanfare-attempt")).isEqualTo("1");
        assertThat(request.header("traceparent")).startsWith("00-0af7");
        assertThat(request.header("user-agent")).startsWith("Fanfare/");
        assertThat(request.header("host")).isEqualTo("127.0.0.1:" + receiver.port());
        assertThat(attempts).singleElement().satisfies(attempt -> {
            assertThat(attempt.verdict()).isEqualTo("delivered");
            assertThat(attempt.status()).isEqualTo(204);
            assertThat(attempt.attempt()).isEqualTo(1);
            assertThat(attempt.deliveryId()).isEqualTo(delivery.id());
        });
    }
}
