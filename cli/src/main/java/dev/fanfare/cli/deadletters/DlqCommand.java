package dev.fanfare.cli.deadletters;

import dev.fanfare.cli.cluster.ClusterOptions;
import dev.fanfare.cli.output.OutputFormat;
import dev.fanfare.cli.output.Printable;
import dev.fanfare.cli.output.ProgressLine;
import dev.fanfare.cli.output.Style;
import dev.fanfare.cli.output.Table;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.retry.dead.DeadLetter;
import dev.fanfare.retry.dead.DeadLetters;
import dev.fanfare.retry.dead.RunListener;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fanfare dlq stats|list|show}: what reads. What moves them is in {@link RunCommand}. */
@Command(name = "dlq", description = "Dead letters: look at them, replay them, discard them.")
public final class DlqCommand {
    private static final int TABLE_ROWS = 50;

    private final Shell shell;

    public DlqCommand(Shell shell) {
        this.shell = shell;
    }

    @Command(name = "stats", description = "Count what is outstanding, by reason, last status and subscription.")
    void stats(@Mixin ClusterOptions options, @Mixin FilterOptions filter) {
        Map<Group, Long> groups = new HashMap<>();
        ProgressLine progress = new ProgressLine(shell, System::nanoTime);
        new DeadLetters(options.connect(shell))
                .list(
                        filter.filter(List.of(), Instant.now()),
                        showing(progress),
                        letter -> groups.merge(Group.of(letter), 1L, Long::sum));
        progress.clear();
        if (groups.isEmpty()) {
            shell.out().println("No dead letters.");
            return;
        }
        Table table = new Table("COUNT", "REASON", "STATUS", "SUBSCRIPTION");
        groups.entrySet().stream()
                .sorted(Map.Entry.<Group, Long>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry::getKey, Comparator.comparing(Group::toString)))
                .forEach(group -> table.add(
                        group.getValue(),
                        group.getKey().reason(),
                        group.getKey().status(),
                        group.getKey().subscription()));
        table.print(shell);
        shell.out().println(groups.values().stream().mapToLong(Long::longValue).sum() + " in all");
    }

    private record Group(
            @Nullable String reason,
            @Nullable Integer status,
            @Nullable String subscription) {
        static Group of(DeadLetter letter) {
            String subscription = letter.subscription();
            return new Group(
                    letter.reason(),
                    letter.status(),
                    subscription == null ? null : letter.tenant() + "/" + subscription);
        }
    }

    @Command(name = "list", description = "List what is outstanding, the oldest of each partition first.")
    void list(
            @Mixin ClusterOptions options,
            @Mixin FilterOptions filter,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            description = "How many at most (default: " + TABLE_ROWS + " in a table, else all).")
                    @Nullable Long limit,
            @Option(
                            names = "--output",
                            paramLabel = "FORMAT",
                            defaultValue = "table",
                            description =
                                    "table, json (one array) or jsonl (an object a line); default: ${DEFAULT-VALUE}.")
                    OutputFormat output) {
        long most = limit != null ? limit : output == OutputFormat.TABLE ? TABLE_ROWS : Long.MAX_VALUE;
        DeadLetterPrinter printer = new DeadLetterPrinter(shell, output);
        AtomicLong seen = new AtomicLong();
        ProgressLine progress = new ProgressLine(shell, System::nanoTime);
        new DeadLetters(options.connect(shell))
                .list(filter.filter(List.of(), Instant.now()), showing(progress), letter -> {
                    if (seen.getAndIncrement() < most) {
                        printer.print(letter);
                    }
                });
        progress.clear();
        printer.end();
        if (output == OutputFormat.TABLE && seen.get() == 0) {
            shell.out().println("No dead letters.");
        } else if (output == OutputFormat.TABLE && seen.get() > most) {
            shell.out().println("… and " + (seen.get() - most) + " more (--limit)");
        }
    }

    @Command(name = "show", description = "Show one with all its headers and its body.")
    void show(@Mixin ClusterOptions options, @Parameters(paramLabel = "ID") String id) {
        ConsumerRecord<byte[], byte[]> letter = new DeadLetters(options.connect(shell))
                .find(id)
                .orElseThrow(() -> new CommandFailure("there is no dead letter " + Printable.line(id)
                        + ": it was replayed or discarded, or never was one"));
        Map<String, String> shown = new TreeMap<>();
        for (Header header : letter.headers()) {
            byte[] value = header.value();
            shown.put(header.key(), value == null ? "" : new String(value, StandardCharsets.UTF_8));
        }
        shown.put("died", Instant.ofEpochMilli(letter.timestamp()).toString());
        int width = shown.keySet().stream().mapToInt(String::length).max().orElse(0);
        Style style = Style.of(shell);
        shown.forEach((name, value) -> shell.out()
                .println(style.faint(Printable.line(name) + " ".repeat(width - name.length())) + "  "
                        + Printable.line(value)));
        shell.out().println();
        shell.out().println(body(letter.value()));
    }

    private static String body(byte[] body) {
        try {
            return Printable.text(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString());
        } catch (CharacterCodingException e) {
            return "(" + body.length + " bytes, not text)";
        }
    }

    /** Shows how far reading is. */
    static RunListener showing(ProgressLine progress) {
        return new RunListener() {
            @Override
            public void scanned(long offsets, long total) {
                progress.update(() -> "reading the dead letters: " + (total == 0 ? 100 : 100 * offsets / total) + " %");
            }
        };
    }
}
