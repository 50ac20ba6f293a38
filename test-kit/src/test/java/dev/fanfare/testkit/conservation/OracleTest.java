package dev.fanfare.testkit.conservation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.topic.Topics;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The oracle lets pass what keeps the promises, and catches each planted fault and names whom it struck. */
class OracleTest {
    private static final String TIER = "fanfare.retry.1s";
    private static final Progress ONCE = Progress.NONE.attempted(ScriptedRun.START_MILLIS);

    private final ScriptedRun run =
            new ScriptedRun().subscriber("all", "*", "1s", "5s").subscriber("orders", "order.*", "1s");

    private Judgement judge() {
        return new Oracle("default").judge(run);
    }

    private Finding onlyFinding() {
        Judgement judgement = judge();
        assertThat(judgement.findings()).hasSize(1);
        assertThat(judgement.counts())
                .containsOnlyKeys(judgement.findings().get(0).fault());
        return judgement.findings().get(0);
    }

    @Test
    void whatIsDeliveredWaitingParkedDeadDiscardedOrCancelledIsAccountedForBySubscription() {
        run.event("delivered", "order.created").delivered("delivered", "all").delivered("delivered", "orders");
        run.event("waiting", "other")
                .made("waiting", "all")
                .onRecord("waiting", "all", 1, Verdict.RETRY, 500)
                .arrived("waiting", "all", 1, 500, 0)
                .delivery(TIER, "waiting", "all", ONCE, null, false);
        run.event("parked", "other").made("parked", "all").kept(Topics.PARKED, "parked", "all", true);
        run.event("dead", "other")
                .made("dead", "all")
                .arrived("dead", "all", 1, 400, 0)
                .onRecord("dead", "all", 1, Verdict.REJECTED, 400)
                .kept(Topics.DEAD_LETTERS, "dead", "all", true);
        run.event("discarded", "other")
                .made("discarded", "all")
                .arrived("discarded", "all", 1, 400, 0)
                .onRecord("discarded", "all", 1, Verdict.REJECTED, 400)
                .kept(Topics.DEAD_LETTERS, "discarded", "all", true)
                .kept(Topics.DEAD_LETTERS, "discarded", "all", false);
        run.event("cancelled", "other")
                .made("cancelled", "all")
                .onRecord("cancelled", "all", 0, Verdict.CANCELLED, null);

        Judgement judgement = judge();

        judgement.assertKept();
        assertThat(judgement.perSubscription())
                .isEqualTo(Map.of(
                        "default/all", new Tally(6, 1, 1, 1, 1, 1, 1, 0, 0),
                        "default/orders", new Tally(1, 1, 0, 0, 0, 0, 0, 0, 0)));
        assertThat(judgement.total()).isEqualTo(new Tally(7, 2, 1, 1, 1, 1, 1, 0, 0));
    }

    @Test
    void anEventThatIsYetToBeRoutedWaits() {
        run.event("e1", "order.created", false);
        Judgement judgement = judge();
        judgement.assertKept();
        assertThat(judgement.total().waiting()).isEqualTo(2);
    }

    @Test
    void aLossIsNamedWithItsEventItsSubscriptionAndWhereItWasSeenLast() {
        run.event("e1", "order.created")
                .delivered("e1", "all")
                .made("e1", "orders")
                .arrived("e1", "orders", 1, 500, 0)
                .onRecord("e1", "orders", 1, Verdict.RETRY, 500)
                .delivery(TIER, "e1", "orders", ONCE, null, true);
        assertThat(judge().total().lost()).isEqualTo(1);
        Finding lost = onlyFinding();
        assertThat(lost.fault()).isEqualTo(Fault.LOST);
        assertThat(lost.words())
                .contains(
                        run.id("e1", "orders") + ", event e1 of /tests for default/orders",
                        "last seen on " + TIER + "/0@0",
                        "which its reader has passed",
                        "attempt 1 refused by its receiver",
                        "attempt 1 on record as retry (broken)");
        assertThatThrownBy(() -> judge().assertKept())
                .hasMessageContaining("1 lost")
                .hasMessageContaining("event e1");
    }

