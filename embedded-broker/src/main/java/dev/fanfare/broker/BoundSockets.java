package dev.fanfare.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import org.apache.kafka.server.ServerSocketFactory;

/**
 * The two listening sockets, bound before Kafka touches a file: a port in use is noticed first, and the port that
 * clients are told is the one that is bound. Kafka owns a socket once it has asked for it; {@link #close} closes both
 * anyway, which is harmless for one that Kafka has closed.
 */
final class BoundSockets implements ServerSocketFactory, AutoCloseable {

    static final String CLIENT_LISTENER = "PLAINTEXT";
    static final String CONTROLLER_LISTENER = "CONTROLLER";

    private final ServerSocketChannel clients;
    private final ServerSocketChannel controller;

    private BoundSockets(ServerSocketChannel clients, ServerSocketChannel controller) {
        this.clients = clients;
        this.controller = controller;
    }

    /** @throws BrokerStartException if {@code port} can't be bound */
    static BoundSockets bind(int port) {
        ServerSocketChannel clients = bindOne(port);
        try {
            return new BoundSockets(clients, bindOne(0));
        } catch (BrokerStartException e) {
            closeUnchecked(clients);
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

    int clientPort() {
        return clients.socket().getLocalPort();
    }

    int controllerPort() {
        return controller.socket().getLocalPort();
    }

    @Override
    public ServerSocketChannel openServerSocket(
            String listenerName, InetSocketAddress address, int backlog, int receiveBufferSize) {
        return switch (listenerName) {
            case CLIENT_LISTENER -> clients;
            case CONTROLLER_LISTENER -> controller;
            default -> throw new IllegalArgumentException("No socket was bound for the listener " + listenerName);
        };
    }

    @Override
    public void close() {
        closeUnchecked(clients);
        closeUnchecked(controller);
    }

    private static void closeUnchecked(ServerSocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
