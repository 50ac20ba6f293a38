package dev.fanfare.benchmarks.router;

import dev.fanfare.contract.DurationText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * How both sides of a comparison produce.
 *
 * @param guarantee   {@link #AT_LEAST_ONCE} or {@link #EXACTLY_ONCE}
 * @param compression by its name in Kafka
 */
record Variant(String guarantee, String compression, Duration linger) {
    static final String AT_LEAST_ONCE = "at-least-once";
    static final String EXACTLY_ONCE = "exactly-once-v2";

    /** All that the options ask for. */
    static List<Variant> of(RouterOptions options) {
        List<Variant> all = new ArrayList<>();
        for (String guarantee : options.guarantees) {
            for (String compression : options.compressions) {
                for (String linger : options.lingers) {
                    all.add(new Variant(guarantee, compression, DurationText.parse(linger)));
                }
            }
        }
        return all;
    }

    boolean isTransactional() {
        return guarantee.equals(EXACTLY_ONCE);
    }

    /** For the bare loop; what is not here, both leave to {@code KafkaConnection}. */
    Map<String, Object> producerSettings() {
        Map<String, Object> settings = new HashMap<>();
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, compression);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, linger.toMillis());
        if (isTransactional()) {
            settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "bare-loop");
            settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 10_000);
        }
        return settings;
    }

    /** For {@code fanfare router}. */
    List<String> routerArguments() {
        return List.of(
                "--set=router.guarantee=" + guarantee,
                "--set=router.linger=" + DurationText.format(linger),
                "--set=kafka.compression.type=" + compression);
    }

    @Override
    public String toString() {
        return guarantee + ", " + compression + ", linger " + DurationText.format(linger);
    }
}
