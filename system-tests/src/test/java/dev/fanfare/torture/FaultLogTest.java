package dev.fanfare.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.torture.Timeline.Window;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class FaultLogTest {
    private static final String FIRST = "fanfare-dispatcher-dispatcher-1";
    private static final String SECOND = "fanfare-dispatcher-dispatcher-2";

    private final FaultLog log = new FaultLog();

    private void restarted(String role, boolean inOrder) {
        log.add(new FaultLog.Stop(role, 1_000, 1_500, inOrder));
        log.add(new FaultLog.Entry(FaultKind.ROLE_RESTARTED, role, 1_000, 2_000));
    }

    private void seen(Rebalance.Change change, String... gone) {
        seenOf("dispatchers", change, gone);
    }

    private void seenOf(String group, Rebalance.Change change, String... gone) {
        log.rebalanced(new Rebalance(group, new Window(1_400, 1_600), change, Set.of(gone)));
    }

    @Test
    void whoEndsInOrderIsNoReasonForARepeatAndNeitherIsTheRebalanceThatItCauses() {
        restarted("dispatcher-1", true);
        seen(Rebalance.Change.MEMBERS, FIRST);
        seen(Rebalance.Change.PARTITIONS);
        seen(Rebalance.Change.MEMBERS); // it is back
        seen(Rebalance.Change.PARTITIONS);
        assertThat(log.disturbances(100, 200)).isEmpty();
    }

    @Test
    void whoDoesNotEndInOrderIsOne() {
        restarted("dispatcher-1", false);
        assertThat(log.disturbances(100, 200)).containsExactly(new Window(900, 1_700));
    }

    @Test
    void soIsAMemberThatIsGoneThoughNobodyToldIt() {
        restarted("dispatcher-1", true);
        seen(Rebalance.Change.MEMBERS, FIRST, SECOND);
        seen(Rebalance.Change.PARTITIONS);
        assertThat(log.disturbances(0, 0))
                .containsOnly(new Window(1_400, 1_600))
                .hasSize(2);
    }

    @Test
    void soIsAMemberThatLostItsSessionAndWasBackBeforeAnybodyLooked() {
        restarted("dispatcher-1", true);
        seen(Rebalance.Change.BEGUN_ANEW);
        assertThat(log.disturbances(0, 0)).containsExactly(new Window(1_400, 1_600));
    }

    @Test
    void aRebalanceOfOneGroupDoesNotMakeThatOfAnotherOneOrderly() {
        restarted("router-1", true);
        seenOf("routers", Rebalance.Change.MEMBERS, "fanfare-router-router-1-StreamThread-1-consumer");
        seenOf("routers", Rebalance.Change.PARTITIONS);
        assertThat(log.disturbances(0, 0)).isEmpty();
        seenOf("dispatchers", Rebalance.Change.PARTITIONS);
        assertThat(log.disturbances(0, 0)).containsExactly(new Window(1_400, 1_600));
    }

    @Test
    void answersMayGetLostWhileAnEndpointIsBroken() {
        log.add(new FaultLog.Entry(FaultKind.ENDPOINT_FLAPPING, "orders", 1_000, 2_000));
        log.add(new FaultLog.Entry(FaultKind.ROLE_KILLED, "router-1", 5_000, 6_000));
        log.add(new FaultLog.Entry(FaultKind.SUBSCRIPTION_CHANGED, "orders", 8_000, 9_000));
        assertThat(log.endpointFaults(500)).containsExactly(new Window(500, 2_500));
    }

    @Test
    void soIsAnEndpointThatHeldAnswersBackWhileARoleEnded() {
        restarted("dispatcher-1", true);
        log.add(new FaultLog.Entry(FaultKind.ENDPOINT_FLAPPING, "orders", 0, 3_000));
        assertThat(log.disturbances(0, 0)).isEmpty();
        log.add(new FaultLog.Entry(FaultKind.ENDPOINT_UNHEARD, "orders", 0, 3_000));
        assertThat(log.disturbances(0, 0)).containsExactly(new Window(1_000, 1_500));
    }

    @Test
    void aKillIsAlwaysOne() {
        log.add(new FaultLog.Entry(FaultKind.ROLE_KILLED, "router-1", 1_000, 2_000));
        assertThat(log.disturbances(100, 200)).containsExactly(new Window(900, 2_200));
    }

    @Test
    void twoLooksAtAGroupTellWhatHasChanged() {
        Set<TopicPartition> all = Set.of(new TopicPartition("t", 0), new TopicPartition("t", 1));
        Rebalances.Look both = new Rebalances.Look(
                Optional.of(4), Map.of("m1", FIRST, "m2", SECOND), Map.of("m1", all, "m2", Set.of()));
        Rebalances.Look handedOver = new Rebalances.Look(
                Optional.of(4), Map.of("m1", FIRST, "m2", SECOND), Map.of("m1", Set.of(), "m2", all));
        Rebalances.Look anew = new Rebalances.Look(
                Optional.of(6), Map.of("m1", FIRST, "m2", SECOND), Map.of("m1", all, "m2", Set.of()));
        Rebalances.Look restarted =
                new Rebalances.Look(Optional.of(6), Map.of("m3", FIRST, "m2", SECOND), Map.of("m3", all));
        assertThat(handedOver.changeSince(both)).isEqualTo(Rebalance.Change.PARTITIONS);
        assertThat(anew.changeSince(both)).isEqualTo(Rebalance.Change.BEGUN_ANEW);
        assertThat(restarted.changeSince(both)).isEqualTo(Rebalance.Change.MEMBERS);
        assertThat(restarted.goneSince(both)).containsExactly(FIRST);
        assertThat(both.goneSince(both)).isEmpty();
    }
}
