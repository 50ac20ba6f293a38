package dev.fanfare.contract.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicLayoutTest {
    private static final TopicLayout LAYOUT = new TopicLayout(6, 12, (short) 3, Tier.DEFAULTS);

    @ParameterizedTest
    @ValueSource(strings = {"100ms", "1m,10m,1h", "2s,5s,10s", "1s,1d", "24h"})
    void aTierKeepsWhatWaitsFarLongerThanItWaits(String tiers) {
        TopicLayout layout = new TopicLayout(1, 1, (short) 1, Tier.parseList(tiers));
        Map<String, TopicSpec> specs = byName(layout);
        for (Tier tier : layout.tiers()) {
            long retention = Long.parseLong(specs.get(tier.topic()).configs().get("retention.ms"));
            assertThat(retention)
                    .isGreaterThanOrEqualTo(tier.delay().multipliedBy(7).toMillis());
        }
    }

    @Test
    void tiersHaveThePartitionsOfTheDeliveriesAndTheBrokersTime() {
        Map<String, TopicSpec> specs = byName(LAYOUT);
        assertThat(specs.get(Topics.DELIVERIES).partitions()).isEqualTo(12);
        for (Tier tier : Tier.DEFAULTS) {
            assertThat(specs.get(tier.topic()).partitions()).isEqualTo(12);
            assertThat(specs.get(tier.topic()).configs()).containsEntry("message.timestamp.type", "LogAppendTime");
        }
        assertThat(specs.get(Topics.EVENTS).configs()).containsEntry("message.timestamp.type", "LogAppendTime");
    }

    @Test
    void whatNeedsATotalOrderHasOnePartitionAndIsCompactedAlone() {
        for (String topic : List.of(Topics.SUBSCRIPTIONS, Topics.CATALOG)) {
            TopicSpec spec = byName(LAYOUT).get(topic);
            assertThat(spec.partitions()).isEqualTo(1);
            assertThat(spec.configs())
                    .containsEntry("cleanup.policy", "compact")
                    .doesNotContainKey("retention.ms");
        }
    }

    @Test
    void deadLettersAreCompactedSoThatATombstoneEndsThem() {
        assertThat(byName(LAYOUT).get(Topics.DEAD_LETTERS).configs()).containsEntry("cleanup.policy", "compact,delete");
    }

    @Test
    void everyTopicIsThereOnceTakesTheLargestRecordAndIsSafeWithThreeCopies() {
        assertThat(LAYOUT.specs())
                .extracting(TopicSpec::name)
                .doesNotHaveDuplicates()
                .hasSize(15);
        assertThat(LAYOUT.specs()).allSatisfy(spec -> {
            assertThat(spec.name()).matches("fanfare[.-][a-z0-9.-]+");
            assertThat(spec.replicationFactor()).isEqualTo((short) 3);
            assertThat(spec.configs())
                    .containsEntry("min.insync.replicas", "2")
                    .containsEntry("max.message.bytes", Integer.toString(TopicLayout.MAX_RECORD_BYTES));
        });
        assertThat(new TopicLayout(1, 1, (short) 1, Tier.DEFAULTS).specs())
                .allSatisfy(spec -> assertThat(spec.configs()).containsEntry("min.insync.replicas", "1"));
    }

    @Test
    void withoutATierThereIsNoLayout() {
        assertThatThrownBy(() -> new TopicLayout(1, 1, (short) 1, List.of())).hasMessageContaining("at least one");
    }

    @Test
    void tiersAreNamedByTheirDelayAndSorted() {
        List<Tier> tiers = Tier.parseList("1h, 60s,10m");
        assertThat(tiers)
                .extracting(Tier::topic)
                .containsExactly("fanfare.retry.1m", "fanfare.retry.10m", "fanfare.retry.1h");
        assertThat(tiers).isEqualTo(Tier.DEFAULTS);
        assertThat(new Tier(Duration.ofHours(24)).topic()).isEqualTo("fanfare.retry.1d");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", "1m,", "1m,60s", "soon", "99ms", "25h", "0s", "1m;2m"})
    void whatIsNoListOfTiersIsRefused(String text) {
        assertThatThrownBy(() -> Tier.parseList(text)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Map<String, TopicSpec> byName(TopicLayout layout) {
        return layout.specs().stream().collect(Collectors.toMap(TopicSpec::name, spec -> spec));
    }
}
