package dev.fanfare.dispatcher.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.dispatcher.ledger.Restoration.Reading;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;

/**
 * A partition, the commits for it, and a naive model of what the ledger should know (sorted sets), beside the ledger.
 * Each step does the same to both; {@link #check} compares.
 */
final class PartitionWorld {
    private static final UUID TOPIC = new UUID(0x0190a1b200007000L, 0x8000000000000001L);
    private static final long START = 1_000;

    /** What can happen to a partition. {@code at} is a place in what there is to choose from, 0 to 1. */
    sealed interface Step {
        record Append(int count, long gapBefore) implements Step {}

        record Poll(int count) implements Step {}

        record Complete(double at, int count, int every) implements Step {}

        record GiveUpTheBase() implements Step {}

        record Commit() implements Step {}

        record Crash() implements Step {}

        record Revoke() implements Step {}

        record DamageMetadata(double at) implements Step {}

        record LogLoses(double at, int count) implements Step {}

        record LateCompletion(double at) implements Step {}
    }

    // the log
    private final TreeSet<Long> records = new TreeSet<>();
    private long logEnd = START;

    // what the broker keeps, and what was complete when it was written
    private CommitPoint committed = new CommitPoint(START, "");
    private Set<Long> completeAtCommit = new TreeSet<>();
    private boolean metadataDamaged;

    // the model of this life
    private final TreeSet<Long> open = new TreeSet<>();
    private TreeSet<Long> complete = new TreeSet<>();
    private long position = START;
    private TreeSet<Long> openBefore = new TreeSet<>();

    // over all lives
    private final TreeSet<Long> everComplete = new TreeSet<>();
    private final TreeSet<Long> vanished = new TreeSet<>();
    private final TreeSet<Long> allRecords = new TreeSet<>();
    private int restoredFromMetadata;
    private int ranFull;

    private long epoch = 1;
    private OffsetLedger ledger = OffsetLedger.startingAt(START, TOPIC, epoch);

    void take(Step step) {
        if (step instanceof Step.Append append) {
            append(append);
        } else if (step instanceof Step.Poll poll) {
            poll(poll.count());
        } else if (step instanceof Step.Complete some) {
            some(some.at(), some.count(), some.every(), open).forEach(this::complete);
        } else if (step instanceof Step.GiveUpTheBase) {
            if (!open.isEmpty()) {
                assertThat(ledger.base()).isEqualTo(open.first());
                complete(ledger.base());
            }
        } else if (step instanceof Step.Commit) {
            commit();
        } else if (step instanceof Step.Crash) {
            startAnotherLife();
        } else if (step instanceof Step.Revoke) {
            commit();
            startAnotherLife();
        } else if (step instanceof Step.DamageMetadata damage) {
            damage(damage.at());
        } else if (step instanceof Step.LogLoses loss) {
            loseFromLog(loss);
        } else if (step instanceof Step.LateCompletion late) {
            some(late.at(), 1, 1, openBefore).forEach(offset -> assertThat(ledger.complete(epoch - 1, offset))
                    .isFalse());
        }
    }

