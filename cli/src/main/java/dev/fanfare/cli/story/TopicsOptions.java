package dev.fanfare.cli.story;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.cli.cluster.ClusterOptions;
import dev.fanfare.cli.output.ProgressLine;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.PastTime;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.Json;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.http.AccessSettings;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code fanfare trace --from-topics}, and how it is done. */
public final class TopicsOptions {
    private static final Duration SINCE_BY_DEFAULT = Duration.ofDays(1);

    @Mixin
    private ClusterOptions cluster = new ClusterOptions();

    @Option(
            names = "--from-topics",
            description = "Read Kafka's topics rather than ask the control plane: needs nothing but Kafka, finds"
                    + " what no index knows, and says where each record stands. EVENT may be a webhook-id too.")
    private boolean wanted;

    @Option(
            names = "--since",
            paramLabel = "WHEN",
            description = "With --from-topics: read from then on: 10m, 2d or 2026-11-21T12:00:00Z (default: the moment"
                    + " in a UUIDv7 or ULID, else 1d).")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "WHEN", description = "With --from-topics: read up to then (default: now).")
    private @Nullable String until;

    /** Whether the topics are to be read. */
    public boolean wanted() {
        if (!wanted && (since != null || until != null)) {
            throw CommandFailure.usage("--since and --until bound what is read of the topics: add --from-topics");
        }
        return wanted;
    }

    /**
     * Looks for an event, and hands its story over.
     *
     * @param tell given the story's data, and what prints it for people
     * @throws CommandFailure where nothing is known of it
     */
    public void search(Shell shell, String id, String tenant, BiConsumer<JsonNode, Runnable> tell) {
        Settings settings = cluster.loadForCluster(shell);
        Instant now = Instant.now();
        TopicSearch.Wanted asked = new TopicSearch.Wanted(
                id,
                tenant,
                settings.section(AccessSettings.class).defaultTenant(),
                since == null ? null : PastTime.parse(since, "--since", now),
                until == null ? now : PastTime.parse(until, "--until", now));
        long startedAt = System.nanoTime();
        Story story;
        try (TopicSearch search = new TopicSearch(
                new KafkaConnection(settings.kafka()), asked, new ProgressLine(shell, System::nanoTime))) {
            story = search.search(now.minus(SINCE_BY_DEFAULT));
        }
        String effort = String.format(
                Locale.ROOT, "%,d records in %.1f s", story.records(), (System.nanoTime() - startedAt) / 1e9);
        if (!story.isKnown()) {
            throw new CommandFailure("nothing speaks of '" + id + "' of tenant '" + tenant + "' in the " + effort
                    + " that were read: go back further with --since, or is it another --tenant's?");
        }
        tell.accept(Json.TOPIC.valueToTree(story), () -> {
            new StoryText(shell).print(story);
            if (shell.errIsTerminal()) {
                shell.err().println("Read " + effort + ".");
            }
        });
    }
}