    @Test
    void aMatchThatTheRouterForgotIsLost() {
        run.event("e1", "order.created").delivered("e1", "all");
        assertThat(onlyFinding().words()).contains("event e1 of /tests for default/orders", Topics.EVENTS + "/0@0");
    }

    @Test
    void anAcknowledgedEventThatIsNotOnItsTopicIsNamed() {
        run.event("e1", "other").delivered("e1", "all").acknowledged("e2");
        assertThat(onlyFinding())
                .isEqualTo(
                        new Finding(Fault.EVENT_LOST, "event e2 of /tests (tenant default) is not on fanfare.events"));
    }

    @Test
    void whatIsOnRecordAsDeliveredMustHaveBeenAcceptedByItsReceiver() {
        run.event("e1", "other")
                .made("e1", "all")
                .arrived("e1", "all", 1, 500, 0)
                .onRecord("e1", "all", 1, Verdict.DELIVERED, 204);
        assertThat(onlyFinding().fault()).isEqualTo(Fault.NOT_RECEIVED);
        assertThat(judge().total().lost()).isEqualTo(1);
    }

    @Test
    void aReplayThatGotLostIsNotTakenForADiscard() {
        run.event("e1", "other")
                .made("e1", "all")
                .arrived("e1", "all", 1, 400, 0)
                .onRecord("e1", "all", 1, Verdict.REJECTED, 400)
                .kept(Topics.DEAD_LETTERS, "e1", "all", true)
                .kept(Topics.DEAD_LETTERS, "e1", "all", false)
                .delivery(Topics.DELIVERIES, "e1", "all", ONCE, "run-1", true);
        assertThat(onlyFinding().fault()).isEqualTo(Fault.LOST);
    }

    @Test
    void aDeliveryThatGoesOnAsTwoIsCaught() {
        run.event("e1", "other").delivered("e1", "all").onRecord("e1", "all", 1, Verdict.DELIVERED, 204);
        assertThat(onlyFinding().fault()).isEqualTo(Fault.FORKED);
    }

    @Test
    void aDuplicateIsCountedWithItsCause() {
        run.event("twice made", "other")
                .delivered("twice made", "all")
                .delivered("twice made", "all")
                .event("answer lost", "other")
                .made("answer lost", "all")
                .arrived("answer lost", "all", 1, 204, 0)
                .onRecord("answer lost", "all", 1, Verdict.RETRY, null)
                .delivery(TIER, "answer lost", "all", ONCE, null, true)
                .delivery(Topics.DELIVERIES, "answer lost", "all", ONCE, null, true)
                .arrived("answer lost", "all", 2, 204, 1_000)
                .onRecord("answer lost", "all", 2, Verdict.DELIVERED, 204)
                .event("answer cut off", "other")
                .made("answer cut off", "all")
                .arrived("answer cut off", "all", 1, 200, 0)
                .onRecord("answer cut off", "all", 1, Verdict.RETRY, 200)
                .arrived("answer cut off", "all", 2, 204, 1_000)
                .onRecord("answer cut off", "all", 2, Verdict.DELIVERED, 204)
                .event("killed", "other")
                .delivered("killed", "all")
                .arrived("killed", "all", 1, 204, 300)
                .event("replayed", "other")
                .delivered("replayed", "all")
                .delivery(Topics.DELIVERIES, "replayed", "all", Progress.NONE, "run-1", true)
                .arrived("replayed", "all", 1, 204, 300)
                .onRecord("replayed", "all", 1, Verdict.DELIVERED, 204);
        Judgement judgement = judge();
        judgement.assertKept();
        assertThat(judgement.repeats()).isEqualTo(new Repeats(1, 1, 2, 1));
        assertThat(judgement.total().repeats()).isEqualTo(5);
    }

