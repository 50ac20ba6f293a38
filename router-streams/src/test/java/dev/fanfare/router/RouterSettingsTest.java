package dev.fanfare.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.router.RouterSettings.Guarantee;
import dev.fanfare.router.RouterSettings.Protocol;
import dev.fanfare.runtime.config.ByteSize;
import dev.fanfare.runtime.config.InvalidSettings;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.kafka.KafkaConnection;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;

class RouterSettingsTest {

    @Test
    void theDefaultsAreThese() {
        RouterSettings settings = load(Map.of());
        RouterSettings.check(settings);
        assertThat(settings.guarantee()).isEqualTo(Guarantee.AT_LEAST_ONCE);
        assertThat(settings.groupProtocol()).isEqualTo(Protocol.STREAMS);
        assertThat(settings.threads()).isOne();
        assertThat(settings.linger()).isEqualTo(Duration.ofMillis(2));
        assertThat(settings.readIndexTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.drainTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.fanoutChunk()).isEqualTo(1_000);
        assertThat(settings.deduplicationWindow()).isEqualTo(Duration.ofHours(24));
        assertThat(settings.deduplicationMemory()).isEqualTo(ByteSize.parse("64MiB"));
        assertThat(settings.stateDir()).isEmpty();
    }

    @Test
    void everySettingCanBeGiven() {
        RouterSettings settings = load(Map.of(
                "router.guarantee", "exactly-once-v2",
                "router.group-protocol", "classic",
                "router.threads", "3",
                "router.linger", "5ms",
                "router.read-index-timeout", "2s",
                "router.drain-timeout", "3s",
                "router.deduplication-window", "2h",
                "router.deduplication-memory", "1GiB",
                "router.state-dir", "state"));
        assertThat(load(Map.of("router.fanout-chunk", "50")).fanoutChunk()).isEqualTo(50);
        RouterSettings.check(settings);
        assertThat(settings.guarantee()).isEqualTo(Guarantee.EXACTLY_ONCE_V2);
        assertThat(settings.groupProtocol()).isEqualTo(Protocol.CLASSIC);
        assertThat(settings.threads()).isEqualTo(3);
        assertThat(settings.linger()).isEqualTo(Duration.ofMillis(5));
        assertThat(settings.readIndexTimeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(settings.drainTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(settings.deduplicationWindow()).isEqualTo(Duration.ofHours(2));
        assertThat(settings.deduplicationMemory()).isEqualTo(ByteSize.parse("1GiB"));
        assertThat(settings.stateDir()).contains(Path.of("state"));
    }

    @Test
    void aWindowOfNothingTurnsDeduplicationOff() {
        RouterSettings settings = load(Map.of("router.deduplication-window", "0s"));
        RouterSettings.check(settings);
        assertThat(settings.deduplicationWindow()).isZero();
    }

    @Test
    void aStoreBelongsToOneClusterOneInstanceAndOneWindow() {
        assertThat(RouterStreams.stateDir(Path.of("state"), load(Map.of()), "c1", "i1"))
                .isEqualTo(Path.of("state", "c1", "i1", "1d"));
    }

    @Test
    void allFaultsAreToldAtOnce() {
        RouterSettings settings = load(Map.of(
                "router.threads", "0",
                "router.linger", "1m",
                "router.deduplication-window", "10s",
                "router.deduplication-memory", "1MiB"));
        assertThatThrownBy(() -> RouterSettings.check(settings))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("router.threads: 0 is out of range: 1 to 64")
                .hasMessageContaining("router.linger: 1m is out of range")
                .hasMessageContaining("router.deduplication-window: 10s is out of range: 1m to 7d")
                .hasMessageContaining("router.deduplication-memory: 1MiB is less than 8MiB");
    }

    @Test
    void aRuleForATopicThatCannotBeUsedIsToldByName() {
        RouterSettings settings = load(Map.of("router.tenant-of-topic", "orders=acme,billing"));
        assertThatThrownBy(() -> RouterSettings.check(settings))
                .isInstanceOf(InvalidSettings.class)
                .hasMessage("router.tenant-of-topic: 'billing' can't be used: write TOPIC=TENANT, such as"
                        + " orders-events=acme");
        assertThat(RouterSettings.tenantByTopic(load(Map.of("router.tenant-of-topic", "orders=acme,billing=globex"))))
                .isEqualTo(Map.of("orders", "acme", "billing", "globex"));
        assertThat(RouterSettings.tenantByTopic(load(Map.of()))).isEmpty();
    }

    @Test
    void aBatchMayNotWaitLongerThanItsTransactionLives() {
        RouterSettings settings =
                load(Map.of("router.guarantee", "exactly-once-v2", "router.read-index-timeout", "20s"));
        assertThatThrownBy(() -> RouterSettings.check(settings))
                .hasMessage("router.read-index-timeout: 20s is out of range: 10ms to 8s");
    }

    @Test
    void kafkaPropertiesOfThePlatformTeamReachTheClientsButCannotUndoOurPromises() {
        KafkaConnection kafka = new KafkaConnection(Map.of(
                "bootstrap.servers", "127.0.0.1:1",
                "compression.type", "zstd",
                "acks", "0",
                "isolation.level", "read_uncommitted"));
        StreamsConfig config = RouterStreams.events(
                load(Map.of()),
                kafka,
                "client",
                Path.of("state"),
                readIndex(),
                new StoreMemory(ByteSize.parse("64MiB")));
        Map<String, Object> producer = config.getProducerConfigs("client");
        assertThat(producer)
                .containsEntry("compression.type", "zstd")
                .containsEntry("acks", "all")
                .containsEntry(ProducerConfig.LINGER_MS_CONFIG, 2L);
        Map<String, Object> consumer = config.getMainConsumerConfigs("group", "client", 0);
        assertThat(consumer)
                .containsEntry("isolation.level", "read_committed")
                .containsKey(ReadIndexInterceptor.READ_INDEX);
    }

    private static RouterSettings load(Map<String, String> given) {
        return Settings.load(null, Map.of(), given, List.of(RouterSettings.class))
                .section(RouterSettings.class);
    }

    private static ReadIndex readIndex() {
        return new ReadIndex(TestTopology.UP_TO_DATE, Duration.ZERO, new RouterMetrics(new SimpleMeterRegistry()));
    }
}
