package dev.fanfare.cli.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.cli.story.Sighting.What;
import dev.fanfare.cli.story.Story.Positions;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.topic.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StoryTest {
    private static final Positions UNKNOWN = new Positions(Map.of());

    private final List<Sighting> found = new ArrayList<>();

    @Test
    void anEventThatIsNotRoutedYetSaysHowFarTheRoutersAre() {
        see(What.ACCEPTED, 1_000, null);
        assertThat(event(at(Topics.EVENTS, 5)))
                .isEqualTo("not routed yet: the routers have 6 to do up to it in its partition");
        assertThat(event(at(Topics.EVENTS, 11))).startsWith("routed to nobody");
        assertThat(event(UNKNOWN)).contains("is not known");
    }

    @Test
    void anEventThatTheRouterBuriedSaysWhy() {
        see(What.ACCEPTED, 1_000, null);
        found.add(new Sighting(
                What.DEAD, 1_100, Topics.DEAD_LETTERS, 0, 1, null, null, null, null, "undecodable", "no tenant", null));
        assertThat(event(UNKNOWN)).isEqualTo("a dead letter, as the router could not route it: no tenant");
    }

    @Test
    void aDeliveryInLineSaysHowManyAreBeforeIt() {
        see(What.IN_LINE, 1_000, "d");
        assertThat(delivery(at(Topics.DELIVERIES, 7)).detail()).contains("4 to do up to it");
        assertThat(delivery(at(Topics.DELIVERIES, 7)).state()).isEqualTo("queued");
        assertThat(delivery(at(Topics.DELIVERIES, 99)).detail())
                .as("the one that looks lost")
                .contains("say is done, and no attempt is on fanfare.attempts");
    }

    @Test
    void itsWayThroughATierAndBackEndsDelivered() {
        see(What.IN_LINE, 1_000, "d");
        attempt(1, Verdict.RETRY, 1_100);
        see(What.WAITS, 1_101, "d");
        Story.DeliveryStory waiting = delivery(UNKNOWN);
        assertThat(waiting.state()).isEqualTo("waiting");
        assertThat(waiting.dueAt()).isEqualTo("1970-01-01T00:01:01.101Z");
        see(What.IN_LINE, 61_200, "d");
        assertThat(delivery(UNKNOWN).state()).as("back in line").isEqualTo("queued");
        attempt(2, Verdict.DELIVERED, 61_300);
        assertThat(delivery(UNKNOWN).state()).isEqualTo("delivered");
        assertThat(delivery(UNKNOWN).detail()).isEqualTo("delivered by attempt 2");
    }

    @Test
    void aDeadLetterIsOutstandingUntilItIsReplayedOrDiscarded() {
        see(What.IN_LINE, 1_000, "d");
        attempt(1, Verdict.EXHAUSTED, 1_100);
        see(What.DEAD, 1_101, "d");
        assertThat(delivery(UNKNOWN).detail()).startsWith("dead letter, outstanding");
        see(What.TAKEN_AWAY, 5_000, "d");
        assertThat(delivery(UNKNOWN).state()).isEqualTo("discarded");
        found.add(
                new Sighting(What.IN_LINE, 5_000, Topics.DELIVERIES, 0, 50, "d", "s", null, null, null, null, "run-1"));
        assertThat(delivery(UNKNOWN).state()).as("replayed").isEqualTo("queued");
        attempt(2, Verdict.DELIVERED, 5_100);
        assertThat(delivery(UNKNOWN).state()).isEqualTo("delivered");
    }

    @Test
    void aParkedDeliveryIsParked() {
        see(What.IN_LINE, 1_000, "d");
        see(What.PARKED, 1_010, "d");
        assertThat(delivery(UNKNOWN).state()).isEqualTo("parked");
    }

    @Test
    void aCancelledDeliverySaysWhy() {
        see(What.IN_LINE, 1_000, "d");
        attempt(0, Verdict.CANCELLED, 1_010);
        assertThat(delivery(UNKNOWN).state()).isEqualTo("cancelled");
    }

    @Test
    void nothingFoundIsNothingKnown() {
        assertThat(Story.of("e", "default", found, UNKNOWN, 0).isKnown()).isFalse();
    }

    @Test
    void anAttemptIsFoundByAnIdThatJsonWritesInAnotherWay() {
        for (String id : List.of("an \"odd\" id", "back\\slash", "\ud83d\udc69 é", "plain/1")) {
            Attempt attempt = new Attempt(
                    "d", "default", "s", id, "t", 1, Verdict.DELIVERED.text(), 1, 0, null, null, null, null, null);
            assertThat(TopicSearch.contains(attempt.toJson(), TopicSearch.inJson(id)))
                    .as(id)
                    .isTrue();
        }
        assertThat(TopicSearch.isSameInAllJson("order_1.2:A-9")).isTrue();
        assertThat(List.of("a/b", "é", "a\"b", "a b")).noneMatch(TopicSearch::isSameInAllJson);
    }

    @Test
    void anIdIsFoundAmongBytesWithoutMakingTextOfThem() {
        assertThat(TopicSearch.contains("{\"eventId\":\"o-12\"}".getBytes(), "o-12".getBytes()))
                .isTrue();
        assertThat(TopicSearch.contains("oo-1".getBytes(), "o-1".getBytes())).isTrue();
        assertThat(TopicSearch.contains("o-1".getBytes(), "o-12".getBytes())).isFalse();
        assertThat(TopicSearch.contains(null, "o-1".getBytes())).isFalse();
    }

    private void see(What what, long atMillis, String delivery) {
        String topic =
                switch (what) {
                    case ACCEPTED -> Topics.EVENTS;
                    case IN_LINE, ATTEMPTED -> Topics.DELIVERIES;
                    case WAITS -> "fanfare.retry.1m";
                    case PARKED -> Topics.PARKED;
                    case DEAD, TAKEN_AWAY -> Topics.DEAD_LETTERS;
                };
        found.add(new Sighting(
                what,
                atMillis,
                topic,
                0,
                10,
                delivery,
                delivery == null ? null : "s",
                null,
                what == What.WAITS ? 60_000L : null,
                what == What.DEAD ? "exhausted" : null,
                null,
                null));
    }

    private void attempt(int number, Verdict verdict, long atMillis) {
        Attempt attempt = new Attempt(
                "d", "default", "s", "e", "t", number, verdict.text(), atMillis, 0, null, null, null, null, null);
        found.add(new Sighting(
                What.ATTEMPTED, atMillis, Topics.ATTEMPTS, 0, 1, "d", "s", attempt, null, null, null, null));
    }

    private static Positions at(String topic, long offset) {
        return new Positions(Map.of(topic, Map.of(0, offset)));
    }

    private String event(Positions positions) {
        return Story.of("e", "default", found, positions, 0).state();
    }

    private Story.DeliveryStory delivery(Positions positions) {
        return Story.of("e", "default", found, positions, 0).deliveries().get(0);
    }
}