    /** The promises that hold at any time. */
    void check() {
        CommitPoint now = ledger.commitPoint();
        assertThat(now.offset()).isEqualTo(open.isEmpty() ? position : open.first());
        assertThat(now.offset()).isEqualTo(ledger.base());
        assertThat(now.metadata().getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(4_096);
        assertThat(ledger.position()).isEqualTo(position);
        assertThat(ledger.openCount()).isEqualTo(open.size());
        if (open.isEmpty()) {
            assertThat(ledger.hasRoom()).isTrue();
        }
        SortedSet<Long> uncommitted = records.tailSet(now.offset());
        int step = 1 + uncommitted.size() / 50;
        int i = 0;
        for (long offset : uncommitted) {
            if (i++ % step == 0) {
                assertThat(ledger.isComplete(offset)).as("offset %d", offset).isEqualTo(complete.contains(offset));
            }
        }
    }

    /** Reads and completes what is left, as a healthy process would in the end. */
    void settle() {
        while (position < logEnd || !open.isEmpty()) {
            poll(Integer.MAX_VALUE);
            new ArrayList<>(open).forEach(this::complete);
            check();
        }
        commit();
        assertThat(committed).isEqualTo(new CommitPoint(logEnd, ""));
    }

    Set<Long> lost() {
        Set<Long> lost = new TreeSet<>(allRecords);
        lost.removeAll(everComplete);
        lost.removeAll(vanished);
        return lost;
    }

    int restoredFromMetadata() {
        return restoredFromMetadata;
    }

    int ranFull() {
        return ranFull;
    }

    private void append(Step.Append append) {
        logEnd += append.gapBefore();
        for (int i = 0; i < append.count(); i++) {
            records.add(logEnd);
            allRecords.add(logEnd);
            logEnd++;
        }
    }

    /** As the shell does: opens what there is room for; at the end of the batch the position follows. */
    private void poll(int count) {
        int left = count;
        while (left-- > 0) {
            Long next = records.ceiling(position);
            if (next == null) {
                ledger.skipTo(logEnd);
                position = Math.max(position, logEnd);
                return;
            }
            if (!ledger.hasRoom()) {
                ranFull++;
                assertThat(ledger.isCrowded()).isTrue();
                return;
            }
            Opening opening = ledger.open(next);
            position = next + 1;
            if (complete.contains(next)) {
                assertThat(opening).as("%d, complete and committed", next).isEqualTo(Opening.ALREADY_COMPLETE);
            } else {
                assertThat(opening).as("%d, incomplete", next).isEqualTo(Opening.OPENED);
                open.add(next);
            }
        }
    }

    private void complete(long offset) {
        assertThat(ledger.complete(epoch, offset)).isTrue();
        assertThat(ledger.complete(epoch, offset)).isFalse();
        open.remove(offset);
        complete.add(offset);
        everComplete.add(offset);
    }

    private void commit() {
        committed = ledger.commitPoint();
        completeAtCommit = new TreeSet<>(complete);
        metadataDamaged = false;
        assertThat(records.headSet(committed.offset()).stream().filter(offset -> !everComplete.contains(offset)))
                .as("incomplete, and below the commit")
                .isEmpty();
    }

    private void startAnotherLife() {
        openBefore = new TreeSet<>(open);
        epoch++;
        Restoration restoration = OffsetLedger.restore(committed.offset(), committed.metadata(), TOPIC, epoch);
        ledger = restoration.ledger();
        boolean expected = !metadataDamaged && !committed.metadata().isEmpty();
        assertThat(restoration.reading() == Reading.RESTORED).isEqualTo(expected);
        restoredFromMetadata += expected ? 1 : 0;
        open.clear();
        complete = new TreeSet<>();
        position = committed.offset();
        for (long offset : completeAtCommit) {
            if (offset < position || expected) {
                complete.add(offset);
            }
        }
    }

    private void damage(double at) {
        String metadata = committed.metadata();
        if (metadata.isEmpty() || metadataDamaged) {
            return;
        }
        int index = (int) (at * (metadata.length() - 1));
        char other = metadata.charAt(index) == 'x' ? 'y' : 'x';
        committed = new CommitPoint(
                committed.offset(), metadata.substring(0, index) + other + metadata.substring(index + 1));
        metadataDamaged = true;
    }

    /** Retention or compaction takes records that nobody has in hand. */
    private void loseFromLog(Step.LogLoses loss) {
        for (long offset : some(loss.at(), loss.count(), 1, records)) {
            if (!open.contains(offset)) {
                records.remove(offset);
                vanished.add(offset);
            }
        }
    }

    private static List<Long> some(double at, int count, int every, Set<Long> from) {
        List<Long> chosen = new ArrayList<>();
        int index = 0;
        int first = (int) (at * from.size());
        for (long offset : from) {
            if (index >= first && (index - first) % every == 0) {
                chosen.add(offset);
            }
            index++;
            if (chosen.size() >= count) {
                break;
            }
        }
        return chosen;
    }
}
