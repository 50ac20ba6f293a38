package dev.fanfare.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.server.ServerSocketFactory;

/**
 * The listening sockets, bound before Kafka touches a file: a port in use is noticed first, and the port that
 * clients are told is the one that is bound. Kafka owns a socket once it has asked for it; {@link #close} closes them
 * anyway, which is harmless for one that Kafka has closed.
 */
final class BoundSockets implements ServerSocketFactory, AutoCloseable {

    static final String CLIENT_LISTENER = "PLAINTEXT";
    static final String CONTROLLER_LISTENER = "CONTROLLER";
    static final String SECURED_LISTENER = "SECURED";

    private final Map<String, ServerSocketChannel> byListener;

    private BoundSockets(Map<String, ServerSocketChannel> byListener) {
        this.byListener = byListener;
    }

    /**
     * Binds them.
     *
     * @param port    of the clients' listener; the others take any free one
     * @param secured whether there is a second listener for clients
     * @throws BrokerStartException if {@code port} can't be bound
     */
    static BoundSockets bind(int port, boolean secured) {
        BoundSockets sockets = new BoundSockets(new LinkedHashMap<>());
        try {
            sockets.byListener.put(CLIENT_LISTENER, bindOne(port));
            sockets.byListener.put(CONTROLLER_LISTENER, bindOne(0));
            if (secured) {
                sockets.byListener.put(SECURED_LISTENER, bindOne(0));
            }
            return sockets;
        } catch (BrokerStartException e) {
            sockets.close();
            throw e;
        }
    }

    private static ServerSocketChannel bindOne(int port) {
        try {
            ServerSocketChannel channel = ServerSocketChannel.open();
            try {
                channel.configureBlocking(false);
                channel.bind(new InetSocketAddress(loopback(), port), 128);
                return channel;
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (BindException e) {
            throw new BrokerStartException(
                    "Port " + port + " on 127.0.0.1 "
                            + (isDenied(e) ? "is not allowed to this user" : "is in use")
                            + "; stop the program that uses it, choose another port with --kafka-port, or pass"
                            + " --kafka-port=0 for any free one.",
                    e);
        } catch (IOException e) {
            throw new BrokerStartException(
                    "Port " + port + " on 127.0.0.1 can't be opened (" + e.getMessage()
                            + "); choose another port with --kafka-port.",
                    e);
        }
    }

    private static boolean isDenied(BindException e) {
        return e.getMessage() != null && e.getMessage().contains("Permission denied");
    }

    private static InetAddress loopback() throws IOException {
        return InetAddress.getByAddress("127.0.0.1", new byte[] {127, 0, 0, 1});
    }

    /** Of a listener that was bound. */
    int port(String listener) {
        return socket(listener).socket().getLocalPort();
    }

    @Override
    public ServerSocketChannel openServerSocket(
            String listenerName, InetSocketAddress address, int backlog, int receiveBufferSize) {
        return socket(listenerName);
    }

    private ServerSocketChannel socket(String listener) {
        ServerSocketChannel bound = byListener.get(listener);
        if (bound == null) {
            throw new IllegalArgumentException("No socket was bound for the listener " + listener);
        }
        return bound;
    }

    @Override
    public void close() {
        byListener.values().forEach(BoundSockets::closeUnchecked);
    }

    private static void closeUnchecked(ServerSocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
