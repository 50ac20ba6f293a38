package dev.fanfare.torture;

import dev.fanfare.runtime.kafka.KafkaAnswer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Somebody else's cluster: nothing of Fanfare may be there before a run, and no topic of the run stays there. */
final class Borrowed {
    private static final Logger LOG = LoggerFactory.getLogger(Borrowed.class);

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);
    private static final int MOST_COPIES = 3;
    /** Topics of ours, and those that Kafka Streams makes for our groups. */
    private static final List<String> PREFIXES = List.of("fanfare.", "fanfare-");

    private final Map<String, Object> clientConfig;

    /** One that these settings reach. */
    Borrowed(Map<String, Object> clientConfig) {
        this.clientConfig = Map.copyOf(clientConfig);
    }

    /**
     * Looks at it, and has as many copies of each partition as it can hold, three at the most.
     *
     * @throws Refused where it can't be reached, or a Fanfare is there
     */
    Cluster asCluster() {
        String where = "the cluster at " + clientConfig.get("bootstrap.servers");
        try (Admin admin = admin()) {
            int brokers = KafkaAnswer.await(admin.describeCluster().nodes(), ANSWER_WITHIN, "asking for its brokers")
                    .size();
            List<String> topics = topics(admin);
            if (!topics.isEmpty()) {
                throw new Refused(where + " has topics of a Fanfare already (" + String.join(", ", topics)
                        + "): roles of this run would work on them, and it deletes them at its end. Name a cluster that has"
                        + " none; or delete them, if they are of a run that was killed.");
            }
            return Cluster.borrowed(clientConfig, (short) Math.min(MOST_COPIES, brokers));
        } catch (KafkaException e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            throw new Refused(where + " can't be used: " + e.getMessage()
                    + (reason == e ? "" : " (" + reason.getMessage() + ")")
                    + ". See --bootstrap-servers, and --set kafka.* for what a client needs there.");
        }
    }

    /** Deletes what the run made: all of Fanfare's topics, for there was none before. */
    void clear() {
        try (Admin admin = admin()) {
            KafkaAnswer.await(
                    admin.deleteTopics(topics(admin)).all(), ANSWER_WITHIN, "deleting the topics of this run");
        } catch (KafkaException e) {
            LOG.error("topics of this run are left: delete all that begin with one of {}", PREFIXES, e);
        }
    }

    private Admin admin() {
        Map<String, Object> config = new HashMap<>(clientConfig);
        // a close waits for what is under way
        config.put("default.api.timeout.ms", Math.toIntExact(ANSWER_WITHIN.toMillis()));
        config.put("request.timeout.ms", Math.toIntExact(ANSWER_WITHIN.toMillis()));
        return Admin.create(config);
    }

    private static List<String> topics(Admin admin) {
        return KafkaAnswer.await(admin.listTopics().names(), ANSWER_WITHIN, "asking for its topics").stream()
                .filter(topic -> PREFIXES.stream().anyMatch(topic::startsWith))
                .sorted()
                .toList();
    }

    /** Says why a run can't be there, and the way out. */
    static final class Refused extends RuntimeException {
        Refused(String message) {
            super(message);
        }
    }
}
