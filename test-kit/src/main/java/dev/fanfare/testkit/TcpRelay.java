package dev.fanfare.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cable between two processes of this machine that can be cut: what connects to its port is connected to another one.
 *
 * <pre>
 *   whole    client ⇄ relay ⇄ server
 *   cut      client ✗ relay          connections are reset, those there are and those that come
 *   silent   client … relay … server connections stay, and nothing moves; what was sent arrives when it is whole again
 * </pre>
 *
 * Two threads serve one connection. Thread-safe.
 */
public final class TcpRelay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TcpRelay.class);
    private static final long STACK_BYTES = 128 * 1024;
    private static final int BUFFER_BYTES = 32 * 1024;
    private static final int CONNECT_MILLIS = 3_000;

    private enum State {
        WHOLE,
        CUT,
        SILENT
    }

    private final ServerSocket server;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final Object monitor = new Object();
    private State state = State.WHOLE; // guarded by monitor

    private TcpRelay(ServerSocket server, int target) {
        this.server = server;
        this.target = target;
    }

    /** Listens on any free port of 127.0.0.1; the target need not be there yet. */
    public static TcpRelay to(int targetPort) {
        try {
            return listening(new InetSocketAddress(loopback(), 0), targetPort);
        } catch (IOException e) {
            throw new UncheckedIOException("No relay to port " + targetPort, e);
        }
    }

    /** Another one, to the same target, which listens on the same port of another address of this machine. */
    public TcpRelay at(InetAddress address) {
        return listening(new InetSocketAddress(address, port()), target);
    }

    private static TcpRelay listening(InetSocketAddress where, int targetPort) {
        try {
            ServerSocket server = new ServerSocket();
            server.bind(where, 256);
            TcpRelay relay = new TcpRelay(server, targetPort);
            relay.thread("accept", relay::accept);
            return relay;
        } catch (IOException e) {
            throw new UncheckedIOException("No relay at " + where + " to port " + targetPort, e);
        }
    }

    /** Where to connect. */
    public int port() {
        return server.getLocalPort();
    }

    /** To which address. */
    public InetAddress address() {
        return server.getInetAddress();
    }

    /** How many connections came so far. */
    public int connections() {
        return accepted.get();
    }

    /** Resets all connections, and from now on each that comes. */
    public void cut() {
        become(State.CUT);
        sockets.forEach(TcpRelay::reset);
    }

    /** From now on nothing moves, and nobody is told. */
    public void silence() {
        become(State.SILENT);
    }

    /** Everything moves again. */
    public void heal() {
        become(State.WHOLE);
    }

    private void become(State next) {
        synchronized (monitor) {
            state = next;
            monitor.notifyAll();
        }
    }

    @Override
    public void close() {
        become(State.CUT);
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sockets.forEach(TcpRelay::reset);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                sockets.add(client);
                thread("connection-" + accepted.incrementAndGet(), () -> connect(client));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    LOG.warn("a connection could not be accepted, port={}", port(), e);
                }
            }
        }
    }

    private void connect(Socket client) {
        Socket onward = new Socket();
        sockets.add(onward);
        try {
            if (mayFlow()) {
                onward.connect(new InetSocketAddress(loopback(), target), CONNECT_MILLIS);
                client.setTcpNoDelay(true);
                onward.setTcpNoDelay(true);
                AtomicInteger directions = new AtomicInteger(2);
                thread("back", () -> pump(onward, client, directions));
                pump(client, onward, directions);
                return;
            }
        } catch (IOException e) {
            LOG.debug("nobody is there, port={} target={} reason={}", port(), target, e.getMessage());
        }
        end(client, onward);
    }

    private void pump(Socket from, Socket to, AtomicInteger directions) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int read = in.read(buffer);
            while (read >= 0 && mayFlow()) {
                out.write(buffer, 0, read);
                read = in.read(buffer);
            }
            if (read < 0) {
                // an orderly end, which the other direction may outlive
                to.shutdownOutput();
                if (directions.decrementAndGet() > 0) {
                    return;
                }
                from.close();
                to.close();
            }
        } catch (IOException e) {
            LOG.debug("a connection ended, port={} reason={}", port(), e.getMessage());
        }
        end(from, to);
    }

    /** Waits while it is silent; false where it is cut. */
    private boolean mayFlow() {
        synchronized (monitor) {
            try {
                while (state == State.SILENT) {
                    monitor.wait();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
            return state == State.WHOLE;
        }
    }

    private void end(Socket one, Socket other) {
        reset(one);
        reset(other);
        sockets.remove(one);
        sockets.remove(other);
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            LOG.debug("it was closed already, reason={}", e.getMessage());
        }
    }

    private void thread(String name, Runnable task) {
        Thread thread = new Thread(null, task, "relay-" + port() + "-" + name, STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
    }

    private static InetAddress loopback() throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    }
}
