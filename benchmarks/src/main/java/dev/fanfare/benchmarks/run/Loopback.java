package dev.fanfare.benchmarks.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Where things listen on this machine. On Linux all of 127/8 is there, so each endpoint has a host of its own. */
public final class Loopback {
    private Loopback() {}

    /** 127.0.1.1 and on: 250 to each third byte. */
    public static String address(int endpoint) {
        return "127.0." + (1 + endpoint / 250) + "." + (1 + endpoint % 250);
    }

    /** Those of endpoints from one number to before another. */
    public static Stream<String> addresses(int from, int to) {
        return IntStream.range(from, to).mapToObj(Loopback::address);
    }

    /** One that nobody had a moment ago. */
    public static int freePort() {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
