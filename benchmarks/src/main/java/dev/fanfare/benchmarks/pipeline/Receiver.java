package dev.fanfare.benchmarks.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.fanfare.benchmarks.run.BenchmarkFailure;
import dev.fanfare.benchmarks.run.Loopback;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * All endpoints, on one port of many addresses and one thread. It looks at the path ({@code /e/000123} is endpoint 123,
 * everything else is the bare client), the length and the stamp, and answers as the course says. What it counts may be
 * read by any thread; it costs as little as it can, for it shares the processor with what is measured.
 */
final class Receiver implements AutoCloseable {
    private static final byte[] NO_CONTENT = "HTTP/1.1 204 No Content\r\n\r\n".getBytes(US_ASCII);
    private static final byte[] ERROR =
            "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n".getBytes(US_ASCII);
    private static final byte[] LENGTH = "content-length:".getBytes(US_ASCII);
    private static final byte[] STAMP = "ce-subject:".getBytes(US_ASCII);
    private static final byte[] PATH = "POST /e/".getBytes(US_ASCII);
    private static final int PATH_DIGITS = 6;
    /** More endpoints share them: each costs open files, of which a process has twenty thousand on many a machine. */
    static final int MOST_ADDRESSES = 2_000;

    private static final int BACKLOG = 1_024;
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final long LONGEST_MICROS = 600_000_000;

    private final Selector selector;
    private final List<ServerSocketChannel> listening = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private final Map<Integer, ArrayDeque<Waiting>> waiting = new TreeMap<>();
    private final Recorder latencies = new Recorder(LONGEST_MICROS, 3);
    private final Thread thread;
    private int port;

    private final AtomicLong bare = new AtomicLong();
    private volatile Count count = new Count(Course.IDLE);
    private volatile @Nullable Exception failure;

    /** What came of a run. */
    private static final class Count {
        final Course course;
        final AtomicLong arrived = new AtomicLong();
        /** Changed by the receiver's thread, before {@code arrived}. */
        long sum;

        Count(Course course) {
            this.course = course;
        }
    }

    /** An answer that has to wait. */
    private record Waiting(Connection connection, byte[] answer, long dueNanos) {}

    private static final class Connection {
        final SocketChannel channel;
        byte @Nullable [] partialHead;
        boolean inBody;
        long bodyLeft;
        int endpoint;

        @Nullable Stamp stamp;

        Connection(SocketChannel channel) {
            this.channel = channel;
        }
    }

    private Receiver() throws IOException {
        this.selector = Selector.open();
        this.thread = new Thread(this::run, "receiver");
        thread.setDaemon(true);
    }

    /** Listens on so many loopback addresses, and on another host where one is given. */
    static Receiver start(int addresses, @Nullable String host) throws IOException {
        Receiver receiver = new Receiver();
        try {
            for (String address : Loopback.addresses(0, addresses).toList()) {
                receiver.listen(address);
            }
            if (host != null) {
                receiver.listen(host);
            }
        } catch (IOException e) {
            receiver.selector.close();
            throw e;
        }
        receiver.thread.start();
        return receiver;
    }

