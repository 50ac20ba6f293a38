package dev.fanfare.cli.deadletters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.cli.Version;
import dev.fanfare.cli.output.JsonOutput;
import dev.fanfare.cli.output.OutputFormat;
import dev.fanfare.cli.output.Printable;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.ExitCode;
import dev.fanfare.cli.shell.Question;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.signing.WebhookSecret;
import dev.fanfare.contract.signing.WebhookSigner;
import dev.fanfare.retry.dead.DeadLetter;
import dev.fanfare.retry.dead.DeadLetterFilter;
import dev.fanfare.retry.dead.DeadLetters;
import dev.fanfare.retry.dead.RunListener;
import dev.fanfare.retry.run.Pace;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Sends dead letters to another endpoint to see what it answers: one after the other, in binary mode, as their
 * subscriber would get them. Nothing is taken off the dead letters, no attempt is recorded, no subscription's own headers
 * or credentials are sent.
 */
final class Trial {
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    private final URI url;
    private final @Nullable WebhookSigner signer;
    private final int limit;

    private Trial(URI url, @Nullable WebhookSigner signer, int limit) {
        this.url = url;
        this.signer = signer;
        this.limit = limit;
    }

    /** Towards an endpoint. */
    static Trial to(String url, @Nullable String secret, int limit) {
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage("--to-url: '" + url + "' is no URL");
        }
        if (!("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) || uri.getHost() == null) {
            throw CommandFailure.usage("--to-url: '" + url + "' is no URL such as https://example.com/hook");
        }
        if (limit < 1) {
            throw CommandFailure.usage("--limit: " + limit + " sends nothing: give 1 or more");
        }
        try {
            return new Trial(
                    uri, secret == null ? null : new WebhookSigner(List.of(WebhookSecret.parse(secret))), limit);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage("--secret: " + e.getMessage());
        }
    }

    /** Sends and prints; fails where one is not answered with 2xx. */
    int run(Shell shell, DeadLetters letters, DeadLetterFilter filter, Pace pace, OutputFormat output, boolean yes) {
        List<ConsumerRecord<byte[], byte[]>> meant = new ArrayList<>();
        letters.read(filter, RunListener.SILENT, message -> {
            if (meant.size() < limit) {
                meant.add(message);
            }
        });
        if (meant.isEmpty()) {
            shell.out().println("No dead letters.");
            return ExitCode.OK;
        }
        if (!yes) {
            Question.ask(shell, "send " + RunCommand.deadLetters(meant.size()) + " to " + url, "or --dry-run");
        }
        HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
        int arrived = 0;
        for (ConsumerRecord<byte[], byte[]> message : meant) {
            RunListener.SILENT.pause(pace.millisBefore(1));
            arrived += send(shell, client, message, output) ? 1 : 0;
        }
        if (output == OutputFormat.TABLE) {
            shell.out()
                    .println(arrived + " of " + RunCommand.deadLetters(meant.size())
                            + " were answered with 2xx. All of them are still there.");
        }
        shell.out().flush();
        return arrived == meant.size() ? ExitCode.OK : ExitCode.FAILED;
    }

    private boolean send(Shell shell, HttpClient client, ConsumerRecord<byte[], byte[]> message, OutputFormat output) {
        DeadLetter letter = DeadLetter.of(message);
        long began = System.nanoTime();
        Integer status = null;
        String answer;
        try {
            HttpResponse<String> response = client.send(request(letter, message), HttpResponse.BodyHandlers.ofString());
            status = response.statusCode();
            answer = response.body().length() > 200 ? response.body().substring(0, 200) + "…" : response.body();
        } catch (IOException e) {
            answer = e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ": " + e.getMessage());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
        long millis = Duration.ofNanos(System.nanoTime() - began).toMillis();
        if (output == OutputFormat.TABLE) {
            shell.out()
                    .println(letter.id() + "  " + (status == null ? "-" : status) + "  " + millis + " ms  "
                            + Printable.line(answer));
        } else {
            ObjectNode json = Json.TOPIC
                    .createObjectNode()
                    .put("id", letter.id())
                    .put("status", status)
                    .put("millis", millis)
                    .put("answer", answer);
            JsonOutput.print(shell, json, output);
        }
        return status != null && status / 100 == 2;
    }

    private HttpRequest request(DeadLetter letter, ConsumerRecord<byte[], byte[]> message) {
        long timestamp = System.currentTimeMillis() / 1_000;
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .timeout(TIMEOUT)
                .POST(HttpRequest.BodyPublishers.ofByteArray(message.value()))
                .header("webhook-id", letter.id())
                .header("webhook-timestamp", Long.toString(timestamp))
                .header("fanfare-attempt", Integer.toString(letter.attempts() + 1))
                .header("user-agent", "Fanfare/" + Version.current() + " (trial)");
        WebhookSigner signing = signer;
        if (signing != null) {
            request.header("webhook-signature", signing.sign(letter.id(), timestamp, message.value()));
        }
        for (Header header : message.headers()) {
            String text = header.value() == null ? null : LetterJson.text(header.value());
            if (text != null && header.key().equals(EventRecords.CONTENT_TYPE) && !text.isBlank()) {
                request.setHeader(EventRecords.CONTENT_TYPE, text);
            } else if (text != null && header.key().startsWith(EventRecords.ATTRIBUTE_PREFIX)) {
                request.setHeader(
                        "ce-" + header.key().substring(EventRecords.ATTRIBUTE_PREFIX.length()),
                        URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20"));
            }
        }
        return request.build();
    }
}
