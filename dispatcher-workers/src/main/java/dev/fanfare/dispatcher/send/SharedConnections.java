package dev.fanfare.dispatcher.send;

import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Future;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.impl.nio.DefaultAsyncClientConnectionOperator;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.nio.AsyncClientConnectionOperator;
import org.apache.hc.client5.http.nio.ManagedAsyncClientConnection;
import org.apache.hc.core5.concurrent.CallbackContribution;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.nio.ssl.TlsStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.reactor.ConnectionInitiator;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** Builds pools whose connections are {@linkplain SharedConnection shared} where they speak HTTP/2. */
final class SharedConnections extends PoolingAsyncClientConnectionManagerBuilder {
    SharedConnections() {
        setMessageMultiplexing(true);
    }

    @Override
    protected AsyncClientConnectionOperator createConnectionOperator(
            TlsStrategy tls, @Nullable SchemePortResolver ports, DnsResolver lookup) {
        return new Operator(tls, ports, lookup);
    }

    private static final class Operator extends DefaultAsyncClientConnectionOperator {
        Operator(TlsStrategy tls, @Nullable SchemePortResolver ports, DnsResolver lookup) {
            super(RegistryBuilder.<TlsStrategy>create().register("https", tls).build(), ports, lookup);
        }

        @Override
        public Future<ManagedAsyncClientConnection> connect(
                ConnectionInitiator initiator,
                HttpHost host,
                @Nullable Path socket,
                @Nullable NamedEndpoint name,
                @Nullable SocketAddress local,
                Timeout timeout,
                @Nullable Object attachment,
                HttpContext context,
                FutureCallback<ManagedAsyncClientConnection> callback) {
            return super.connect(
                    initiator,
                    host,
                    socket,
                    name,
                    local,
                    timeout,
                    attachment,
                    context,
                    new CallbackContribution<>(callback) {
                        @Override
                        public void completed(ManagedAsyncClientConnection connection) {
                            callback.completed(new SharedConnection(connection));
                        }
                    });
        }
    }
}
