package dev.fanfare.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.dispatcher.DispatcherBench.Subscribed;
import dev.fanfare.testkit.Answer;
import dev.fanfare.testkit.FaultyReceiver;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Endpoints that hang, and what the others in the same partition notice of it: nothing. */
@WithBroker
class IsolationIT {
    @TempDir
    private Path folder;

    private TestBroker broker;
    private DispatcherBench bench;
    private FaultyReceiver receiver;

    @BeforeEach
    void start(@Fresh TestBroker fresh) {
        broker = fresh;
        broker.createFanfareTopics();
        receiver = FaultyReceiver.start();
        receiver.on("/hang", Answer.hang());
        bench = new DispatcherBench(broker, folder);
    }

    @AfterEach
    void close() {
        bench.close();
        receiver.close();
    }

    @Test
    void aHangingEndpointDoesNotHoldUpAHealthyOneInTheSamePartition() {
        Subscribed hanging = bench.subscribeFor(Duration.ofMinutes(10), receiver.url("/hang"));
        Subscribed healthy = bench.subscribe(receiver.url("/healthy"));
        for (int i = 0; i < 50; i++) {
            bench.deliver(hanging, "h" + i, "body");
            bench.deliver(healthy, "e" + i, "body");
        }
        bench.start("dispatcher.drain-timeout", "200ms");

        bench.awaitAttempts(healthy, 50);

        assertThat(bench.attempts(hanging)).isEmpty();
        // It may grow only on success.
        assertThat(receiver.requests("/hang")).hasSize(2);
    }

    @Test
    void whatAStuckLaneCannotHoldIsDeferredAndNotCountedAsAnAttempt() {
        Subscribed hanging = bench.subscribeFor(Duration.ofMinutes(10), receiver.url("/hang"));
        Subscribed healthy = bench.subscribe(receiver.url("/healthy"));
        for (int i = 0; i < 30; i++) {
            bench.deliver(hanging, "h" + i, "body");
        }
        bench.deliver(healthy, "e", "body");
        bench.start("dispatcher.drain-timeout", "200ms", "dispatcher.max-queued-per-subscription", "10");

        bench.awaitAttempts(healthy, 1);

        Awaitility.await()
                .atMost(DispatcherBench.PATIENCE)
                .until(() -> bench.waiting(hanging).size() == 18);
        assertThat(bench.waiting(hanging)).allSatisfy(record -> {
            assertThat(DispatcherBench.header(record, DeliveryRecords.DEFERRALS))
                    .isEqualTo("1");
            assertThat(DispatcherBench.header(record, DeliveryRecords.ATTEMPTS)).isNull();
        });
        assertThat(bench.attempts(hanging)).isEmpty();
        assertThat(bench.count("fanfare.deferrals")).isEqualTo(18);
    }

    @Test
    void aNameThatIsLookedUpForeverHoldsUpNobodyAndEndsAtItsDeadline() {
        CountDownLatch never = new CountDownLatch(1);
        Subscribed lost = bench.subscribe("http://lost.example/", "1s");
        Subscribed healthy = bench.subscribe(receiver.url("/healthy"));
        bench.deliver(lost, "l", "body");
        bench.deliver(healthy, "e", "body");
        bench.start("one", host -> {
            if (host.equals("lost.example")) {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    throw new java.net.UnknownHostException("interrupted");
                }
            }
            return InetAddress.getAllByName(host);
        });

        bench.awaitAttempts(healthy, 1);

        assertThat(bench.awaitAttempts(lost, 1).get(0).error()).startsWith("no whole answer within 2");
        never.countDown();
    }

    @Test
    void anEndpointThatIsMerelySlowIsGivenItsTimeWhenItsPartitionIsFull() {
        receiver.on("/slow", Answer.status(204).after(Duration.ofMillis(50)));
        Subscribed slow = bench.put(bench.subscription("slow", receiver.url("/slow")).toBuilder()
                .maxInFlight(1)
                .build());
        bench.deliverMany(List.of(slow), 7_000, "body");
        // Room for all of them: what fills up is the partition, not the lane.
        bench.start(
                "dispatcher.drain-timeout",
                "200ms",
                "dispatcher.max-queued",
                "1000000",
                "dispatcher.max-queued-per-subscription",
                "1000000",
                "dispatcher.max-queued-bytes",
                "1GiB");

        // The oldest are taken out after two seconds, as less than a hundred a second end.
        Awaitility.await().atMost(DispatcherBench.PATIENCE).until(() -> bench.count("fanfare.deferrals") > 0);
        int by = bench.attempts(slow).size();
        List<Attempt> attempts = bench.awaitAttempts(slow, by + 20);

        assertThat(attempts).allSatisfy(attempt -> assertThat(attempt.verdict()).isEqualTo("delivered"));
    }

    @Test
    void oneHangingDeliveryDoesNotStopItsPartitionAtTheEndOfTheWindow() {
        Subscribed hanging = bench.subscribeFor(Duration.ofMinutes(10), receiver.url("/hang"));
        List<Subscribed> healthy = IntStream.range(0, 100)
                .mapToObj(i -> bench.subscribe(receiver.url("/healthy")))
                .toList();
        bench.deliver(hanging, "h", "body");
        bench.deliverMany(healthy, 200, "body");
        bench.start("dispatcher.drain-timeout", "200ms");

        assertThat(bench.awaitAttempts(hanging, 1).get(0).verdict()).isEqualTo("exhausted");
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> receiver.requests("/healthy").size() >= 20_000);
    }
}
