package dev.fanfare.runtime.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.contract.topic.TopicSpec;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

@WithBroker
class TopicSetupIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final TopicLayout LAYOUT = TestBroker.SMALL_LAYOUT;

    @Test
    void allTopicsOfALayoutAreMadeAndTakeRecordsAtOnce(@Fresh TestBroker broker) throws Exception {
        TopicSetup setup = new TopicSetup(broker.admin(), PATIENCE);
        List<String> names = LAYOUT.specs().stream().map(TopicSpec::name).toList();
        assertThat(setup.drift(LAYOUT.specs()))
                .hasSize(names.size())
                .allMatch(s -> s.contains("fanfare topics create"));
        assertThat(setup.create(LAYOUT.specs())).containsExactlyInAnyOrderElementsOf(names);
        for (TopicSpec spec : LAYOUT.specs()) {
            broker.send(new ProducerRecord<>(spec.name(), spec.partitions() - 1, new byte[] {1}, new byte[] {1}));
        }
        assertThat(setup.drift(LAYOUT.specs())).isEmpty();
        assertThatCode(() -> setup.require(names)).doesNotThrowAnyException();
        ConfigResource events = new ConfigResource(ConfigResource.Type.TOPIC, Topics.EVENTS);
        assertThat(broker.admin()
                        .describeConfigs(List.of(events))
                        .all()
                        .get()
                        .get(events)
                        .entries())
                .extracting(ConfigEntry::name, ConfigEntry::value)
                .contains(tuple("message.timestamp.type", "LogAppendTime"));
    }

    @Test
    void makingThemAgainChangesNothing(@Fresh TestBroker broker) {
        TopicSetup setup = new TopicSetup(broker.admin(), PATIENCE);
        setup.create(LAYOUT.specs());
        broker.send(new ProducerRecord<>(Topics.EVENTS, new byte[] {1}));
        assertThat(setup.create(LAYOUT.specs())).isEmpty();
        assertThat(broker.records(Topics.EVENTS)).hasSize(1);
    }

    @Test
    void onlyWhatIsMissingIsMade(TestBroker broker) {
        TopicSetup setup = new TopicSetup(broker.admin(), PATIENCE);
        TopicSpec there = spec(broker.newTopic("there", 2), 2);
        TopicSpec missing = spec(there.name() + "-too", 2);
        assertThat(setup.create(List.of(there, missing))).containsExactly(missing.name());
    }

    @Test
    void aTopicWithOtherPartitionsIsLeftAsItIsAndTold(TestBroker broker) {
        TopicSetup setup = new TopicSetup(broker.admin(), PATIENCE);
        TopicSpec wanted = spec(broker.newTopic("narrow", 1), 3);
        assertThat(setup.create(List.of(wanted))).isEmpty();
        assertThat(setup.drift(List.of(wanted)))
                .singleElement()
                .asString()
                .contains(
                        "topic " + wanted.name() + " has 1 partitions where the settings say 3",
                        "--alter --topic " + wanted.name() + " --partitions 3");
    }

    @Test
    void settingsThatFanfareReliesOnAreToldWithTheCommandThatMendsThem(TestBroker broker) {
        Map<String, String> wanted = Map.of(
                "message.timestamp.type", "LogAppendTime", "cleanup.policy", "compact", "max.message.bytes", "2097152");
        String plain = broker.newTopic("plain", 1);
        String right = broker.newTopic("right", 1, wanted);

        List<String> drift = new TopicSetup(broker.admin(), PATIENCE)
                .drift(List.of(new TopicSpec(plain, 1, (short) 1, wanted), new TopicSpec(right, 1, (short) 1, wanted)));

        assertThat(drift)
                .hasSize(3)
                .allSatisfy(sentence ->
                        assertThat(sentence).contains("--entity-name " + plain).doesNotContain(right))
                .anySatisfy(sentence -> assertThat(sentence).endsWith("message.timestamp.type=LogAppendTime"))
                .anySatisfy(sentence -> assertThat(sentence).endsWith("cleanup.policy=[compact]"))
                .anySatisfy(sentence -> assertThat(sentence).endsWith("max.message.bytes=2097152"));
    }

    @Test
    void whatIsMissingIsNamedWithTheWayOut(TestBroker broker) {
        TopicSetup setup = new TopicSetup(broker.admin(), PATIENCE);
        String there = broker.newTopic("there", 1);
        assertThatThrownBy(() -> setup.require(List.of("zebra", there, "aardvark")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("aardvark, zebra")
                .hasMessageContaining("fanfare topics create")
                .hasMessageNotContaining(there);
    }

    @Test
    void moreCopiesThanBrokersIsSaidWithTheTopicsName(TestBroker broker) {
        TopicSetup setup = new TopicSetup(broker.admin(), PATIENCE);
        TopicSpec greedy = new TopicSpec("greedy", 1, (short) 3, Map.of());
        assertThatThrownBy(() -> setup.create(List.of(greedy)))
                .hasMessageContaining("greedy")
                .hasMessageContaining("topics.replication-factor");
    }

    @Test
    void aClusterThatDoesNotAnswerIsSaidInTime(@Fresh TestBroker broker) {
        broker.stop();
        TopicSetup setup = new TopicSetup(broker.admin(), Duration.ofSeconds(1));
        assertThatThrownBy(() -> setup.require(List.of("any")))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("no answer within 1000 ms");
    }

    @Test
    void severalProcessesMayMakeThemAtOnce(@Fresh TestBroker broker) {
        List<String> made = Stream.of(1, 2, 3, 4)
                .parallel()
                .flatMap(i -> new TopicSetup(broker.admin(), PATIENCE).create(LAYOUT.specs()).stream())
                .toList();
        assertThat(made).hasSize(LAYOUT.specs().size()).doesNotHaveDuplicates();
    }

    private static TopicSpec spec(String name, int partitions) {
        return new TopicSpec(name, partitions, (short) 1, Map.of());
    }
}
