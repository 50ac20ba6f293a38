package dev.fanfare.benchmarks.dispatcher;

import dev.fanfare.benchmarks.run.Loopback;
import dev.fanfare.benchmarks.run.Payload;
import dev.fanfare.contract.signing.WebhookSecret;
import dev.fanfare.contract.signing.WebhookSigner;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.net.URIAuthority;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What the dispatcher is measured against: Apache HttpClient 5 with nothing around it, tuned as the dispatcher's own is
 * (see its {@code HttpClients}; repeated here so that a change there doesn't move the measure), in its best set-up: one
 * client for each reactor thread, endpoints shared out among them, each completion starting its own shard's next request.
 * The requests are a webhook's: the same headers and body. With signing each is signed anew.
 */
@Command(name = "bare", hidden = true)
final class BareClient implements Callable<Integer> {
    private static final int SHARDS = 2;

    @Option(names = "--port")
    private int port;

    @Option(names = "--endpoints")
    private int endpoints;

    @Option(names = "--requests")
    private long requests;

    @Option(names = "--in-flight")
    private int inFlight;

    @Option(names = "--body-bytes")
    private int bodyBytes;

    @Option(names = "--signed", arity = "1")
    private boolean signed;

    private final AtomicInteger failures = new AtomicInteger();

    @Override
    public Integer call() throws InterruptedException, UnknownHostException {
        int count = Math.min(SHARDS, endpoints);
        CountDownLatch done = new CountDownLatch(count);
        List<Shard> shards = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            shards.add(new Shard(i, count, done));
        }
        for (Shard shard : shards) {
            shard.start();
        }
        done.await();
        shards.forEach(shard -> shard.client.close(CloseMode.IMMEDIATE));
        if (failures.get() > 0) {
            return 1;
        }
        // Until it is ended: what it has used can be read for as long as it is there.
        new CountDownLatch(1).await();
        return 0;
    }

    private static CloseableHttpAsyncClient client(int maxPerRoute) {
        CloseableHttpAsyncClient client = HttpAsyncClientBuilder.create()
                .setConnectionManager(PoolingAsyncClientConnectionManagerBuilder.create()
                        .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
                        .setConnPoolPolicy(PoolReusePolicy.LIFO)
                        .setMaxConnPerRoute(maxPerRoute)
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setSocketTimeout(Timeout.DISABLED)
                                .setTimeToLive(TimeValue.ofMinutes(10))
                                .setValidateAfterInactivity(TimeValue.ofSeconds(2))
                                .build())
                        .build())
                .setIOReactorConfig(IOReactorConfig.custom()
                        .setIoThreadCount(1)
                        .setTcpNoDelay(true)
                        .setSelectInterval(TimeValue.ofMilliseconds(100))
                        .build())
                .setHttp1Config(Http1Config.custom().setBufferSize(4 * 1024).build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setExpectContinueEnabled(false)
                        .setAuthenticationEnabled(false)
                        .setRedirectsEnabled(false)
                        .setProtocolUpgradeEnabled(false)
                        .setConnectionRequestTimeout(Timeout.DISABLED)
                        .build())
                .setRoutePlanner((target, context) -> new HttpRoute(target, null, false))
                .disableCookieManagement()
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableAuthCaching()
                .disableConnectionState()
                .disableContentCompression()
                .evictExpiredConnections()
                .evictIdleConnections(TimeValue.ofSeconds(30))
                .build();
        client.start();
        return client;
    }

    /** One client and its share of the endpoints. */
    private final class Shard implements FutureCallback<Integer> {
        private final CloseableHttpAsyncClient client = client(inFlight);
        private final List<HttpHost> targets = new ArrayList<>();
        private final byte[] body = Payload.body(bodyBytes, new Random(1));
        private final WebhookSigner signer = new WebhookSigner(List.of(WebhookSecret.mint(new Random(1))));
        private final int number;
        private final CountDownLatch done;
        private final AtomicLong started = new AtomicLong();
        private final AtomicLong ended = new AtomicLong();
        private final long total;

        Shard(int number, int count, CountDownLatch done) throws UnknownHostException {
            this.number = number;
            this.done = done;
            this.total = requests / count + (number < requests % count ? 1 : 0);
            for (int endpoint = number; endpoint < endpoints; endpoint += count) {
                String address = Loopback.address(endpoint);
                targets.add(new HttpHost("http", InetAddress.getByName(address), address, port));
            }
        }

        void start() {
            if (total == 0) {
                done.countDown();
            }
            for (int i = 0; i < inFlight / Math.min(SHARDS, endpoints); i++) {
                next();
            }
        }

        private void next() {
            long sequence = started.getAndIncrement();
            if (sequence < total) {
                HttpHost target = targets.get((int) (sequence % targets.size()));
                client.execute(
                        target, new BareRequest(head(target, sequence), body), new BareAnswer(), null, null, this);
            }
        }

        private BasicHttpRequest head(HttpHost target, long sequence) {
            BasicHttpRequest head = new BasicHttpRequest(
                    "POST", "http", new URIAuthority(null, target.getHostName(), target.getPort()), "/hooks");
            String id = "dlv_" + number + "aaaaaaaaaaaaaaaaaaaaaaa" + sequence;
            long timestamp = System.currentTimeMillis() / 1_000;
            head.addHeader("webhook-id", id);
            head.addHeader("webhook-timestamp", Long.toString(timestamp));
            if (signed) {
                head.addHeader("webhook-signature", signer.sign(id, timestamp, body));
            }
            head.addHeader("ce-specversion", "1.0");
            Payload.attributes("bench-" + sequence).forEach((name, value) -> head.addHeader("ce-" + name, value));
            head.addHeader("content-type", "application/json");
            head.addHeader("fanfare-attempt", "1");
            head.addHeader("user-agent", "Fanfare/bench");
            return head;
        }

        @Override
        public void completed(Integer status) {
            if (status != 204) {
                failures.incrementAndGet();
            }
            end();
        }

        @Override
        public void failed(Exception cause) {
            failures.incrementAndGet();
            end();
        }

        @Override
        public void cancelled() {
            failures.incrementAndGet();
            end();
        }

        private void end() {
            if (ended.incrementAndGet() == total) {
                done.countDown();
            } else {
                next();
            }
        }
    }
}
