package dev.fanfare.cli.cluster;

import dev.fanfare.cli.output.Table;
import dev.fanfare.cli.shell.ExitCode;
import dev.fanfare.cli.shell.Rate;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.contract.topic.TopicSpec;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.config.TopicSettings;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.kafka.TopicSetup;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fanfare topics …}. */
@Command(name = "topics", description = "Create and check the topics on a cluster.")
public final class TopicsCommand {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String CLIENT_ID = "fanfare-topics";

    private final Shell shell;

    public TopicsCommand(Shell shell) {
        this.shell = shell;
    }

    @Command(
            name = "create",
            description = "Create the topics that don't exist, as the settings under 'topics' say. Leaves the others as"
                    + " they are; can be repeated.")
    int create(@Mixin ClusterOptions options) {
        Settings settings = options.loadForCluster(shell);
        List<TopicSpec> specs = specs(settings);
        try (Admin admin = new KafkaConnection(settings.kafka()).admin(CLIENT_ID)) {
            TopicSetup setup = new TopicSetup(admin, TIMEOUT);
            Set<String> created = setup.create(specs);
            created.forEach(name -> shell.out().println("created " + name));
            if (created.isEmpty()) {
                shell.out().println("All " + specs.size() + " topics were there already.");
            }
            return report(setup.drift(specs));
        }
    }

    @Command(
            name = "check",
            description =
                    "Say what differs from the settings: missing topics, other partition counts. Changes nothing.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:all is as the settings say", "1:something differs", "2:usage"})
    int check(@Mixin ClusterOptions options) {
        Settings settings = options.loadForCluster(shell);
        List<TopicSpec> specs = specs(settings);
        try (Admin admin = new KafkaConnection(settings.kafka()).admin(CLIENT_ID)) {
            List<String> drift = new TopicSetup(admin, TIMEOUT).drift(specs);
            if (drift.isEmpty()) {
                shell.out().println("All " + specs.size() + " topics are as the settings say.");
            }
            return report(drift);
        }
    }

    @Command(
            name = "plan",
            description = "Show the topics that the settings describe, or that a rate asks for. Needs no cluster.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:done", "2:usage"})
    void plan(
            @Mixin ClusterOptions options,
            @Option(
                            names = "--rate",
                            paramLabel = "N/s",
                            description = "Plan for so many events a second at the peak, such as 5000/s.")
                    @Nullable String rate,
            @Option(
                            names = "--fan-out",
                            paramLabel = "N",
                            defaultValue = "1",
                            description = "Subscriptions that an event goes to, on average; default: ${DEFAULT-VALUE}.")
                    double fanOut,
            @Option(
                            names = "--event-bytes",
                            paramLabel = "N",
                            defaultValue = "1024",
                            description = "Size of an event, on average; default: ${DEFAULT-VALUE}.")
                    long eventBytes) {
        Settings settings = options.load(shell, Map.of(), Map.of());
        TopicLayout layout = TopicSettings.layout(settings.section(TopicSettings.class));
        if (rate != null) {
            RatePlan plan = RatePlan.of(Rate.perSecond(rate, "--rate"), fanOut, eventBytes, layout);
            plan.print(shell);
            layout = plan.layout();
        }
        Table table = new Table("TOPIC", "PARTITIONS", "COPIES", "POLICY", "KEPT");
        for (TopicSpec spec : layout.specs()) {
            String retention = spec.configs().get("retention.ms");
            table.add(
                    spec.name(),
                    spec.partitions(),
                    spec.replicationFactor(),
                    spec.configs().get("cleanup.policy"),
                    retention == null
                            ? "for ever"
                            : Duration.ofMillis(Long.parseLong(retention)).toDays() + " d");
        }
        table.print(shell);
    }

    private static List<TopicSpec> specs(Settings settings) {
        return TopicSettings.layout(settings.section(TopicSettings.class)).specs();
    }

    private int report(List<String> drift) {
        drift.forEach(sentence -> shell.err().println(sentence));
        return drift.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }
}
