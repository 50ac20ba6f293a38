package dev.fanfare.cli.deadletters;

import dev.fanfare.cli.cluster.ClusterOptions;
import dev.fanfare.cli.output.JsonOutput;
import dev.fanfare.cli.output.OutputFormat;
import dev.fanfare.cli.output.Printable;
import dev.fanfare.cli.output.ProgressLine;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.retry.dead.DeadLetter;
import dev.fanfare.retry.dead.DeadLetters;
import dev.fanfare.retry.dead.RunListener;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fanfare dlq stats|list|show}: what reads. What moves them is in {@link RunCommand}. */
@Command(
        name = "dlq",
        description = "Dead letters: look at them, replay them, discard them.",
        footer = {
            "",
            "The alert fired? 'dlq stats' says what died and of what, 'dlq show ID' what one answered, 'dlq replay"
                    + " --dry-run' what a replay would send, 'dlq runs show' what became of it. More in"
                    + " docs/operating/dead-letters.md."
        })
public final class DlqCommand {
    private static final int TABLE_ROWS = 50;
    private static final int TALLY_ROWS = 10;

    private final Shell shell;

    public DlqCommand(Shell shell) {
        this.shell = shell;
    }

    /** Adds what has classes of its own. */
    public static void addMore(CommandLine dlq, Shell shell) {
        dlq.addSubcommand(new ExportCommand(shell));
        dlq.addSubcommand(new ImportCommand(shell));
        dlq.addSubcommand(new RunsCommand(shell));
    }

    @Command(
            name = "stats",
            description = "Count what is outstanding, by reason, tenant, subscription and age.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:done", "1:it failed", "2:usage"})
    void stats(
            @Mixin ClusterOptions options,
            @Mixin FilterOptions filter,
            @Option(
                            names = "--by",
                            split = ",",
                            paramLabel = "WHAT",
                            description = "tenant, subscription, type, reason, status or age; several with commas."
                                    + " Default: reason,tenant,subscription,age.")
                    @Nullable List<Tallies.By> wanted,
            @Option(
                            names = "--output",
                            paramLabel = "FORMAT",
                            defaultValue = "table",
                            description = "table (with bars), json, jsonl or yaml; default: ${DEFAULT-VALUE}.")
                    OutputFormat output) {
        List<Tallies.By> by = wanted != null
                ? wanted
                : List.of(Tallies.By.REASON, Tallies.By.TENANT, Tallies.By.SUBSCRIPTION, Tallies.By.AGE);
        Tallies tallies = new Tallies();
        ProgressLine progress = new ProgressLine(shell, System::nanoTime);
        new DeadLetters(options.connect(shell))
                .list(filter.filter(List.of(), Instant.now()), showing(progress), tallies::add);
        progress.clear();
        if (output != OutputFormat.TABLE) {
            JsonOutput.print(shell, tallies.json(by), output);
        } else if (tallies.total() == 0) {
            shell.out().println("No dead letters.");
        } else {
            by.forEach(one -> tallies.print(shell, one, TALLY_ROWS));
            shell.out().println(String.format("%,d in all", tallies.total()));
        }
    }

    @Command(
            name = "list",
            description = "List what is outstanding, the oldest of each partition first.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:done, also where nothing matched", "1:it failed", "2:usage"})
    void list(
            @Mixin ClusterOptions options,
            @Mixin FilterOptions filter,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            description = "How many at most (default: " + TABLE_ROWS + " in a table, else all).")
                    @Nullable Long limit,
            @Option(
                            names = "--after",
                            paramLabel = "PLACE",
                            description = "The next page: PARTITION/OFFSET of the last one seen, as the page before"
                                    + " says at its end.")
                    @Nullable String after,
            @Option(
                            names = "--output",
                            paramLabel = "FORMAT",
                            defaultValue = "table",
                            description = "table, json (one array), jsonl (an object a line) or yaml; default:"
                                    + " ${DEFAULT-VALUE}.")
                    OutputFormat output) {
        long most = limit != null ? limit : output == OutputFormat.TABLE ? TABLE_ROWS : Long.MAX_VALUE;
        Place from = after == null ? Place.BEGIN : Place.parse(after);
        DeadLetterPrinter printer = new DeadLetterPrinter(shell, output);
        AtomicLong seen = new AtomicLong();
        AtomicReference<Place> last = new AtomicReference<>(from);
        ProgressLine progress = new ProgressLine(shell, System::nanoTime);
        new DeadLetters(options.connect(shell))
                .list(filter.filter(List.of(), Instant.now()), showing(progress), letter -> {
                    if (from.isBefore(letter) && seen.getAndIncrement() < most) {
                        printer.print(letter);
                        last.set(Place.of(letter));
                    }
                });
        progress.clear();
        printer.end();
        if (output == OutputFormat.TABLE && seen.get() == 0) {
            shell.out().println(after == null ? "No dead letters." : "No more dead letters.");
        } else if (seen.get() > most) {
            String more =
                    String.format("… and %,d more (--limit); the next: --after %s", seen.get() - most, last.get());
            (output == OutputFormat.TABLE ? shell.out() : shell.err()).println(more);
        }
    }

    /** Where one stands: what a page ends with and the next begins after. */
    private record Place(int partition, long offset) {
        private static final Place BEGIN = new Place(0, -1);

        static Place of(DeadLetter letter) {
            return new Place(letter.partition(), letter.offset());
        }

        static Place parse(String text) {
            String[] parts = text.split("/", -1);
            try {
                if (parts.length == 2) {
                    return new Place(Integer.parseInt(parts[0]), Long.parseLong(parts[1]));
                }
                throw new NumberFormatException(text);
            } catch (NumberFormatException e) {
                throw CommandFailure.usage("--after: '" + text + "' is no PARTITION/OFFSET such as 3/1042");
            }
        }

        boolean isBefore(DeadLetter letter) {
            return letter.partition() > partition || letter.partition() == partition && letter.offset() > offset;
        }

        @Override
        public String toString() {
            return partition + "/" + offset;
        }
    }

    @Command(
            name = "show",
            description = "Show one with all its headers, its body and its attempts so far.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:done", "1:there is no such dead letter, or it failed", "2:usage"})
    void show(
            @Mixin ClusterOptions options,
            @Parameters(paramLabel = "ID") String id,
            @Option(
                            names = "--output",
                            paramLabel = "FORMAT",
                            defaultValue = "table",
                            description = "table, json, jsonl or yaml; default: ${DEFAULT-VALUE}.")
                    OutputFormat output) {
        KafkaConnection kafka = options.connect(shell);
        ConsumerRecord<byte[], byte[]> letter = new DeadLetters(kafka)
                .find(id)
                .orElseThrow(() -> new CommandFailure("there is no dead letter " + Printable.line(id)
                        + ": it was replayed or discarded, or never was one"));
        new LetterView(shell, letter, AttemptsOf.letter(kafka, letter)).print(output);
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