    @Test
    void aRepeatOfWhatWasSentWhenNothingWasBrokenIsCaughtAndNamed() {
        run.event("before", "other")
                .delivered("before", "all", 0)
                .arrived("before", "all", 1, 204, 30_000)
                .event("within", "other")
                .delivered("within", "all", 20_000)
                .arrived("within", "all", 1, 204, 90_000)
                .event("after", "other")
                .delivered("after", "all", 31_000)
                .arrived("after", "all", 1, 204, 31_500)
                .event("once too often", "other")
                .delivered("once too often", "all", 20_000)
                .arrived("once too often", "all", 1, 204, 40_000)
                .arrived("once too often", "all", 1, 204, 41_000);
        Judgement judgement = new Oracle("default", brokenFrom(10_000, 30_000)).judge(run);
        assertThat(judgement.counts()).isEqualTo(Map.of(Fault.REPEATED, 3L));
        assertThat(judgement.findings())
                .extracting(Finding::toString)
                .satisfiesExactlyInAnyOrder(
                        story -> assertThat(story).contains("event before"),
                        story -> assertThat(story).contains("event after"),
                        story -> assertThat(story).contains("event once too often"));
        assertThat(judgement.repeats().notOnRecord()).isEqualTo(5);
    }

    /** Everything is, from and to so long after the start, and nothing before or after. */
    private static Excuses brokenFrom(long fromMillis, long toMillis) {
        return new Excuses() {
            @Override
            public boolean forNoRecord(long sinceMillis, long untilMillis) {
                return sinceMillis - ScriptedRun.START_MILLIS <= toMillis
                        && fromMillis <= untilMillis - ScriptedRun.START_MILLIS;
            }

            @Override
            public boolean forNoAnswer(long atMillis) {
                return forNoRecord(atMillis, atMillis);
            }
        };
    }

    @Test
    void whatTheRouterMadeTwiceWhenNothingWasBrokenIsCaughtAndNamed() {
        run.event("before", "other")
                .delivered("before", "all", 4_000)
                .delivered("before", "all", 20_000)
                .event("while it waited", "other")
                .delivered("while it waited", "all", 70_000)
                .delivered("while it waited", "all", 70_001)
                .event("resumed", "other")
                .made("resumed", "all")
                .kept(Topics.PARKED, "resumed", "all", true)
                .kept(Topics.PARKED, "resumed", "all", false)
                .delivered("resumed", "all", 4_000);
        Judgement judgement = new Oracle("default", brokenFrom(10_000, 30_000)).judge(run);
        assertThat(judgement.counts()).isEqualTo(Map.of(Fault.MADE_TWICE, 1L));
        assertThat(judgement.findings())
                .singleElement()
                .asString()
                .contains("event before", "fanfare.deliveries/0@0", "fanfare.deliveries/0@1");
        assertThat(judgement.repeats()).isEqualTo(new Repeats(2, 0, 0, 0));
    }

    @Test
    void anEventThatWasSentAgainToAnotherPartitionIsOwedOnceAndSinceItCameFirst() {
        run.event("e1", "other")
                .event("e1", "other", true, 60_000)
                .delivered("e1", "all", 20_000)
                .delivered("e1", "all", 61_000);
        Judgement judgement = new Oracle("default", brokenFrom(10_000, 15_000)).judge(run);
        judgement.assertKept();
        assertThat(judgement.repeats()).isEqualTo(new Repeats(1, 0, 0, 0));
    }

    @Test
    void aRepeatForAnAnswerThatNothingKeptFromGettingThroughIsCaughtAndNamed() {
        for (String event : List.of("before", "within")) {
            run.event(event, "other")
                    .made(event, "all")
                    .arrived(event, "all", 1, 204, event.equals("before") ? 0 : 20_000)
                    .onRecord(event, "all", 1, Verdict.RETRY, null)
                    .delivery(TIER, event, "all", ONCE, null, true)
                    .delivery(Topics.DELIVERIES, event, "all", ONCE, null, true)
                    .arrived(event, "all", 2, 204, 40_000)
                    .onRecord(event, "all", 2, Verdict.DELIVERED, 204);
        }
        Judgement judgement = new Oracle("default", brokenFrom(10_000, 30_000)).judge(run);
        assertThat(judgement.counts()).isEqualTo(Map.of(Fault.ANSWER_LOST, 1L));
        assertThat(judgement.findings()).singleElement().asString().contains("event before");
        assertThat(judgement.repeats().answerLost()).isEqualTo(2);
    }

