package dev.fanfare.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.bootstrap.BootstrapDirectory;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;

/**
 * The broker's folder, held by this process from {@link #take} to {@link #close}.
 *
 * <p>Kafka takes its own lock only after it has opened the metadata log, so a second process would damage the folder
 * before it noticed the first. Our lock is taken before Kafka reads a byte. It is a lock of the operating system: it
 * ends with the process, however that ends, so a file left behind locks nothing.
 */
final class DataFolder implements AutoCloseable {

    /** Kafka skips plain files in its folder, so the lock can live inside and needs no right on the parent. */
    private static final String LOCK_FILE = "fanfare.lock";

    private static final Set<String> LEFT_BY_FORMATTING = Set.of(
            LOCK_FILE,
            BootstrapDirectory.BINARY_BOOTSTRAP_FILENAME,
            BootstrapDirectory.BINARY_BOOTSTRAP_FILENAME + ".tmp",
            MetaPropertiesEnsemble.META_PROPERTIES_NAME + ".tmp");

    private final Path path;
    private final FileChannel lockChannel;

    private DataFolder(Path path, FileChannel lockChannel) {
        this.path = path;
        this.lockChannel = lockChannel;
    }

    /** @throws BrokerStartException if the folder can't be created or written, or another process holds it */
    static DataFolder take(Path dataDir) {
        Path path = dataDir.toAbsolutePath().normalize();
        FileChannel channel;
        try {
            Files.createDirectories(path);
            channel = FileChannel.open(
                    path.resolve(LOCK_FILE),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new BrokerStartException(
                    "The data folder " + path + " can't be written ("
                            + e.getClass().getSimpleName()
                            + "); give this user the right to write there, or choose another folder with --data-dir.",
                    e);
        }
        try {
            lock(path, channel);
            return new DataFolder(path, channel);
        } catch (RuntimeException e) {
            closeQuietly(channel, e);
            throw e;
        }
    }

    private static void lock(Path path, FileChannel channel) {
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw inUse(
                        path,
                        "by process "
                                + Files.readString(path.resolve(LOCK_FILE)).strip());
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
        } catch (OverlappingFileLockException e) {
            throw inUse(path, "by another broker of this process");
        } catch (IOException e) {
            throw new BrokerStartException(
                    "The data folder " + path + " can't be locked (" + e.getMessage()
                            + "); choose a folder on a local disk with --data-dir.",
                    e);
        }
    }

    private static BrokerStartException inUse(Path path, String holder) {
        return new BrokerStartException("The data folder " + path + " is in use " + holder
                + "; stop that one first, or choose another folder with --data-dir.");
    }

    Path path() {
        return path;
    }

    /** Makes the folder a Kafka log directory on the first start; later only looks whether it is sound. */
    void formatOnce(int nodeId, String controllerListener) {
        try {
            if (Files.exists(path.resolve(MetaPropertiesEnsemble.META_PROPERTIES_NAME))) {
                MetadataLogCheck.check(path);
                return;
            }
            refuseWhatIsNotOurs();
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setNodeId(nodeId)
                    .setClusterId(Uuid.randomUuid().toString())
                    .addDirectory(path.toString())
                    .setMetadataLogDirectory(path.toString())
                    .setControllerListenerName(controllerListener)
                    .setIgnoreFormatted(true)
                    .run();
        } catch (BrokerStartException e) {
            throw e;
        } catch (Exception e) {
            throw unusable(e);
        }
    }

    /** Without meta.properties the folder must be empty, but for what a crash while formatting leaves behind. */
    private void refuseWhatIsNotOurs() throws IOException {
        try (Stream<Path> content = Files.list(path)) {
            List<String> foreign = content.map(file -> file.getFileName().toString())
                    .filter(name -> !LEFT_BY_FORMATTING.contains(name))
                    .sorted()
                    .toList();
            if (foreign.contains(MetadataLogCheck.METADATA_LOG)) {
                throw unreadable("meta.properties is missing although there is data", null);
            }
            if (!foreign.isEmpty()) {
                throw new BrokerStartException("The folder " + path + " is not a broker's: it holds " + foreign.get(0)
                        + "; choose an empty or a new one with --data-dir.");
            }
        }
    }

    /** What to tell about a start that failed while Kafka worked on the folder. */
    BrokerStartException unusable(Throwable cause) {
        String reason = reason(cause);
        if (reason.contains("No space left on device")) {
            return new BrokerStartException(
                    "The disk of the data folder " + path + " is full; free some space, or choose another folder with"
                            + " --data-dir.",
                    cause);
        }
        if (cause instanceof TimeoutException || cause instanceof VirtualMachineError) {
            return new BrokerStartException(
                    "The broker on the data folder " + path + " did not get ready (" + reason
                            + "); give it more time or memory, and see the log for what it waited for.",
                    cause);
        }
        return unreadable(reason, cause);
    }

    private BrokerStartException unreadable(String what, @Nullable Throwable cause) {
        return new BrokerStartException(
                "The data folder " + path + " can't be read (" + what
                        + "); restore it from a copy, or move it away and start with an empty one.",
                cause);
    }

    /** The innermost message of an error, as one line without a full stop. */
    static String reason(Throwable error) {
        Throwable innermost = error;
        while (innermost.getCause() != null && innermost.getCause() != innermost) {
            innermost = innermost.getCause();
        }
        String message = innermost.getMessage();
        String text = message == null ? innermost.getClass().getSimpleName() : message;
        String line = text.lines().findFirst().orElse("").strip();
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }

    @Override
    public void close() {
        closeQuietly(lockChannel, null);
    }

    private static void closeQuietly(FileChannel channel, @Nullable Throwable because) {
        try {
            channel.close();
        } catch (IOException e) {
            if (because != null) {
                because.addSuppressed(e);
            } else {
                throw new UncheckedIOException(e);
            }
        }
    }
}
