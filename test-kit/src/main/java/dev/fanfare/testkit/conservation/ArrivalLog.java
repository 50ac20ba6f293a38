package dev.fanfare.testkit.conservation;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** The receivers' records in a file, in the order of arrival: half a million don't fit into a test's memory. Thread-safe. */
public final class ArrivalLog implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final DataOutputStream out;
    private long size;

    private ArrivalLog(DataOutputStream out) {
        this.out = out;
    }

    /** Begins a new one. */
    public static ArrivalLog create(Path file) throws IOException {
        return new ArrivalLog(
                new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES)));
    }

    /** Keeps one. */
    public synchronized void add(WebhookArrival arrival) {
        try {
            out.writeUTF(arrival.webhookId());
            out.writeUTF(arrival.subscription());
            out.writeUTF(arrival.eventSource());
            out.writeUTF(arrival.eventId());
            out.writeInt(arrival.attempt());
            out.writeLong(arrival.atMillis());
            out.writeBoolean(arrival.accepted());
            out.writeInt(arrival.body());
            out.writeUTF(arrival.complaint());
            size++;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many it holds. */
    public synchronized long size() {
        return size;
    }

    /** From now on {@link #read} finds all that was added. */
    public synchronized void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads all of a file that nobody writes to meanwhile.
     *
     * @throws java.io.EOFException where the last one was cut off
     */
    public static void read(Path file, Consumer<WebhookArrival> reader) throws IOException {
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES))) {
            while (true) {
                in.mark(1);
                if (in.read() < 0) {
                    return;
                }
                in.reset();
                reader.accept(new WebhookArrival(
                        in.readUTF(),
                        in.readUTF(),
                        in.readUTF(),
                        in.readUTF(),
                        in.readInt(),
                        in.readLong(),
                        in.readBoolean(),
                        in.readInt(),
                        in.readUTF()));
            }
        }
    }
}
