package dev.fanfare.dispatcher.send;

import dev.fanfare.runtime.config.Secret;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.DefaultAuthenticationStrategy;
import org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import org.apache.hc.client5.http.impl.async.AsyncConnectExec;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpRequestInterceptor;
import org.apache.hc.core5.http.RequestNotExecutedException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.protocol.DefaultHttpProcessor;
import org.apache.hc.core5.http.protocol.RequestTargetHost;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.http2.config.H2Config;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Apache HttpClient with everything off that webhooks don't need: cookies, redirects, authentication, retries of its
 * own, decompression, protocol upgrades. What is set, and why, was measured.
 */
final class HttpClients {
    /** The default of 32 KiB takes 96 KB of heap per connection; webhooks and their answers are small. */
    private static final int BUFFER_BYTES = 4 * 1024;
    /** Servers close what idles, often after 5 s; what idled longer than this is looked at before it is used. */
    private static final TimeValue VALIDATE_AFTER = TimeValue.ofSeconds(2);

    private static final TimeValue EVICT_IDLE_AFTER = TimeValue.ofSeconds(30);
    /** An endpoint that moved behind a load balancer is found again after this. */
    private static final TimeValue CONNECTION_TTL = TimeValue.ofMinutes(10);

    private HttpClients() {}

    /**
     * A client with one reactor thread; started. It shows one TLS identity: each other one needs a client of its own. It
     * goes where the {@link ExchangeContext} of a request says.
     */
    static WebhookClient start(String name, int maxPerRoute, Transport transport) {
        Timeout connect = Timeout.of(transport.connectTimeout());
        PoolingAsyncClientConnectionManager connections = connections(transport)
                // STRICT, the default, searches a list under one lock for each request.
                .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
                .setConnPoolPolicy(PoolReusePolicy.LIFO)
                .setMaxConnPerRoute(maxPerRoute)
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(connect)
                        .setSocketTimeout(Timeout.DISABLED) // the exchange's own deadline is stricter
                        .setTimeToLive(CONNECTION_TTL)
                        .setValidateAfterInactivity(VALIDATE_AFTER)
                        .build())
                .setDefaultTlsConfig(TlsConfig.custom()
                        .setHandshakeTimeout(connect)
                        .setVersionPolicy(
                                transport.http2() ? HttpVersionPolicy.NEGOTIATE : HttpVersionPolicy.FORCE_HTTP_1)
                        .build())
                .setTlsStrategy(ClientTlsStrategyBuilder.create()
                        .setSslContext(transport.tls().context())
                        .buildAsync())
                .setDnsResolver(new NoLookup())
                .build();
        HttpAsyncClientBuilder builder = HttpAsyncClientBuilder.create()
                .setConnectionManager(connections)
                .setIOReactorConfig(IOReactorConfig.custom()
                        .setIoThreadCount(1)
                        .setTcpNoDelay(true)
                        .setSelectInterval(TimeValue.ofMilliseconds(100))
                        .build())
                .setHttp1Config(Http1Config.custom().setBufferSize(BUFFER_BYTES).build())
                .setH2Config(H2Config.custom().setPushEnabled(false).build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setExpectContinueEnabled(false)
                        .setAuthenticationEnabled(false)
                        .setRedirectsEnabled(false)
                        .setProtocolUpgradeEnabled(false)
                        .setConnectionRequestTimeout(Timeout.DISABLED)
                        .build())
                .setRoutePlanner((target, context) -> ((ExchangeContext) context).planned())
                .disableCookieManagement()
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableAuthCaching()
                .disableConnectionState()
                .disableContentCompression()
                .evictExpiredConnections()
                .evictIdleConnections(EVICT_IDLE_AFTER)
                .setThreadFactory(task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
        if (transport.proxy() != null) {
            tunnel(builder, transport.proxy());
        }
        builder.addExecInterceptorAfter(
                ChainElement.CONNECT.name(), "connected", (request, body, scope, chain, callback) -> {
                    if (((ExchangeContext) scope.clientContext).connected(scope.execRuntime)) {
                        chain.proceed(request, body, scope, callback);
                    } else {
                        callback.failed(new RequestNotExecutedException());
                    }
                });
        CloseableHttpAsyncClient client = builder.build();
        client.start();
        return new WebhookClient(client, connections);
    }

    /** Without HTTP/2 nothing is shared, and nothing is paid for it. */
    private static PoolingAsyncClientConnectionManagerBuilder connections(Transport transport) {
        return transport.http2() ? new SharedConnections() : PoolingAsyncClientConnectionManagerBuilder.create();
    }

    private static void tunnel(HttpAsyncClientBuilder builder, OutgoingProxy proxy) {
        Secret authorization = proxy.authorization();
        HttpRequestInterceptor credentials = (request, body, context) -> {
            if (authorization != null) {
                request.setHeader(HttpHeaders.PROXY_AUTHORIZATION, authorization.reveal());
            }
        };
        // As the builder's own, but for the credentials: those go out with the first request, not after a refusal.
        builder.replaceExecInterceptor(
                ChainElement.CONNECT.name(),
                new AsyncConnectExec(
                        new DefaultHttpProcessor(new RequestTargetHost(), credentials),
                        DefaultAuthenticationStrategy.INSTANCE,
                        DefaultSchemePortResolver.INSTANCE,
                        true));
    }

    /** Every target comes with the address that the policy has seen; a name that gets here has not been checked. */
    private static final class NoLookup implements DnsResolver {
        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            throw new UnknownHostException(host + ": not looked up where addresses aren't checked");
        }

        @Override
        public String resolveCanonicalHostname(String host) throws UnknownHostException {
            throw new UnknownHostException(host + ": not looked up where addresses aren't checked");
        }
    }
}
