package dev.fanfare.cli.deadletters;

import dev.fanfare.cli.cluster.Operator;
import dev.fanfare.cli.output.ProgressLine;
import dev.fanfare.cli.output.Remaining;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.cli.shell.StopSignal;
import dev.fanfare.contract.Uuid7;
import dev.fanfare.contract.run.Run;
import dev.fanfare.retry.dead.DeadLetterFilter;
import dev.fanfare.retry.dead.DeadLetters;
import dev.fanfare.retry.dead.Outcome;
import dev.fanfare.retry.dead.RunListener;
import dev.fanfare.retry.dead.RunOrder;
import dev.fanfare.retry.dead.RunTakenOver;
import dev.fanfare.retry.run.Pace;
import dev.fanfare.retry.run.RunBook;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * One replay or discard from the first look to its last state: anew, or gone on with.
 *
 * <pre>
 * open ─▶ (the same was asked, and not ended) ─▶ that run, its filter, its frozen ends, its counts
 *    └──▶ (else)                              ─▶ a new run
 * run  ─▶ state and audit: began ─▶ transactions, each with the state ─▶ state and audit: done, stopped or failed
 * </pre>
 *
 * Confined to the command's thread.
 */
final class RunSession {
    /** After so long nobody means the same thing by the same words. */
    private static final Duration RESUMABLE = Duration.ofDays(7);

    /** Why a run ends before its end: somebody pressed Ctrl-C. */
    private static final class Stopped extends RuntimeException {
        Stopped() {
            super("stopped", null, false, false);
        }
    }

    /** How it ended. */
    record Result(Outcome outcome, boolean stopped) {}

    private final RunBook book;
    private final RunCommand.Action action;
    private final Clock clock;
    private final boolean resumed;
    private Run run;

    private RunSession(RunBook book, RunCommand.Action action, Clock clock, boolean resumed, Run run) {
        this.book = book;
        this.action = action;
        this.clock = clock;
        this.resumed = resumed;
        this.run = run;
    }

    /** Finds the run to go on with, unless there is none or it shall begin anew. Writes nothing yet. */
    static RunSession open(
            KafkaConnection kafka,
            RunCommand.Action action,
            Map<String, String> filter,
            @Nullable String because,
            boolean anew,
            Clock clock) {
        RunBook book = new RunBook(kafka);
        long now = clock.millis();
        if (!anew) {
            Optional<Run> earlier = book.all().stream()
                    .filter(run -> run.kind().equals(action.kind())
                            && run.filter().get(FilterOptions.ASKED) != null
                            && run.filter().get(FilterOptions.ASKED).equals(filter.get(FilterOptions.ASKED))
                            && now - run.startedAtMillis() < RESUMABLE.toMillis())
                    .findFirst()
                    .filter(run -> run.state() != Run.State.DONE);
            if (earlier.isPresent()) {
                return new RunSession(book, action, clock, true, earlier.get());
            }
        }
        Run run = new Run(
                Uuid7.mint(now, new SecureRandom()).toString(),
                action.kind(),
                Run.State.RUNNING,
                Operator.of(kafka),
                now,
                now,
                filter,
                Map.of(),
                new DeadLetters(kafka).frozenEnds(),
                because,
                null);
        return new RunSession(book, action, clock, false, run);
    }

    boolean isResumed() {
        return resumed;
    }

    Run run() {
        return run;
    }

    DeadLetterFilter filter() {
        return FilterOptions.fromMap(run.filter());
    }

    /** Nothing is left of it: says so. */
    void complete() {
        write(Run.State.DONE, Outcome.of(run), null, "done");
    }

    /** Does it. */
    Result run(Shell shell, DeadLetters letters, Pace pace, long meant) {
        Map<String, Long> counts = new TreeMap<>(run.counts());
        counts.put(Outcome.MEANT, run.count(Outcome.MOVED) + run.count(Outcome.CHANGED) + meant);
        run = run.at(Run.State.RUNNING, counts, clock.millis(), null);
        book.write(run, resumed ? "went on" : "began");
        StopSignal stop = StopSignal.install();
        stop.started();
        Following following = new Following(shell, stop, counts.get(Outcome.MEANT), Outcome.of(run));
        RunOrder order = new RunOrder(run, filter(), pace, clock);
        try {
            Outcome outcome =
                    switch (action) {
                        case REPLAY -> letters.replay(order, following);
                        case DISCARD -> letters.discard(order, following);
                    };
            write(Run.State.DONE, outcome, null, "done");
            return new Result(outcome, false);
        } catch (Stopped e) {
            write(Run.State.STOPPED, following.soFar, null, "was stopped");
            return new Result(following.soFar, true);
        } catch (RunTakenOver e) {
            // The other may be this very run, gone on with elsewhere: its state is the other's to write then.
            throw e;
        } catch (RuntimeException e) {
            writeIfPossible(following.soFar, e);
            throw e;
        } finally {
            following.progress.clear();
            stop.uninstall();
        }
    }

    private void writeIfPossible(Outcome outcome, RuntimeException cause) {
        try {
            write(Run.State.FAILED, outcome, cause.toString(), "failed");
        } catch (RuntimeException e) {
            // Kafka is away: the state in the last transaction stands, and the same command goes on from there.
            cause.addSuppressed(e);
        }
    }

    private void write(Run.State state, Outcome outcome, @Nullable String error, String what) {
        run = run.at(state, outcome.counts(run), clock.millis(), error);
        book.write(run, what);
    }

    /** Shows how far it is, and looks whether to stop. */
    private final class Following implements RunListener {
        private final ProgressLine progress;
        private final StopSignal stop;
        private final Remaining remaining;
        private Outcome soFar;

        Following(Shell shell, StopSignal stop, long meant, Outcome begin) {
            this.progress = new ProgressLine(shell, System::nanoTime);
            this.stop = stop;
            this.remaining = new Remaining(meant, begin.moved() + begin.changed(), System::nanoTime);
            this.soFar = begin;
        }

        @Override
        public void scanned(long offsets, long total) {
            look();
        }

        @Override
        public void committed(Outcome outcome) {
            soFar = outcome;
            progress.update(() -> action.text() + " " + remaining.text(outcome.moved() + outcome.changed()));
            look();
        }

        @Override
        public void pause(long millis) {
            long until = System.nanoTime() + Duration.ofMillis(millis).toNanos();
            while (System.nanoTime() < until) {
                look();
                progress.update(() -> action.text() + " " + remaining.text(soFar.moved() + soFar.changed()));
                try {
                    Thread.sleep(Math.max(1, Math.min(100, (until - System.nanoTime()) / 1_000_000)));
                } catch (InterruptedException e) {
                    throw new InterruptException(e);
                }
            }
        }

        private void look() {
            if (stop.isRequested()) {
                throw new Stopped();
            }
        }
    }
}