    private void listen(String address) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        channel.bind(new InetSocketAddress(address, port), BACKLOG);
        port = channel.socket().getLocalPort();
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_ACCEPT);
        listening.add(channel);
    }

    int port() {
        return port;
    }

    /** From now on counts the arrivals of that run only, from none. */
    void follow(Course next) {
        count = new Count(next);
    }

    /** Webhooks of this run at endpoints that are well. */
    long counted() {
        check();
        return count.arrived.get();
    }

    /** The sum of {@link Stamp#sum} over them; right once no more arrive. */
    long sum() {
        Count now = count;
        return now.arrived.get() == 0 ? 0 : now.sum;
    }

    /** Requests of bare clients since it started. */
    long bare() {
        check();
        return bare.get();
    }

    /** How long those took, in microseconds, that arrived since the last call. */
    Histogram latencies() {
        return latencies.getIntervalHistogram();
    }

    private void check() {
        Exception problem = failure;
        if (problem != null) {
            throw BenchmarkFailure.of("the receiver failed: " + problem);
        }
    }

    private void run() {
        try {
            while (selector.isOpen()) {
                selector.select(this::serve, untilNextMillis());
                answerDue();
            }
        } catch (ClosedSelectorException e) {
            // it was closed
        } catch (IOException | RuntimeException e) {
            failure = e;
        }
    }

    private void serve(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                SocketChannel channel = ((ServerSocketChannel) key.channel()).accept();
                if (channel != null) {
                    channel.configureBlocking(false);
                    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                    channel.register(selector, SelectionKey.OP_READ, new Connection(channel));
                }
            } else if (!read((Connection) key.attachment())) {
                key.channel().close();
            }
        } catch (IOException e) {
            key.cancel(); // the other side is gone
        }
    }

    private boolean read(Connection connection) throws IOException {
        buffer.clear();
        byte[] partial = connection.partialHead;
        if (partial != null) {
            buffer.put(partial);
            connection.partialHead = null;
        }
        if (connection.channel.read(buffer) < 0) {
            return false;
        }
        byte[] bytes = buffer.array();
        int limit = buffer.position();
        int at = 0;
        while (at < limit || connection.inBody && connection.bodyLeft == 0) {
            if (connection.inBody) {
                int taken = (int) Math.min(connection.bodyLeft, limit - at);
                at += taken;
                connection.bodyLeft -= taken;
                if (connection.bodyLeft > 0) {
                    return true;
                }
                connection.inBody = false;
                received(connection);
            } else {
                int end = endOfHead(bytes, at, limit);
                if (end < 0) {
                    connection.partialHead = Arrays.copyOfRange(bytes, at, limit);
                    return true;
                }
                readHead(connection, bytes, at, end);
                at = end;
            }
        }
        return true;
    }

    private static int endOfHead(byte[] bytes, int from, int limit) {
        for (int i = from + 3; i < limit; i++) {
            if (bytes[i] == '\n' && bytes[i - 2] == '\n' && bytes[i - 1] == '\r' && bytes[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    private static void readHead(Connection connection, byte[] bytes, int from, int end) {
        connection.endpoint =
                begins(bytes, from, PATH) ? (int) Stamp.number(bytes, from + PATH.length, PATH_DIGITS) : -1;
        connection.stamp = null;
        connection.inBody = true;
        connection.bodyLeft = 0;
        for (int line = from; line < end; line++) {
            if (begins(bytes, line, LENGTH)) {
                connection.bodyLeft = length(bytes, line + LENGTH.length);
            } else if (begins(bytes, line, STAMP)) {
                int value = line + STAMP.length;
                connection.stamp = Stamp.read(bytes, bytes[value] == ' ' ? value + 1 : value);
            }
            while (line < end && bytes[line] != '\n') {
                line++;
            }
        }
    }

    private static boolean begins(byte[] bytes, int at, byte[] lowerCase) {
        for (int i = 0; i < lowerCase.length; i++) {
            byte here = bytes[at + i];
            if (here != lowerCase[i] && (here < 'A' || here > 'Z' || here + 32 != lowerCase[i])) {
                return false;
            }
        }
        return true;
    }

    private static long length(byte[] bytes, int from) {
        int at = bytes[from] == ' ' ? from + 1 : from;
        int end = at;
        while (bytes[end] >= '0' && bytes[end] <= '9') {
            end++;
        }
        return Stamp.number(bytes, at, end - at);
    }

    private void received(Connection connection) throws IOException {
        Count counting = count;
        Course now = counting.course;
        int endpoint = connection.endpoint;
        if (endpoint < 0) {
            bare.incrementAndGet();
            answer(connection, NO_CONTENT, now.delayMillis());
            return;
        }
        Stamp stamp = connection.stamp;
        if (stamp == null || stamp.run() != now.run()) {
            answer(connection, NO_CONTENT, 0); // of a run that is over
            return;
        }
        if (now.counts(endpoint)) {
            latencies.recordValue(Math.max(0, Math.min(LONGEST_MICROS, Stamp.nowMicros() - stamp.micros())));
            counting.sum += Stamp.sum(stamp.event(), endpoint);
            counting.arrived.incrementAndGet();
        }
        switch (now.reply(endpoint)) {
            case NO_CONTENT -> answer(connection, NO_CONTENT, now.delayMillis(endpoint));
            case ERROR -> answer(connection, ERROR, 0);
            case NEVER -> {
                // that is what it is about
            }
        }
    }

    private void answer(Connection connection, byte[] answer, int delayMillis) throws IOException {
        if (delayMillis == 0) {
            connection.channel.write(ByteBuffer.wrap(answer));
        } else {
            waiting.computeIfAbsent(delayMillis, absent -> new ArrayDeque<>())
                    .add(new Waiting(connection, answer, System.nanoTime() + delayMillis * 1_000_000L));
        }
    }

    private long untilNextMillis() {
        long next = 1_000;
        long now = System.nanoTime();
        for (ArrayDeque<Waiting> queue : waiting.values()) {
            Waiting first = queue.peek();
            if (first != null) {
                next = Math.min(next, (first.dueNanos() - now) / 1_000_000);
            }
        }
        return Math.max(1, next);
    }

    private void answerDue() {
        long now = System.nanoTime();
        for (ArrayDeque<Waiting> queue : waiting.values()) {
            for (Waiting first = queue.peek(); first != null && first.dueNanos() <= now; first = queue.peek()) {
                queue.remove();
                try {
                    first.connection().channel.write(ByteBuffer.wrap(first.answer()));
                } catch (IOException e) {
                    // the client has given up
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : List.copyOf(selector.keys())) {
            key.channel().close();
        }
        selector.close();
    }
}
