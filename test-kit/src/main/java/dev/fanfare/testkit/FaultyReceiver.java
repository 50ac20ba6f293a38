package dev.fanfare.testkit;

import dev.fanfare.testkit.HttpRequestReader.MalformedRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real HTTP/1.1 server on a free port of 127.0.0.1 that misbehaves on order and remembers every request.
 *
 * <pre>{@code
 * try (FaultyReceiver receiver = FaultyReceiver.start()) {
 *     receiver.on("/orders", Answer.status(500), Answer.status(500), Answer.status(204));
 *     receiver.on("/silent", Answer.hang());
 *     send(receiver.url("/orders"));
 *     List<ReceivedRequest> requests = receiver.awaitCount(3, Duration.ofSeconds(10));
 * }
 * }</pre>
 *
 * A path that nobody scripted answers 204. One thread serves one connection: good for hundreds that are kept alive.
 * Nothing that was received is ever dropped; where that would be too much, {@link #keptBy} hands it on instead.
 * Thread-safe.
 */
public final class FaultyReceiver implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FaultyReceiver.class);
    private static final long STACK_BYTES = 256 * 1024;

    private final ServerSocket server;
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Object monitor = new Object();
    private final List<Exchange> exchanges = new ArrayList<>(); // guarded by monitor
    private final @Nullable Consumer<Exchange> keeper;
    private volatile Script otherwise = Script.sequence(Answer.status(204));

    private FaultyReceiver(ServerSocket server, @Nullable Consumer<Exchange> keeper) {
        this.server = server;
        this.keeper = keeper;
    }

    /** Starts on any free port. */
    public static FaultyReceiver start() {
        return start(0);
    }

    /** Starts on this port, such as one that an earlier receiver has given back. */
    public static FaultyReceiver start(int port) {
        return start(port, null);
    }

    /**
     * Starts one that remembers nothing.
     *
     * @param keeper told each exchange before its answer is given; called by many threads at once
     */
    public static FaultyReceiver keptBy(Consumer<Exchange> keeper) {
        return start(0, keeper);
    }

    private static FaultyReceiver start(int port, @Nullable Consumer<Exchange> keeper) {
        try {
            ServerSocket server = new ServerSocket();
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), 1024);
            FaultyReceiver receiver = new FaultyReceiver(server, keeper);
            receiver.thread("accept", receiver::accept);
            return receiver;
        } catch (IOException e) {
            throw new UncheckedIOException("No receiver on port " + port, e);
        }
    }

    public int port() {
        return server.getLocalPort();
    }

    /** The URL of a path, which starts with a slash. */
    public String url(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    /** Requests to this path get these answers, one after the other, the last one for ever. */
    public FaultyReceiver on(String path, Answer... answers) {
        return on(path, Script.sequence(answers));
    }

    /** Requests to this path get what the script says. */
    public FaultyReceiver on(String path, Script script) {
        scripts.put(path, script);
        return this;
    }

    /** Requests to all other paths together get these answers, one after the other, the last one for ever. */
    public FaultyReceiver otherwise(Answer... answers) {
        return otherwise(Script.sequence(answers));
    }

    /** Requests to all other paths get what the script says. */
    public FaultyReceiver otherwise(Script script) {
        otherwise = script;
        return this;
    }

    /** All that was received so far, in the order in which it was complete, with the answers. */
    public List<Exchange> exchanges() {
        synchronized (monitor) {
            return List.copyOf(exchanges);
        }
    }

    /** All requests so far, in the order in which they were complete. */
    public List<ReceivedRequest> requests() {
        return exchanges().stream().map(Exchange::request).toList();
    }

    /** The requests to one path so far. */
    public List<ReceivedRequest> requests(String path) {
        return requests().stream()
                .filter(request -> request.path().equals(path))
                .toList();
    }

    /** How many requests came so far. */
    public int count() {
        synchronized (monitor) {
            return exchanges.size();
        }
    }

    /** How many connections were accepted so far. */
    public int connections() {
        return accepted.get();
    }

    /**
     * Waits until at least this many requests have come, and returns all of them.
     *
     * @throws AssertionError if the patience ends first
     */
    public List<ReceivedRequest> awaitCount(int count, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        synchronized (monitor) {
            while (exchanges.size() < count) {
                long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (leftMillis <= 0) {
                    throw new AssertionError("Expected " + count + " requests within " + patience + " but got "
                            + exchanges.size() + ": " + tail());
                }
                try {
                    monitor.wait(leftMillis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError("Interrupted while waiting for " + count + " requests", e);
                }
            }
            return requests();
        }
    }

    private List<ReceivedRequest> tail() {
        return exchanges.subList(Math.max(0, exchanges.size() - 10), exchanges.size()).stream()
                .map(Exchange::request)
                .toList();
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            server.close();
            for (Socket connection : connections) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket connection = server.accept();
                connections.add(connection);
                thread("connection-" + accepted.incrementAndGet(), () -> serve(connection));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    LOG.warn("a connection could not be accepted, port={}", port(), e);
                }
            }
        }
    }

    private void thread(String name, Runnable task) {
        Thread thread = new Thread(null, task, "receiver-" + port() + "-" + name, STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            OutputStream out = connection.getOutputStream();
            HttpRequestReader reader = new HttpRequestReader(connection.getInputStream(), out);
            boolean goOn = true;
            while (goOn && closed.getCount() > 0) {
                ReceivedRequest request = reader.next();
                goOn = request != null && give(remember(request), connection, out, reader) && !wantsToClose(request);
            }
        } catch (MalformedRequest e) {
            LOG.warn("a request could not be read, port={} reason={}", port(), e.getMessage());
        } catch (SocketException e) {
            LOG.debug("the client went away, port={} reason={}", port(), e.getMessage());
        } catch (IOException e) {
            LOG.warn("a connection failed, port={}", port(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            connections.remove(connection);
        }
    }

    private Answer remember(ReceivedRequest request) {
        if (keeper != null) {
            Answer answer = scripts.getOrDefault(request.path(), otherwise).answerTo(request);
            keeper.accept(new Exchange(request, answer));
            return answer;
        }
        synchronized (monitor) {
            // under the lock, so that the nth request is the one that gets the nth answer
            Answer answer = scripts.getOrDefault(request.path(), otherwise).answerTo(request);
            exchanges.add(new Exchange(request, answer));
            monitor.notifyAll();
            return answer;
        }
    }

    /** Returns whether the connection can be used again. */
    private boolean give(Answer answer, Socket connection, OutputStream out, HttpRequestReader reader)
            throws IOException, InterruptedException {
        if (answer instanceof Answer.Reply reply) {
            if (rest(reply.delay())) {
                byte[] body = reply.bodyBytes();
                out.write(concat(reply.headBytes(body.length), body));
                return true;
            }
        } else if (answer instanceof Answer.Trickle trickle) {
            return drip(trickle, out);
        } else if (answer instanceof Answer.Huge huge) {
            return pour(huge, out);
        } else if (answer instanceof Answer.Hang) {
            reader.awaitEnd();
        } else if (answer instanceof Answer.Reset) {
            connection.setSoLinger(true, 0);
        }
        return false; // and the connection ends
    }

    private boolean drip(Answer.Trickle trickle, OutputStream out) throws IOException, InterruptedException {
        byte[] body = trickle.reply().bodyBytes();
        byte[] head = trickle.reply().headBytes(body.length);
        if (!rest(trickle.reply().delay())) {
            return false;
        }
        if (!trickle.fromTheFirstByte()) {
            out.write(head);
        }
        for (byte next : trickle.fromTheFirstByte() ? concat(head, body) : body) {
            if (!rest(trickle.pause())) {
                return false;
            }
            out.write(next);
        }
        return true;
    }

    private static boolean pour(Answer.Huge huge, OutputStream out) throws IOException {
        out.write(Answer.status(huge.code()).headBytes(huge.bytes()));
        byte[] piece = new byte[64 * 1024];
        Arrays.fill(piece, (byte) 'x');
        for (long left = huge.bytes(); left > 0; left -= piece.length) {
            out.write(piece, 0, (int) Math.min(left, piece.length));
        }
        return true;
    }

    /** Waits; false if the receiver was closed meanwhile. */
    private boolean rest(Duration pause) throws InterruptedException {
        return pause.isZero() || !closed.await(pause.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static boolean wantsToClose(ReceivedRequest request) {
        return "close".equalsIgnoreCase(request.header("Connection"));
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
