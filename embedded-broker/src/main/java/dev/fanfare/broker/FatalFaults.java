package dev.fanfare.broker;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import kafka.server.FaultHandlerFactory;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.server.fault.FaultHandler;
import org.apache.kafka.server.fault.LoggingFaultHandler;
import org.apache.kafka.server.fault.ProcessTerminatingFaultHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens when the broker meets a fault that it can't survive.
 *
 * <pre>
 *   starting ──started()──▶ running ──closing()──▶ closing
 *   fault: the start fails   fault: the process     fault: logged
 *   with a clear sentence    ends, as Kafka's own
 * </pre>
 *
 * A broker that goes on after such a fault could acknowledge what it doesn't keep; that is why a running one ends the
 * process. Thread-safe.
 */
final class FatalFaults implements FaultHandlerFactory {

    private static final Logger LOG = LoggerFactory.getLogger(FatalFaults.class);
    private static final Set<FatalFaults> ALL_STARTING = ConcurrentHashMap.newKeySet();

    static {
        // where a log directory can't be read, Kafka halts the process without asking a fault handler
        Exit.setHaltProcedure((status, message) -> {
            if (ALL_STARTING.isEmpty()) {
                Runtime.getRuntime().halt(status);
            }
            IllegalStateException gaveUp =
                    new IllegalStateException("Kafka gave up the folder; the log names the file");
            ALL_STARTING.forEach(faults -> faults.whileStarting.complete(gaveUp));
            throw gaveUp;
        });
    }

    private enum Phase {
        STARTING,
        RUNNING,
        CLOSING
    }

    private final CompletableFuture<Throwable> whileStarting = new CompletableFuture<>();
    private volatile Phase phase = Phase.STARTING;

    FatalFaults() {
        ALL_STARTING.add(this);
    }

    /** Completes with the first fatal fault that happens before {@link #started()}. */
    CompletableFuture<Throwable> whileStarting() {
        return whileStarting;
    }

    void started() {
        phase = Phase.RUNNING;
        ALL_STARTING.remove(this);
    }

    void closing() {
        phase = Phase.CLOSING;
        ALL_STARTING.remove(this);
    }

    @Override
    public FaultHandler build(String name, boolean fatal, Runnable action) {
        if (!fatal) {
            return new LoggingFaultHandler(name, action);
        }
        FaultHandler terminating =
                new ProcessTerminatingFaultHandler.Builder().setAction(action).build();
        return (message, cause) -> {
            switch (phase) {
                case STARTING -> {
                    action.run();
                    whileStarting.complete(new IllegalStateException(name + ": " + message, cause));
                }
                case RUNNING -> terminating.handleFault(message, cause);
                case CLOSING -> LOG.info("fault while closing, name={} message={}", name, message, cause);
            }
            return new IllegalStateException(name + ": " + message, cause);
        };
    }
}
