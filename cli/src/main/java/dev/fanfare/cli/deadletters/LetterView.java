package dev.fanfare.cli.deadletters;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.cli.output.JsonOutput;
import dev.fanfare.cli.output.OutputFormat;
import dev.fanfare.cli.output.Printable;
import dev.fanfare.cli.output.Style;
import dev.fanfare.cli.output.Table;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.retry.dead.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** One dead letter in full: what it is, its headers, its attempts, its body. */
final class LetterView {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("MM-dd HH:mm:ss.SSS");

    private final Shell shell;
    private final ConsumerRecord<byte[], byte[]> message;
    private final List<Attempt> attempts;

    LetterView(Shell shell, ConsumerRecord<byte[], byte[]> message, List<Attempt> attempts) {
        this.shell = shell;
        this.message = message;
        this.attempts = attempts;
    }

    void print(OutputFormat format) {
        if (format == OutputFormat.TABLE) {
            forPeople();
        } else {
            JsonOutput.print(shell, json(), format);
        }
        shell.out().flush();
    }

    private void forPeople() {
        Map<String, String> shown = new TreeMap<>();
        for (Header header : message.headers()) {
            byte[] value = header.value();
            shown.put(header.key(), value == null ? "" : new String(value, StandardCharsets.UTF_8));
        }
        shown.put("died", Instant.ofEpochMilli(message.timestamp()).toString());
        int width = shown.keySet().stream().mapToInt(String::length).max().orElse(0);
        Style style = Style.of(shell);
        shown.forEach((name, value) -> shell.out()
                .println(style.faint(Printable.line(name) + " ".repeat(width - name.length())) + "  "
                        + Printable.line(value)));
        shell.out().println();
        if (!attempts.isEmpty()) {
            Table table = new Table("NO", "STARTED", "MS", "STATUS", "VERDICT", "ERROR", "ANSWER");
            attempts.forEach(attempt -> table.add(
                    attempt.attempt(),
                    Instant.ofEpochMilli(attempt.startedAtMillis())
                            .atZone(ZoneId.systemDefault())
                            .format(TIME),
                    attempt.durationMillis(),
                    attempt.status(),
                    attempt.verdict(),
                    attempt.error(),
                    attempt.responseExcerpt()));
            table.print(shell);
            shell.out().println();
        }
        String text = LetterJson.text(message.value());
        shell.out()
                .println(
                        text == null
                                ? "(" + message.value().length + " bytes, not text: --output json has them as base64)"
                                : Printable.text(text));
    }

    private ObjectNode json() {
        ObjectNode json = DeadLetterPrinter.json(DeadLetter.of(message));
        ObjectNode whole = LetterJson.write(message);
        json.set("headers", whole.get("headers"));
        json.setAll(LetterJson.body(message.value()));
        ArrayNode tries = json.putArray("attemptsSoFar");
        attempts.forEach(attempt -> tries.add(Json.TOPIC.valueToTree(attempt)));
        return json;
    }
}
