package dev.fanfare.cli.shell;

import dev.fanfare.cli.log.LogSetup;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ctrl-C and SIGTERM for commands that run until they are told to stop: the command itself winds down, on its own
 * thread and in its own order, and its exit code is the process's. Without this, Java would end with 130 or 143 in
 * the middle of whatever is under way.
 *
 * <pre>
 * command thread   install ── start … ── await ─────────── close … ── return 0 ── exit(0)
 * signal                                   ▲ Ctrl-C: hook wakes it ……………………………… ▲ hook ends the process with 0
 * </pre>
 *
 * A stop while the command is still starting interrupts its thread. Thread-safe.
 */
public final class StopSignal {
    /** After this long the process ends, whatever it still does. Longer than any drain time-out by default. */
    private static final Duration GRACE = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(StopSignal.class);
    private static final CompletableFuture<Integer> EXIT_CODE = new CompletableFuture<>();
    private static volatile @Nullable StopSignal installed;

    private final CountDownLatch requested = new CountDownLatch(1);
    private final Thread command = Thread.currentThread();
    private boolean starting = true;
    private volatile boolean interrupted;
    private volatile boolean shuttingDown;

    private final Thread hook = new Thread(this::onShutdown, "stop");

    private StopSignal() {}

    /** For one command a process; call it on the command's thread, before there is anything to clean up. */
    public static StopSignal install() {
        StopSignal signal = new StopSignal();
        installed = signal;
        Runtime.getRuntime().addShutdownHook(signal.hook);
        return signal;
    }

    /** What has to be wound down is over: from now on Ctrl-C ends the process as usual, unless it has come already. */
    public void uninstall() {
        if (!isRequested()) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
                installed = null;
            } catch (IllegalStateException e) {
                LOG.debug("told to stop at this moment", e);
            }
        }
    }

    /** Ends the process: at once, or by way of the shutdown that is under way. */
    @SuppressWarnings("SystemExitOutsideMain")
    public static void exit(int code) {
        EXIT_CODE.complete(code);
        StopSignal signal = installed;
        if (signal == null || !signal.shuttingDown) {
            System.exit(code);
        }
    }

    /** Asks for the stop from within, as Ctrl-C does from without. */
    public void request() {
        requested.countDown();
    }

    /** Whether the process was told to stop. */
    public boolean isRequested() {
        return requested.getCount() == 0;
    }

    /** Whether the stop came before {@link #started}: what fails then fails because of it. */
    public boolean cameWhileStarting() {
        return interrupted;
    }

    /** Waits until the process is told to stop. */
    public void await() {
        started();
        while (true) {
            try {
                requested.await();
                return;
            } catch (InterruptedException e) {
                if (isRequested()) {
                    return;
                }
            }
        }
    }

    /** Waits a while; true as soon as the process is told to stop. */
    public boolean awaits(Duration time) throws InterruptedException {
        return requested.await(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** From now on a stop no longer interrupts: the command looks for it itself. */
    public synchronized void started() {
        starting = false;
        // A stop that came a moment before must not interrupt what closes in order.
        Thread.interrupted();
    }

    private synchronized void interruptWhileStarting() {
        if (starting) {
            interrupted = true;
            command.interrupt();
        }
    }

    private void onShutdown() {
        if (EXIT_CODE.isDone()) {
            return;
        }
        shuttingDown = true;
        requested.countDown();
        interruptWhileStarting();
        int code = ExitCode.FAILED;
        try {
            code = EXIT_CODE.get(GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.error("not stopped in time, cut off grace={}", GRACE);
        } catch (ExecutionException | InterruptedException e) {
            LOG.error("stopping failed", e);
        }
        LogSetup.finish();
        Runtime.getRuntime().halt(code);
    }
}
