package dev.fanfare.benchmarks.ingest;

import dev.fanfare.benchmarks.run.BenchmarkFailure;
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
final class HttpLoad implements AutoCloseable {
    private static final int ANSWER_BYTES = 128 * 1024;
    private static final long STALLED_NANOS = 30_000_000_000L;

    private final Selector selector;
    private final byte[][] requests;
    private final ArrayDeque<Connection> idle = new ArrayDeque<>();
    private int sent;
    private int answered;

    /**
     * What came of a run, of the part from 10 % to 90 % of the answers.
     *
     * @param answersPerSecond how many came in a second
     * @param cpuSeconds       by each of the clocks
     * @param answers          how many that part has
     * @param p50Millis        from when a request was due to when its answer was there
     */
    record Result(double answersPerSecond, List<Double> cpuSeconds, int answers, double p50Millis, double p99Millis) {}

    private static final class Connection {
        final SocketChannel channel;
        final ByteBuffer answer = ByteBuffer.allocate(ANSWER_BYTES);
        ByteBuffer request = ByteBuffer.allocate(0);
        long dueNanos;

        Connection(SocketChannel channel) {
            this.channel = channel;
        }
    }

    /** Connects; requests go out in turn. */
    HttpLoad(int port, byte[][] requests, int connections) throws IOException {
        this.selector = Selector.open();
        this.requests = requests;
        for (int i = 0; i < connections; i++) {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
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
     * @param perSecond how many are due in a second, whatever comes back; 0: each connection sends as soon as it may
     * @param clocks    CPU seconds of those that take part
     */
    Result run(int count, double perSecond, DoubleSupplier... clocks) {
        long[] nanos = new long[count];
        double[] cpuBefore = new double[clocks.length];
        double[] cpuAfter = new double[clocks.length];
        int from = count / 10;
        int to = count - from;
        long fromNanos = 0;
        long toNanos = 0;
        sent = 0;
        answered = 0;
        long startNanos = System.nanoTime();
        long movedNanos = startNanos;
        try {
            while (answered < count) {
                long nowNanos = System.nanoTime();
                int due = perSecond == 0 ? count : (int) Math.min(count, (nowNanos - startNanos) / 1e9 * perSecond + 1);
                while (sent < due && !idle.isEmpty()) {
                    // what found no idle connection has been due since its turn: it has waited
                    send(idle.poll(), perSecond == 0 ? nowNanos : startNanos + (long) (sent / perSecond * 1e9));
                }
                if (perSecond == 0 || due == count) {
                    selector.select(1_000);
                } else {
                    selector.select(1);
                }
                int before = answered;
                for (SelectionKey key : selector.selectedKeys()) {
                    Connection connection = (Connection) key.attachment();
                    if (key.isWritable()) {
                        write(connection);
                    }
                    if (key.isReadable() && read(connection)) {
                        long answeredNanos = System.nanoTime();
                        nanos[answered++] = answeredNanos - connection.dueNanos;
                        idle.add(connection);
                        if (answered == from) {
                            fromNanos = answeredNanos;
                            readClocks(clocks, cpuBefore);
                        } else if (answered == to) {
                            toNanos = answeredNanos;
                            readClocks(clocks, cpuAfter);
                        }
                    }
                }
                selector.selectedKeys().clear();
                if (answered > before) {
                    movedNanos = System.nanoTime();
                } else if (System.nanoTime() - movedNanos > STALLED_NANOS) {
                    throw BenchmarkFailure.of("no answer any more after " + answered + " of " + count);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    private static void readClocks(DoubleSupplier[] clocks, double[] into) {
        Arrays.setAll(into, i -> clocks[i].getAsDouble());
    }

    private void send(Connection connection, long dueNanos) throws IOException {
        connection.dueNanos = dueNanos;
        connection.request = ByteBuffer.wrap(requests[sent++ % requests.length]);
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
    private static boolean read(Connection connection) throws IOException {
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
        if (!head.startsWith("HTTP/1.1 202 ")) {
            throw BenchmarkFailure.of(
                    "not a 202: " + new String(bytes, 0, Math.min(600, answer.position()), StandardCharsets.UTF_8));
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
