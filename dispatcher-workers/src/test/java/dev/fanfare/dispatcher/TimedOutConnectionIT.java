package dev.fanfare.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.dispatcher.DispatcherBench.Subscribed;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An endpoint that answers on a connection, and then never again. */
@WithBroker
class TimedOutConnectionIT {
    @Test
    void aKeptConnectionIsClosedWhenADeliveryOnItTimesOut(@Fresh TestBroker broker, @TempDir Path folder)
            throws Exception {
        broker.createFanfareTopics();
        try (ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                DispatcherBench bench = new DispatcherBench(broker, folder)) {
            CompletableFuture<Integer> afterSecond = CompletableFuture.supplyAsync(() -> serve(listening));
            Subscribed to =
                    bench.subscribeFor(Duration.ofSeconds(1), "http://127.0.0.1:" + listening.getLocalPort() + "/");
            bench.start();
            bench.deliver(to, "e1", "");
            bench.awaitAttempts(to, 1);
            bench.deliver(to, "e2", "");

            assertThat(bench.awaitAttempts(to, 2).get(1).error()).contains("no whole answer");
            assertThat(afterSecond.get(10, TimeUnit.SECONDS))
                    .as("the end of the connection that both came on")
                    .isEqualTo(-1);
        }
    }

    private static int serve(ServerSocket listening) {
        try (Socket client = listening.accept()) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
            head(in);
            client.getOutputStream().write("HTTP/1.1 204 No Content\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            head(in);
            return in.read();
        } catch (IOException e) {
            // Closed the hard way: closed all the same.
            return -1;
        }
    }

    private static void head(BufferedReader in) throws IOException {
        String line;
        do {
            line = in.readLine();
        } while (line != null && !line.isEmpty());
    }
}
