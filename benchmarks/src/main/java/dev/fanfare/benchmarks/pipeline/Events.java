package dev.fanfare.benchmarks.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.fanfare.benchmarks.run.Payload;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.function.IntFunction;

/**
 * The requests that bring a run's events, made beforehand but for the stamps. Event {@code n} is of group {@code n modulo
 * groups}, so it is known who gets it.
 */
final class Events {
    /** So many at least that no body comes twice in a batch of the producer. */
    private static final int BODIES = 128;

    private final int run;
    private final int batch;
    private final byte[][] requests;
    private final int[][] stampsAt;

    /**
     * Makes them.
     *
     * @param run   what their stamps say
     * @param batch events in a request
     * @param types of each group
     */
    Events(Target target, int run, int batch, int bodyBytes, int groups, IntFunction<String> types) {
        this.run = run;
        this.batch = batch;
        // after so many requests the groups begin again with the first
        int round = groups / gcd(groups, batch);
        int count = round * Math.max(1, (BODIES + round * batch - 1) / (round * batch));
        this.requests = new byte[count][];
        this.stampsAt = new int[count][];
        Random random = new Random(1);
        for (int i = 0; i < count; i++) {
            int first = i * batch;
            make(target, i, event -> types.apply((first + event) % groups), bodyBytes, random);
        }
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    private void make(Target target, int number, IntFunction<String> types, int bodyBytes, Random random) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int[] at = new int[batch];
        for (int event = 0; event < batch; event++) {
            text(body, event > 0 ? "," : batch > 1 ? "[" : "");
            text(body, "{\"type\":\"" + types.apply(event) + "\",\"subject\":\"");
            at[event] = body.size();
            text(body, Stamp.BLANK + "\",\"data\":");
            body.writeBytes(Payload.body(bodyBytes, random));
            text(body, "}");
        }
        if (batch > 1) {
            text(body, "]");
        }
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        text(request, target.eventsHead() + body.size() + "\r\n\r\n");
        for (int event = 0; event < batch; event++) {
            at[event] += request.size();
        }
        request.writeBytes(body.toByteArray());
        requests[number] = request.toByteArray();
        stampsAt[number] = at;
    }

    private static void text(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(US_ASCII));
    }

    int batch() {
        return batch;
    }

    /** The n-th request, stamped. */
    ByteBuffer request(long number, long micros) {
        int which = (int) (number % requests.length);
        byte[] bytes = requests[which].clone();
        for (int event = 0; event < batch; event++) {
            new Stamp(run, number * batch + event, micros).write(bytes, stampsAt[which][event]);
        }
        return ByteBuffer.wrap(bytes);
    }
}
