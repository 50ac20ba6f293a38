package dev.fanfare.benchmarks.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;

/**
 * Requests over connections that are kept alive, each with one under way, from one thread. It costs as little as it can:
 * requests are bytes made beforehand, and of an answer it looks at the status and the length. Confined to one thread.
 */
public final class HttpLoad implements AutoCloseable {
    private static final int ANSWER_BYTES = 128 * 1024;
    private static final long STALLED_NANOS = 30_000_000_000L;

    private final Selector selector;
    private final ArrayDeque<Connection> idle = new ArrayDeque<>();

    /** What is to be sent, and when. Asked by the one thread. */
    public interface Feed {
        /** How many requests are due since the beginning. */
        long due(long elapsedNanos);

        /** The bytes of the next request. */
        ByteBuffer next(long number, long dueNanos);

        /** When the request was due, where it could not be sent before now; in {@link System#nanoTime()}. */
        long dueNanos(long number, long nowNanos);

        /** An answer came that is taken. */
        void answered(long dueNanos, long answeredNanos);

        /** Whether an answer with this status line is one that is wanted; anything else ends the run. */
        default boolean takes(String statusLine) {
            return statusLine.startsWith("HTTP/1.1 202 ");
        }

        /** Whether no more requests come. */
        boolean isOver();
    }

    /**
     * What came of a run, of the {@link Steady} part of the answers.
     *
     * @param answersPerSecond how many came in a second
     * @param cpuSeconds       by each of the clocks
     * @param answers          how many that part has
     * @param p50Millis        from when a request was due to when its answer was there
     */
    public record Result(
            double answersPerSecond, List<Double> cpuSeconds, int answers, double p50Millis, double p99Millis) {}

    private static final class Connection {
        final SocketChannel channel;
        final ByteBuffer answer = ByteBuffer.allocate(ANSWER_BYTES);
        ByteBuffer request = ByteBuffer.allocate(0);
        long dueNanos;

        Connection(SocketChannel channel) {
            this.channel = channel;
        }
    }

