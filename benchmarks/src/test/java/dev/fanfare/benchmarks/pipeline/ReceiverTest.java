package dev.fanfare.benchmarks.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.benchmarks.pipeline.Scenario.Trouble;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReceiverTest {
    private static final int RUN = 3;

    private Receiver receiver;
    private Socket socket;
    private OutputStream out;
    private BufferedReader in;

    @BeforeEach
    void start() throws IOException {
        receiver = Receiver.start(0, "127.0.0.1");
        socket = new Socket("127.0.0.1", receiver.port());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(60_000);
        out = socket.getOutputStream();
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
    }

    @AfterEach
    void stop() throws IOException {
        socket.close();
        receiver.close();
    }

    @Test
    void itCountsAndSumsTheArrivalsOfItsRunOnly() throws IOException {
        receiver.follow(new Course(RUN, 0, Trouble.NONE));
        assertThat(post(RUN, 1, 4)).isEqualTo(204);
        assertThat(post(RUN, 2, 5)).isEqualTo(204);
        assertThat(post(RUN - 1, 2, 5)).as("of a run that is over").isEqualTo(204);
        assertThat(receiver.counted()).isEqualTo(2);
        assertThat(receiver.sum()).isEqualTo(Stamp.sum(1, 4) + Stamp.sum(2, 5));
        assertThat(receiver.latencies().getTotalCount()).isEqualTo(2);
        receiver.follow(new Course(RUN + 1, 0, Trouble.NONE));
        assertThat(receiver.counted()).isZero();
    }

    @Test
    void aRequestMayComeByteByByteAndTwoAtOnce() throws IOException {
        receiver.follow(new Course(RUN, 0, Trouble.NONE));
        for (byte one : request(RUN, 1, 4).getBytes(US_ASCII)) {
            out.write(one);
            out.flush();
        }
        assertThat(status()).isEqualTo(204);
        out.write((request(RUN, 2, 4) + request(RUN, 3, 4)).getBytes(US_ASCII));
        assertThat(status()).isEqualTo(204);
        assertThat(status()).isEqualTo(204);
        assertThat(receiver.counted()).isEqualTo(3);
    }

    @Test
    void aFailingEndpointAnswers500AndDoesNotCount() throws IOException {
        receiver.follow(new Course(RUN, 0, Trouble.FAILING));
        assertThat(post(RUN, 1, 19)).isEqualTo(500);
        assertThat(post(RUN, 1, 18)).isEqualTo(204);
        assertThat(receiver.counted()).isEqualTo(1);
    }

    @Test
    void aHangingEndpointNeverAnswers() throws IOException {
        receiver.follow(new Course(RUN, 0, Trouble.HANGING));
        out.write(request(RUN, 1, 9).getBytes(US_ASCII));
        // on the same connection, so it is read after the first
        out.write(request(RUN, 7, 8).getBytes(US_ASCII));
        assertThat(status()).as("of the second one").isEqualTo(204);
        assertThat(receiver.sum()).isEqualTo(Stamp.sum(7, 8));
        assertThat(in.ready()).isFalse();
    }

    @Test
    void aSlowEndpointTakesItsTime() throws IOException {
        receiver.follow(new Course(RUN, 100, Trouble.NONE));
        long began = System.nanoTime();
        assertThat(post(RUN, 1, 4)).isEqualTo(204);
        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(100_000_000L);
    }

    @Test
    void aBareClientIsCountedApart() throws IOException {
        receiver.follow(new Course(RUN, 0, Trouble.NONE));
        out.write("POST /hooks HTTP/1.1\r\nhost: a\r\nContent-Length: 2\r\n\r\n{}".getBytes(US_ASCII));
        assertThat(status()).isEqualTo(204);
        await().untilAsserted(() -> assertThat(receiver.bare()).isEqualTo(1));
        assertThat(receiver.counted()).isZero();
    }

    private int post(int run, long event, int endpoint) throws IOException {
        out.write(request(run, event, endpoint).getBytes(US_ASCII));
        return status();
    }

    private static String request(int run, long event, int endpoint) {
        byte[] stamp = Stamp.BLANK.getBytes(US_ASCII);
        new Stamp(run, event, Stamp.nowMicros()).write(stamp, 0);
        return String.format("POST /e/%06d HTTP/1.1\r\nHost: a\r\nCE-Subject: ", endpoint)
                + new String(stamp, US_ASCII)
                + "\r\ncontent-length: 11\r\n\r\n{\"a\":\"\r\n\"} ";
    }

    /** Of the next answer, whose body, if any, is empty. */
    private int status() throws IOException {
        String first = in.readLine();
        for (String line = first; !line.isEmpty(); line = in.readLine()) {
            // the head has nothing else of interest
        }
        return Integer.parseInt(first.split(" ")[1]);
    }
}
