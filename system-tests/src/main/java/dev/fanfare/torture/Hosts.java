package dev.fanfare.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is all that Java knows of names ({@code -Djdk.net.hosts.file}), as {@code hosts} is: where a name is may change.
 * Thread-safe.
 */
final class Hosts {
    private static final Logger LOG = LoggerFactory.getLogger(Hosts.class);
    private static final String LOOPBACK = "127.0.0.1";

    private final Path file;
    private final Map<String, String> addresses = new TreeMap<>(); // guarded by this

    Hosts(Path file) {
        this.file = file;
        addresses.put("localhost", LOOPBACK);
        try {
            addresses.put(InetAddress.getLocalHost().getHostName(), LOOPBACK);
        } catch (UnknownHostException e) {
            LOG.debug("this machine's own name leads nowhere", e);
        }
    }

    /** Has a process look there. */
    String javaOption() {
        return "-Djdk.net.hosts.file=" + file;
    }

    /** From now on it is there. */
    synchronized void put(String name, InetAddress address) {
        addresses.put(name, address.getHostAddress());
        StringBuilder lines = new StringBuilder();
        addresses.forEach(
                (host, there) -> lines.append(there).append(' ').append(host).append('\n'));
        try {
            Path next = file.resolveSibling(file.getFileName() + ".next");
            Files.writeString(next, lines);
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be written", e);
        }
    }
}