    /** Connects. */
    public HttpLoad(String host, int port, int connections) throws IOException {
        this.selector = Selector.open();
        for (int i = 0; i < connections; i++) {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress(host, port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            Connection connection = new Connection(channel);
            channel.register(selector, SelectionKey.OP_READ, connection);
            idle.add(connection);
        }
    }

    /**
     * Sends so many and waits for their answers.
     *
     * @param requests  go out in turn
     * @param perSecond how many are due in a second, whatever comes back; 0: each connection sends as soon as it may
     * @param clocks    CPU seconds of those that take part
     */
    public Result run(byte[][] requests, int count, double perSecond, DoubleSupplier... clocks) {
        MadeBeforehand feed = new MadeBeforehand(requests, count, perSecond, clocks);
        run(feed);
        return feed.result();
    }

    /** Sends what is due until no more comes, and waits for the answers of all that went out. */
    public void run(Feed feed) {
        long startNanos = System.nanoTime();
        long movedNanos = startNanos;
        long sent = 0;
        long answered = 0;
        try {
            while (true) {
                long nowNanos = System.nanoTime();
                boolean over = feed.isOver();
                if (over && answered == sent) {
                    return;
                }
                long due = over ? sent : feed.due(nowNanos - startNanos);
                while (sent < due && !idle.isEmpty()) {
                    // what found no idle connection has been due since its turn: it has waited
                    send(idle.poll(), feed, sent, feed.dueNanos(sent, nowNanos));
                    sent++;
                }
                selector.select(1);
                long before = answered;
                for (SelectionKey key : selector.selectedKeys()) {
                    Connection connection = (Connection) key.attachment();
                    if (key.isWritable()) {
                        write(connection);
                    }
                    if (key.isReadable() && read(connection, feed)) {
                        answered++;
                        idle.add(connection);
                        feed.answered(connection.dueNanos, System.nanoTime());
                    }
                }
                selector.selectedKeys().clear();
                if (answered > before || answered == sent) {
                    movedNanos = System.nanoTime();
                } else if (System.nanoTime() - movedNanos > STALLED_NANOS) {
                    throw BenchmarkFailure.of("no answer any more after " + answered + " of " + sent);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A count of requests; measures the {@link Steady} part of the answers. */
    private static final class MadeBeforehand implements Feed {
        private final byte[][] requests;
        private final int count;
        private final double perSecond;
        private final DoubleSupplier[] clocks;
        private final long[] nanos;
        private final double[] cpuBefore;
        private final double[] cpuAfter;
        private final int from;
        private final int to;
        private long startNanos;
        private long fromNanos;
        private long toNanos;
        private int answered;

        MadeBeforehand(byte[][] requests, int count, double perSecond, DoubleSupplier[] clocks) {
            this.requests = requests;
            this.count = count;
            this.perSecond = perSecond;
            this.clocks = clocks;
            this.nanos = new long[count];
            this.cpuBefore = new double[clocks.length];
            this.cpuAfter = new double[clocks.length];
            this.from = (int) Steady.from(count);
            this.to = (int) Steady.to(count);
            this.startNanos = System.nanoTime();
        }

        @Override
        public long due(long elapsedNanos) {
            return perSecond == 0 ? count : (long) Math.min(count, elapsedNanos / 1e9 * perSecond + 1);
        }

        @Override
        public ByteBuffer next(long number, long dueNanos) {
            return ByteBuffer.wrap(requests[(int) (number % requests.length)]);
        }

        @Override
        public long dueNanos(long number, long nowNanos) {
            if (number == 0) {
                startNanos = nowNanos;
            }
            return perSecond == 0 ? nowNanos : startNanos + (long) (number / perSecond * 1e9);
        }

        @Override
        public void answered(long dueNanos, long answeredNanos) {
            nanos[answered++] = answeredNanos - dueNanos;
            if (answered == from) {
                fromNanos = answeredNanos;
                readClocks(cpuBefore);
            } else if (answered == to) {
                toNanos = answeredNanos;
                readClocks(cpuAfter);
            }
        }

        private void readClocks(double[] into) {
            Arrays.setAll(into, i -> clocks[i].getAsDouble());
        }

        @Override
        public boolean isOver() {
            return answered == count;
        }

        Result result() {
            long[] measured = Arrays.copyOfRange(nanos, from, to);
            Arrays.sort(measured);
            List<Double> cpu = IntStream.range(0, clocks.length)
                    .mapToObj(i -> cpuAfter[i] - cpuBefore[i])
                    .toList();
            return new Result(
                    (to - from) * 1e9 / (toNanos - fromNanos),
                    cpu,
                    to - from,
                    measured[measured.length / 2] / 1e6,
                    measured[(int) (measured.length * 0.99)] / 1e6);
        }
    }

    private void send(Connection connection, Feed feed, long number, long dueNanos) throws IOException {
        connection.dueNanos = dueNanos;
        connection.request = feed.next(number, dueNanos);
        write(connection);
    }

    private void write(Connection connection) throws IOException {
        connection.channel.write(connection.request);
        int interest =
                connection.request.hasRemaining() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ;
        SelectionKey key = connection.channel.keyFor(selector);
        if (key.interestOps() != interest) {
            key.interestOps(interest);
        }
    }

    /** Whether the whole answer is there. */
    private static boolean read(Connection connection, Feed feed) throws IOException {
        ByteBuffer answer = connection.answer;
        if (connection.channel.read(answer) < 0) {
            throw BenchmarkFailure.of("the server closed a connection");
        }
        byte[] bytes = answer.array();
        int end = endOfHead(bytes, answer.position());
        if (end < 0) {
            return false;
        }
        String head = new String(bytes, 0, end, StandardCharsets.US_ASCII);
        int at = head.toLowerCase(Locale.ROOT).indexOf("content-length: ");
        int length = Integer.parseInt(head.substring(at + 16, head.indexOf("\r\n", at)));
        if (answer.position() < end + length) {
            return false;
        }
        if (!feed.takes(head)) {
            throw BenchmarkFailure.of("another answer than is wanted: "
                    + new String(bytes, 0, Math.min(600, answer.position()), StandardCharsets.UTF_8));
        }
        answer.clear();
        return true;
    }

    private static int endOfHead(byte[] bytes, int length) {
        for (int i = 3; i < length; i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