    @Test
    void aRetryThatComesEarlyIsCaught() {
        run.event("e1", "other")
                .made("e1", "all")
                .arrived("e1", "all", 1, 500, 0)
                .arrived("e1", "all", 1, 500, 800)
                .arrived("e1", "all", 2, 500, 1_000)
                .arrived("e1", "all", 3, 204, 5_900)
                .onRecord("e1", "all", 1, Verdict.RETRY, 500)
                .onRecord("e1", "all", 2, Verdict.RETRY, 500)
                .onRecord("e1", "all", 3, Verdict.DELIVERED, 204);
        Finding early = onlyFinding();
        assertThat(early.fault()).isEqualTo(Fault.EARLY);
        assertThat(early.words()).contains("attempt 3 of event e1", "100 ms before its delay");
    }

    @Test
    void aWrongSignatureIsCaught() {
        run.event("e1", "other")
                .made("e1", "all")
                .arrivedSignedByAStranger("e1", "all")
                .onRecord("e1", "all", 1, Verdict.DELIVERED, 204);
        assertThat(onlyFinding().fault()).isEqualTo(Fault.UNSIGNED);
    }

    @Test
    void aChangedIdIsCaughtWithTheOneThatItShouldBe() {
        run.event("e1", "other").delivered("e1", "all").arrivedUnder("dlv_other", "e1", "all");
        Finding other = onlyFinding();
        assertThat(other.fault()).isEqualTo(Fault.OTHER_ID);
        assertThat(other.words()).contains("dlv_other", "its id is " + run.id("e1", "all"));
    }

    @Test
    void aChangedBodyIsCaught() {
        run.event("e1", "other")
                .made("e1", "all")
                .arrivedWith("{}", "e1", "all")
                .onRecord("e1", "all", 1, Verdict.DELIVERED, 204);
        assertThat(onlyFinding().fault()).isEqualTo(Fault.OTHER_BODY);
    }

    @Test
    void whatNobodySubscribedToIsCaughtOnTheTopicAndAtTheReceiver() {
        run.event("e1", "other").delivered("e1", "all").made("e1", "orders").arrived("e1", "orders", 1, 204, 0);
        assertThat(judge().counts()).isEqualTo(Map.of(Fault.UNASKED, 2L));
    }

    @Test
    void ofASubscriptionThatChangedOnlyWhatWasMadeIsOwed() {
        run.subscriber("late", "*", false);
        run.event("e1", "other").delivered("e1", "all");
        run.event("e2", "other").delivered("e2", "all").delivered("e2", "late");
        run.event("e3", "other").delivered("e3", "all").made("e3", "late");
        Judgement judgement = judge();
        assertThat(judgement.perSubscription()).containsEntry("default/late", new Tally(2, 1, 0, 0, 0, 0, 0, 1, 0));
        assertThat(judgement.findings())
                .extracting(Finding::words)
                .singleElement()
                .asString()
                .contains("event e3 of /tests for default/late");
    }

    @Test
    void aFewAreNamedAndAllAreCounted() {
        for (int i = 0; i < 100; i++) {
            run.event("e" + i, "other");
        }
        Judgement judgement = judge();
        assertThat(judgement.counts()).isEqualTo(Map.of(Fault.LOST, 100L));
        assertThat(judgement.findings()).hasSize(20);
    }

    @Test
    void halfAMillionDeliveriesFitIntoSixtyFourMebibytesAndOneLossAmongThemIsNamed() {
        ManyDeliveries many = new ManyDeliveries(50_000, 10, 41_234);
        Judgement judgement = new Oracle("default").judge(many);
        assertThat(judgement.total().accepted()).isEqualTo(500_000);
        assertThat(judgement.total().delivered()).isEqualTo(499_999);
        assertThat(judgement.tableBytes()).isLessThan(64 << 20);
        assertThat(judgement.findings())
                .extracting(Finding::words)
                .singleElement()
                .asString()
                .contains("event e41234 of /tests for default/s7", "last seen on fanfare.deliveries/0@412347");
        assertThat(List.copyOf(judgement.counts().keySet())).containsExactly(Fault.LOST);
    }
}
