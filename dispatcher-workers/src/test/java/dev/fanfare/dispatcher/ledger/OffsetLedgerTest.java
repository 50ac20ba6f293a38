package dev.fanfare.dispatcher.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.fanfare.dispatcher.ledger.Restoration.Reading;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class OffsetLedgerTest {
    private static final UUID TOPIC = UUID.fromString("0190a1b2-0000-7000-8000-000000000001");
    private static final long EPOCH = 7;

    private OffsetLedger ledger = OffsetLedger.startingAt(100, TOPIC, EPOCH);

    @Test
    void theHighestOffsetSeenIsNotCommittedWhileALowerOneIsOpen() {
        open(100, 101, 102);
        complete(101, 102);

        assertThat(ledger.commitPoint().offset()).isEqualTo(100);

        complete(100);
        assertThat(ledger.commitPoint()).isEqualTo(new CommitPoint(103, ""));
        assertThat(ledger.openCount()).isZero();
    }

    @Test
    void whatWasCompleteBeyondTheCommittedOffsetIsNotSentAgainAfterACrash() {
        open(100, 101, 102, 103);
        complete(101, 103);

        crashAndRestore();

        assertThat(ledger.open(100)).isEqualTo(Opening.OPENED);
        assertThat(ledger.open(101)).isEqualTo(Opening.ALREADY_COMPLETE);
        assertThat(ledger.open(102)).isEqualTo(Opening.OPENED);
        assertThat(ledger.open(103)).isEqualTo(Opening.ALREADY_COMPLETE);
        assertThat(ledger.open(104)).isEqualTo(Opening.OPENED);
        complete(100);
        assertThat(ledger.base()).isEqualTo(102);
    }

    @Test
    void whatWasCompleteSurvivesASecondCrashBeforeItIsReadAgain() {
        open(100, 101, 102, 103);
        complete(101, 103);
        crashAndRestore();
        open(100);
        complete(100);

        crashAndRestore();

        assertThat(ledger.position()).isEqualTo(101);
        assertThat(ledger.isComplete(101)).isTrue();
        assertThat(ledger.isComplete(102)).isFalse();
        assertThat(ledger.isComplete(103)).isTrue();
        assertThat(ledger.isComplete(104)).isFalse();
    }

    @Test
    void aLateCompletionOfAnEarlierAssignmentDoesNotHideTheFreshRecord() {
        open(100, 101);
        OffsetLedger reassigned = OffsetLedger.startingAt(100, TOPIC, EPOCH + 1);
        reassigned.open(100);
        reassigned.open(101);

        assertThat(reassigned.complete(EPOCH, 100)).isFalse();
        assertThat(reassigned.complete(EPOCH, 500)).isFalse();

        assertThat(reassigned.commitPoint().offset()).isEqualTo(100);
        assertThat(reassigned.openCount()).isEqualTo(2);
    }

    @Test
    void aTransactionMarkerAtTheTailDoesNotCountAsLag() {
        open(100);
        ledger.skipTo(102);
        assertThat(ledger.commitPoint().offset()).isEqualTo(100);

        complete(100);

        assertThat(ledger.commitPoint().offset()).isEqualTo(102);
    }

    @Test
    void aTransactionMarkerBetweenRecordsDoesNotStopTheCommit() {
        open(100, 102, 104);
        complete(104, 102, 100);

        assertThat(ledger.commitPoint().offset()).isEqualTo(105);
    }

    @Test
    void aCompactedStretchOfAnyLengthCostsNoMoreThanAShortOne() {
        long far = 100 + (1L << 50);
        open(100);
        ledger.open(far);

        assertThat(ledger.used()).isLessThan(100);
        assertThat(ledger.hasRoom()).isTrue();
        complete(far);
        crashAndRestore();
        assertThat(ledger.isComplete(100)).isFalse();
        assertThat(ledger.isComplete(far - 1)).isTrue();
        assertThat(ledger.isComplete(far)).isTrue();
        assertThat(ledger.isComplete(far + 1)).isFalse();
        open(100);
        complete(100);
        ledger.skipTo(far);
        assertThat(ledger.open(far)).isEqualTo(Opening.ALREADY_COMPLETE);
        assertThat(ledger.commitPoint()).isEqualTo(new CommitPoint(far + 1, ""));
    }

    @Test
    void manySmallStepsOfThePositionCostNoMoreThanOneStretch() {
        open(100);
        for (int step = 1; step <= 100_000; step++) {
            ledger.skipTo(101 + step * 3L);
        }

        assertThat(ledger.used()).isLessThanOrEqualTo(81);
        complete(100);
        assertThat(ledger.base()).isEqualTo(300_101);
    }

    @Test
    void anOffsetResetToAnEarlierOffsetIsReportedAndNothingOfItPassesForComplete() {
        open(100, 101);

        assertThat(ledger.open(20)).isEqualTo(Opening.BEHIND);
        assertThat(ledger.position()).isEqualTo(102);

        ledger = OffsetLedger.startingAt(20, TOPIC, EPOCH);
        assertThat(ledger.open(20)).isEqualTo(Opening.OPENED);
    }

    @Test
    void anOffsetResetToALaterOffsetForgetsWhatRetentionTook() {
        open(100, 101, 102);
        complete(101);
        crashAndRestore();

        assertThat(ledger.open(9_000_000)).isEqualTo(Opening.OPENED);

        assertThat(ledger.commitPoint()).isEqualTo(new CommitPoint(9_000_000, ""));
    }

    @Test
    void theWindowClosesBeforeTheMetadataOverflowsEvenIfEverySecondRecordIsComplete() {
        long offset = 100;
        for (; ledger.hasRoom(); offset++) {
            open(offset);
            if (offset % 2 == 1) {
                complete(offset);
            }
        }

        assertThat(offset - 100).isGreaterThan(OffsetLedger.WINDOW);
        assertThat(ledger.isCrowded()).isTrue();
        assertThat(metadataBytes()).isBetween(4_000, OffsetLedger.MAX_METADATA_BYTES);
        long past = offset;
        assertThatIllegalStateException()
                .isThrownBy(() -> ledger.open(past))
                .withMessageContaining("base 100")
                .withMessageContaining("hasRoom()");
        crashAndRestore();
        for (long reread = 100; reread < past; reread++) {
            assertThat(ledger.open(reread)).isEqualTo(reread % 2 == 1 ? Opening.ALREADY_COMPLETE : Opening.OPENED);
        }
    }

    @Test
    void theWindowClosesBeforeTheMetadataOverflowsEvenIfEveryRecordFollowsALongGap() {
        long offset = 100;
        for (; ledger.hasRoom(); offset += 1L << 40) {
            open(offset);
        }
        ledger.skipTo(offset);

        assertThat(metadataBytes()).isLessThanOrEqualTo(OffsetLedger.MAX_METADATA_BYTES);
        crashAndRestore();
        assertThat(ledger.isComplete(100)).isFalse();
        assertThat(ledger.isComplete(101)).isTrue();
        assertThat(ledger.isComplete(100 + (1L << 40))).isFalse();
        assertThat(ledger.isComplete(offset - 1)).isTrue();
    }

    @Test
    void givingUpTheDeliveryAtTheBaseMakesRoom() {
        for (long offset = 100; ledger.hasRoom(); offset++) {
            open(offset);
            if (offset > 100) {
                complete(offset);
            }
        }
        assertThat(ledger.base()).isEqualTo(100);

        complete(ledger.base());

        assertThat(ledger.used()).isZero();
        assertThat(ledger.base()).isEqualTo(ledger.position());
    }

    @Test
    void fewLongStretchesAreWrittenShorterThanABitmap() {
        for (long offset = 100; offset < 20_100; offset++) {
            open(offset);
            if (offset != 100 && offset != 15_000) {
                complete(offset);
            }
        }

        assertThat(metadataBytes()).isLessThan(60);
    }

    @Test
    void aSecondCompletionOfTheSameOffsetChangesNothing() {
        open(100, 101);

        assertThat(ledger.complete(EPOCH, 101)).isTrue();
        assertThat(ledger.complete(EPOCH, 101)).isFalse();
        assertThat(ledger.complete(EPOCH, 100)).isTrue();
        assertThat(ledger.complete(EPOCH, 100)).isFalse();
        assertThat(ledger.openCount()).isZero();
    }

    @Test
    void completingWhatWasNeverOpenedIsTheCallersMistake() {
        open(100);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ledger.complete(EPOCH, 101))
                .withMessageContaining("101");
    }

    @Test
    void metadataOfAnotherTopicOfTheSameNameIsIgnored() {
        CommitPoint committed = withSomethingToRestore();

        assertThat(reading(committed.offset(), committed.metadata(), UUID.randomUUID()))
                .isEqualTo(Reading.OTHER_TOPIC);
    }

    @Test
    void metadataWrittenBesideAnotherOffsetIsIgnored() {
        CommitPoint committed = withSomethingToRestore();

        assertThat(reading(committed.offset() - 1, committed.metadata(), TOPIC)).isEqualTo(Reading.OTHER_OFFSET);
    }

    @Test
    void foreignNewerAndMissingMetadataIsIgnoredWithItsReason() {
        assertThat(reading(5, null, TOPIC)).isEqualTo(Reading.NOTHING_RECORDED);
        assertThat(reading(5, "", TOPIC)).isEqualTo(Reading.NOTHING_RECORDED);
        assertThat(reading(5, "consumer-1 at 12:00", TOPIC)).isEqualTo(Reading.FOREIGN);
        assertThat(reading(5, "fanfare9:AAAA", TOPIC)).isEqualTo(Reading.UNKNOWN_VERSION);
        assertThat(reading(5, "fanfare1:", TOPIC)).isEqualTo(Reading.DAMAGED);
        assertThat(reading(5, "fanfare1:no base64!", TOPIC)).isEqualTo(Reading.DAMAGED);
        assertThat(reading(5, "fanfare1:" + "A".repeat(5_000), TOPIC)).isEqualTo(Reading.DAMAGED);
    }

    @Test
    void everyTruncationAndEveryAlteredCharacterIsNoticed() {
        CommitPoint committed = withSomethingToRestore();
        String metadata = committed.metadata();
        for (int at = "fanfare1:".length(); at < metadata.length(); at++) {
            assertThat(reading(committed.offset(), metadata.substring(0, at), TOPIC))
                    .isEqualTo(Reading.DAMAGED);
            for (char other = ' '; other < 127; other++) {
                if (other != metadata.charAt(at)) {
                    String altered = metadata.substring(0, at) + other + metadata.substring(at + 1);
                    assertThat(reading(committed.offset(), altered, TOPIC))
                            .as("%c at %d", other, at)
                            .isEqualTo(Reading.DAMAGED);
                }
            }
        }
    }

    private CommitPoint withSomethingToRestore() {
        open(100, 101, 102, 103, 700, 701);
        complete(101, 103, 701);
        CommitPoint committed = ledger.commitPoint();
        assertThat(reading(committed.offset(), committed.metadata(), TOPIC)).isEqualTo(Reading.RESTORED);
        return committed;
    }

    private static Reading reading(long offset, String metadata, UUID topicId) {
        Restoration restoration = OffsetLedger.restore(offset, metadata, topicId, EPOCH);
        assertThat(restoration.ledger().base()).isEqualTo(offset);
        if (restoration.reading() != Reading.RESTORED) {
            for (long beyond = offset; beyond < offset + 1_000; beyond++) {
                assertThat(restoration.ledger().isComplete(beyond)).isFalse();
            }
        }
        return restoration.reading();
    }

    private int metadataBytes() {
        return ledger.commitPoint().metadata().getBytes(StandardCharsets.UTF_8).length;
    }

    /** What version 0.1 wrote, in either form. Never changed: a worker of another version may take over a partition. */
    @Test
    void whatAFrozenBuildCommittedIsRestored() {
        String runs = "fanfare1:0Gy_6QEBkKGyAABwAIAAAAAAAAABAAAAAAAAAGQBAQEB";
        String bitmap = "fanfare1:L7879wABkKGyAABwAIAAAAAAAAABAAAAAAAAAGQAKAAAqqqqqqo";
        open(100, 101, 102, 103);
        complete(101, 103);
        assertThat(ledger.commitPoint().metadata()).isEqualTo(runs);
        assertThat(OffsetLedger.restore(100, runs, TOPIC, EPOCH).ledger().isComplete(103))
                .isTrue();
        for (long offset = 104; offset < 140; offset++) {
            open(offset);
            if (offset % 2 == 1) {
                complete(offset);
            }
        }
        assertThat(ledger.commitPoint().metadata()).isEqualTo(bitmap);
        OffsetLedger restored = OffsetLedger.restore(100, bitmap, TOPIC, EPOCH).ledger();
        assertThat(restored.isComplete(139)).isTrue();
        assertThat(restored.isComplete(138)).isFalse();
    }

    private void crashAndRestore() {
        CommitPoint committed = ledger.commitPoint();
        Restoration restoration = OffsetLedger.restore(committed.offset(), committed.metadata(), TOPIC, EPOCH);
        assertThat(restoration.reading())
                .isEqualTo(committed.metadata().isEmpty() ? Reading.NOTHING_RECORDED : Reading.RESTORED);
        ledger = restoration.ledger();
    }

    private void open(long... offsets) {
        for (long offset : offsets) {
            assertThat(ledger.open(offset)).isEqualTo(Opening.OPENED);
        }
    }

    private void complete(long... offsets) {
        for (long offset : offsets) {
            assertThat(ledger.complete(EPOCH, offset)).isTrue();
        }
    }
}
