package dev.fanfare.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.dispatcher.DispatcherBench.Subscribed;
import dev.fanfare.dispatcher.Http2Receiver.Received;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpVersion;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTP/2 where the endpoint has it: one connection for a subscription, and no exchange on it harms another. */
@WithBroker
class Http2IT {
    private static final String HOST = "secure.example";

    @TempDir
    private static Path certificates;

    private static TestBroker broker;
    private static TestAuthority authority;
    private static Path store;

    @TempDir
    private Path folder;

    private DispatcherBench bench;
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeAll
    static void prepare(@Fresh TestBroker fresh) {
        broker = fresh;
        broker.createFanfareTopics();
        authority = new TestAuthority(certificates);
        store = authority.serverStore(HOST);
    }

    @BeforeEach
    void open() {
        bench = new DispatcherBench(broker, folder);
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    @Test
    void manyDeliveriesShareOneConnectionAndTheCapHoldsForItsStreams() {
        Http2Receiver receiver = receiver(100, Http2Receiver::answerLater);
        Subscribed to = subscribe(receiver);
        start("true");
        warmUp(receiver, to);

        bench.deliverMany(List.of(to), 400, "more");

        assertThat(bench.awaitAttempts(to, 401))
                .allSatisfy(attempt -> assertThat(attempt.verdict()).isEqualTo("delivered"));
        assertThat(receiver.versions).containsOnly(HttpVersion.HTTP_2);
        assertThat(receiver.connections).hasSize(1);
        assertThat(receiver.mostAtOnce.get()).isBetween(4, to.subscription().maxInFlight());
        assertThat(receiver.received.get(0).request().authority().toString()).isEqualTo(HOST + ":" + receiver.port());
    }

    @Test
    void whereTheEndpointTakesFewStreamsTheRestWaits() {
        Http2Receiver receiver = receiver(2, Http2Receiver::answerLater);
        Subscribed to = subscribe(receiver);
        start("true");

        bench.deliverMany(List.of(to), 100, "body");

        assertThat(bench.awaitAttempts(to, 100))
                .allSatisfy(attempt -> assertThat(attempt.verdict()).isEqualTo("delivered"));
    }

    @Test
    void subscriptionsNeverShareAConnection() {
        Http2Receiver receiver = receiver(100, Http2Receiver::answerLater);
        Subscribed one = subscribe(receiver);
        Subscribed other = subscribe(receiver);
        start("true");
        warmUp(receiver, one);
        warmUp(receiver, other);

        assertThat(receiver.connections).hasSize(2);
    }

    @Test
    void anEndpointWithoutHttp2IsSentHttp1() {
        TlsReceiver receiver = new TlsReceiver(authority.server("old.example"));
        open.add(receiver);
        Subscribed to = bench.subscribe("https://old.example:" + receiver.port() + "/", "1s");
        start("true");

        deliver(to, 20, "body");

        assertThat(bench.awaitAttempts(to, 20))
                .allSatisfy(attempt -> assertThat(attempt.verdict()).isEqualTo("delivered"));
        assertThat(receiver.hosts).hasSize(20).containsOnly("old.example:" + receiver.port());
    }

    @Test
    void whoSwitchesItOffSendsHttp1ToAll() {
        Http2Receiver receiver = receiver(100, Http2Receiver::answerLater);
        Subscribed to = subscribe(receiver);
        start("false");
        warmUp(receiver, to);

        assertThat(receiver.versions).containsOnly(HttpVersion.HTTP_1_1);
    }

    @Test
    void aDeliveryThatTimesOutLeavesTheOthersOnItsConnectionAlone() {
        Http2Receiver receiver = receiver(100, one -> {
            if (one.body().equals("warm")) {
                one.answer();
            }
        });
        Subscribed to = bench.subscribeFor(Duration.ofSeconds(4), url(receiver));
        start("true");
        warmUp(receiver, to);
        bench.deliver(to, "hanging", "hanging");
        Awaitility.await().until(() -> receiver.count("hanging") == 1);
        // So that it is still under way when the first one's time is up.
        Awaitility.await().pollDelay(Duration.ofMillis(1_500)).until(() -> true);
        bench.deliver(to, "slow", "slow");
        Awaitility.await().until(() -> receiver.count("slow") == 1);

        Attempt hanging = bench.awaitAttempts(to, 2).get(1);
        receiver.received.stream().filter(one -> one.body().equals("slow")).forEach(Received::answer);
        Attempt slow = bench.awaitAttempts(to, 3).get(2);

        assertThat(hanging.error()).contains("no whole answer");
        assertThat(slow.verdict()).isEqualTo("delivered");
        assertThat(slow.attempt()).isEqualTo(1);
        assertThat(receiver.count("slow")).isEqualTo(1);
        assertThat(receiver.connections).hasSize(1);
        deliver(to, 1, "warm");
        assertThat(bench.awaitAttempts(to, 4).get(3).verdict()).isEqualTo("delivered");
        assertThat(receiver.connections)
                .as("a connection that hung is not used again")
                .hasSize(2);
    }

    @Test
    void anAnswerWithoutEndIsCutOffAndLeavesTheOthersOnItsConnectionAlone() {
        Http2Receiver receiver = receiver(100, one -> {
            if (one.body().equals("warm")) {
                one.answer();
            } else if (one.body().equals("endless")) {
                one.request().response().setChunked(true);
                writeOn(one);
            }
        });
        Subscribed to = bench.subscribeFor(Duration.ofSeconds(20), url(receiver));
        start("true");
        warmUp(receiver, to);
        bench.deliver(to, "held", "held");
        Awaitility.await().until(() -> receiver.count("held") == 1);
        bench.deliver(to, "endless", "endless");

        Attempt endless = bench.awaitAttempts(to, 2).get(1);
        receiver.received.stream().filter(one -> one.body().equals("held")).forEach(Received::answer);
        Attempt held = bench.awaitAttempts(to, 3).get(2);

        assertThat(endless.verdict()).isEqualTo("delivered");
        assertThat(held.verdict()).isEqualTo("delivered");
        assertThat(receiver.count("held")).isEqualTo(1);
        assertThat(receiver.connections).hasSize(1);
    }

    @Test
    void aRefusedStreamIsSentAgainAtOnce() {
        AtomicReference<String> refused = new AtomicReference<>();
        Http2Receiver receiver = receiver(100, one -> {
            if (one.body().equals("refused") && refused.compareAndSet(null, one.body())) {
                one.request().response().reset(7); // REFUSED_STREAM
            } else {
                one.answer();
            }
        });
        Subscribed to = subscribe(receiver);
        start("true");
        warmUp(receiver, to);

        bench.deliver(to, "e1", "refused");

        Attempt attempt = bench.awaitAttempts(to, 2).get(1);
        assertThat(attempt.verdict()).isEqualTo("delivered");
        assertThat(attempt.attempt()).isEqualTo(1);
        assertThat(receiver.count("refused")).isEqualTo(2);
    }

    @Test
    void aStreamThatIsAlwaysRefusedCostsOneRetryAndNoStorm() {
        Http2Receiver receiver = receiver(100, one -> one.request().response().reset(7));
        Subscribed to = subscribe(receiver);
        start("true");

        bench.deliver(to, "e1", "refused");

        Attempt attempt = bench.awaitAttempts(to, 1).get(0);
        assertThat(attempt.verdict()).isEqualTo("retry");
        assertThat(attempt.error()).contains("ended the exchange");
        assertThat(receiver.count("refused")).isBetween(2L, 4L);
    }

    @Test
    void anEndpointThatClosesItsConnectionsNowAndThenLosesNothing() {
        AtomicReference<Integer> sinceClose = new AtomicReference<>(0);
        Http2Receiver receiver = receiver(100, one -> {
            one.answer();
            if (sinceClose.updateAndGet(count -> count + 1) % 40 == 0) {
                one.request().connection().shutdown();
            }
        });
        Subscribed to = subscribe(receiver);
        start("true");
        warmUp(receiver, to);

        bench.deliverMany(List.of(to), 200, "body");

        List<Attempt> attempts = bench.awaitAttempts(to, 201);
        assertThat(attempts.stream().map(Attempt::deliveryId)).doesNotHaveDuplicates();
        // A request on its way while the endpoint closes: whether it was seen nobody can know, so it is tried again.
        assertThat(attempts)
                .filteredOn(attempt -> !attempt.verdict().equals("delivered"))
                .hasSizeLessThan(20)
                .allSatisfy(attempt -> {
                    assertThat(attempt.verdict()).isEqualTo("retry");
                    assertThat(attempt.error()).containsAnyOf("broke", "closed", "ended");
                });
        assertThat(receiver.connections.size()).isBetween(3, 12);
    }

    @Test
    void aProxysTunnelCarriesHttp2Too() {
        Http2Receiver receiver = receiver(100, Http2Receiver::answerLater);
        ConnectProxy proxy = ConnectProxy.start();
        open.add(proxy);
        Subscribed to = subscribe(receiver);
        start("true", "dispatcher.proxy", "http://proxy.example:" + proxy.port());
        warmUp(receiver, to);

        deliver(to, 50, "body");

        assertThat(bench.awaitAttempts(to, 51))
                .allSatisfy(attempt -> assertThat(attempt.verdict()).isEqualTo("delivered"));
        assertThat(receiver.versions).containsOnly(HttpVersion.HTTP_2);
        assertThat(receiver.connections).hasSize(1);
        assertThat(proxy.heads).singleElement().satisfies(head -> assertThat(head)
                .startsWith("CONNECT 127.0.0.1:" + receiver.port() + " "));
    }

    /** On and on, as fast as it is read. */
    private static void writeOn(Received one) {
        one.request().response().write("x".repeat(16_384)).onSuccess(done -> writeOn(one));
    }

    /** One delivery alone: whoever comes later finds its connection. */
    private void warmUp(Http2Receiver receiver, Subscribed to) {
        bench.deliver(to, "warm", "warm");
        List<Attempt> attempts = bench.awaitAttempts(to, 1);
        assertThat(receiver.count("warm")).as("arrived, by %s", attempts).isPositive();
    }

    private void deliver(Subscribed to, int count, String body) {
        IntStream.range(0, count).forEach(i -> bench.deliver(to, body + i, body));
    }

    private Http2Receiver receiver(long maxStreams, Handler<Received> handler) {
        Http2Receiver receiver = new Http2Receiver(store, maxStreams, handler);
        open.add(receiver);
        return receiver;
    }

    private Http2Receiver receiver(long maxStreams, java.util.function.BiConsumer<Http2Receiver, Received> handler) {
        AtomicReference<Http2Receiver> self = new AtomicReference<>();
        Http2Receiver receiver = receiver(maxStreams, (Handler<Received>) one -> handler.accept(self.get(), one));
        self.set(receiver);
        return receiver;
    }

    private Subscribed subscribe(Http2Receiver receiver) {
        return bench.subscribe(url(receiver), "1s");
    }

    private static String url(Http2Receiver receiver) {
        return "https://" + HOST + ":" + receiver.port() + "/";
    }

    private void start(String http2, String... more) {
        List<String> settings = new ArrayList<>(List.of(
                "dispatcher.http2",
                http2,
                "dispatcher.trust-store",
                authority.pem().toString()));
        settings.addAll(List.of(more));
        bench.start(
                "one", host -> new InetAddress[] {InetAddress.getLoopbackAddress()}, settings.toArray(String[]::new));
    }
}
