package dev.fanfare.dispatcher;

import static dev.fanfare.dispatcher.DispatcherBench.PATIENCE;
import static dev.fanfare.dispatcher.DispatcherBench.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Signal;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.dispatcher.DispatcherBench.Subscribed;
import dev.fanfare.testkit.Answer;
import dev.fanfare.testkit.FaultyReceiver;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A subscription's rate, and what becomes of those whose endpoint fails and fails. */
@WithBroker
class LaneRulesIT {
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
        bench = new DispatcherBench(broker, folder);
    }

    @AfterEach
    void close() {
        bench.close();
        receiver.close();
    }

    @Test
    void aSubscriptionGetsNoMoreThanItsRateAndAnotherIsNotHeldUp() {
        Subscribed limited = bench.put(bench.subscription("limited", receiver.url("/limited")).toBuilder()
                .rateLimit(new Subscription.RateLimit(10))
                .build());
        Subscribed free = bench.subscribe(receiver.url("/free"));
        bench.deliverMany(List.of(limited, free), 40, "body");
        bench.start();

        bench.awaitAttempts(free, 40);
        List<Attempt> attempts = bench.awaitAttempts(limited, 40);

        List<Long> starts =
                attempts.stream().map(Attempt::startedAtMillis).sorted().toList();
        for (int i = 0; i + 21 <= starts.size(); i++) {
            // A second's worth saved up and a second's worth after it: the 21st may not begin within one second.
            assertThat(starts.get(i + 20) - starts.get(i)).isGreaterThan(900);
        }
        assertThat(bench.count("fanfare.deferrals")).isZero();
    }

    @Test
    void anEndpointThatFailsAndFailsIsLeftAloneAndTheRestWaitWithoutAnAttempt() throws Exception {
        receiver.on("/down", Answer.status(503));
        Subscribed down = bench.subscribe(receiver.url("/down"), "1s");
        bench.deliverMany(List.of(down), 100, "body");
        bench.start("dispatcher.breaker-first-rest", "11s", "dispatcher.breaker-longest-rest", "11s");

        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> bench.waiting(down).size()
                                + bench.records(Topics.DEAD_LETTERS, down).size()
                        == 100);

        int attempted = bench.attempts(down).size();
        assertThat(attempted).isBetween(10, 12);
        assertThat(receiver.count()).isEqualTo(attempted);
        assertThat(bench.count("fanfare.deferrals")).isEqualTo(100 - attempted);
        assertThat(bench.waiting(down).stream()
                        .filter(record -> header(record, DeliveryRecords.ATTEMPTS) == null)
                        .toList())
                .hasSize(100 - attempted)
                .allSatisfy(record -> {
                    assertThat(header(record, DeliveryRecords.DEFERRALS)).isEqualTo("1");
                    assertThat(Long.parseLong(header(record, DeliveryRecords.DELAY_MS)))
                            .isBetween(1L, 11_000L);
                });
        Signal signal = Signal.fromJson(broker.records(Topics.SIGNALS).get(0).value());
        assertThat(signal.kind()).isEqualTo(Signal.BREAKER_OPENED);
        assertThat(signal.subscription()).isEqualTo(down.id());
        assertThat(signal.detail()).contains("answered 503");
    }

    @Test
    void anEndpointThatIsBackAfterAShortRestGetsEverythingWithoutADetour() throws Exception {
        receiver.on(
                "/flaky",
                IntStream.range(0, 11)
                        .mapToObj(i -> i < 10 ? Answer.status(500) : Answer.status(204))
                        .toArray(Answer[]::new));
        // One at a time, or the answer to the eleventh may come in before that to the tenth: then ten in a row never
        // fail.
        Subscribed flaky = bench.put(bench.subscription("flaky", receiver.url("/flaky"), "1s").toBuilder()
                .maxInFlight(1)
                .build());
        bench.deliverMany(List.of(flaky), 60, "body");
        bench.start("dispatcher.breaker-first-rest", "500ms", "dispatcher.breaker-longest-rest", "2s");

        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> bench.attempts(flaky).stream()
                                .filter(attempt -> attempt.verdict().equals("delivered"))
                                .count()
                        >= 48);

        assertThat(bench.count("fanfare.deferrals")).isZero();
        assertThat(broker.records(Topics.SIGNALS))
                .extracting(record -> Signal.fromJson(record.value()).kind())
                .containsExactly(Signal.BREAKER_OPENED, Signal.BREAKER_CLOSED);
    }

    @Test
    void whenMostEndpointsFailAtOnceNothingMoreIsTakenInAndTheReadinessSaysWhy() {
        List<Subscribed> lost = IntStream.range(0, 12)
                .mapToObj(i -> bench.subscribe("http://lost-" + i + ".example/", "1s"))
                .toList();
        DispatcherRole role = bench.start(
                "one",
                host -> {
                    if (host.endsWith(".example")) {
                        throw new UnknownHostException(host);
                    }
                    return InetAddress.getAllByName(host);
                },
                "dispatcher.outage-patience",
                "5s",
                "dispatcher.breaker-first-rest",
                "60s");
        bench.deliverMany(lost, 12, "body");

        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> role.readiness().toString(), said -> said.contains("our own network is suspected"));

        // They are dead indeed: after a while the others must not wait any longer, and these go to tiers.
        Awaitility.await().atMost(PATIENCE).until(() -> role.readiness().isReady());
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() ->
                        lost.stream().mapToInt(of -> bench.waiting(of).size()).sum() == 144);
    }
}
