package dev.fanfare.cli.listen;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.cli.api.ApiClient;
import dev.fanfare.cli.api.ApiOptions;
import dev.fanfare.cli.api.SubscriptionsApi;
import dev.fanfare.cli.listen.Receiver.Answering;
import dev.fanfare.cli.output.OutputFormat;
import dev.fanfare.cli.output.Style;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.ExitCode;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.cli.shell.StopSignal;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.signing.VerifyingKey;
import dev.fanfare.contract.signing.WebhookVerifier;
import dev.fanfare.contract.signing.WebhookVerifier.Outcome;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fanfare listen}: a receiver on this machine that subscribes itself, verifies and prints. */
@Command(
        name = "listen",
        description = {
            "Receive webhooks on this machine: verify each signature, print each webhook.",
            "",
            "Subscribes itself to the running Fanfare, and unsubscribes at the end (Ctrl-C). With --secret it only"
                    + " listens, for a subscription that you have made yourself."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:ended as asked", "1:it failed, or a signature did not verify", "2:usage"})
public final class ListenCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Option(
            names = "--types",
            split = ",",
            paramLabel = "TYPE",
            description = "Event types to subscribe to: order.created, 'order.*' or '*' (the default).")
    private List<String> types = List.of("*");

    @Option(names = "--port", paramLabel = "PORT", description = "Port on 127.0.0.1 (default: any free one).")
    private int port;

    @Option(
            names = "--fail",
            paramLabel = "STATUS",
            description = "Answer every webhook with this status, such as 500, or 410 to be unsubscribed for good.")
    private @Nullable Integer fail;

    @Option(
            names = "--fail-first",
            paramLabel = "N",
            description = "Fail only the first N attempts of each webhook (with 500, or the status of --fail).")
    private @Nullable Integer failFirst;

    @Option(names = "--count", paramLabel = "N", description = "End after N webhooks; every attempt counts.")
    private @Nullable Long count;

    @Option(
            names = "--body-lines",
            paramLabel = "N",
            defaultValue = "20",
            description = "How much of a body is printed (default: ${DEFAULT-VALUE}).")
    private int bodyLines;

    @Option(
            names = "--secret",
            paramLabel = "whsec_…|whpk_…",
            description = "Verify with this secret or public key, and don't subscribe.")
    private @Nullable String secret;

    @Option(names = "--no-register", description = "Don't subscribe; needs --secret.")
    private boolean noRegister;

    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "jsonl prints one JSON object a webhook, for scripts.")
    private OutputFormat output = OutputFormat.TABLE;

    public ListenCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        Answering answering = answering();
        if (noRegister && secret == null) {
            throw CommandFailure.usage("--no-register needs --secret whsec_… (or whpk_…), to verify with");
        }
        StopSignal stop = StopSignal.install();
        WebhookPrinter printer = new WebhookPrinter(Style.of(shell), ZoneId.systemDefault(), bodyLines);
        AtomicLong received = new AtomicLong();
        AtomicLong unverified = new AtomicLong();
        Vertx vertx = Vertx.vertx();
        try (Receiver receiver = new Receiver(vertx, Clock.systemUTC(), answering, webhook -> {
            long number = received.incrementAndGet();
            if (count != null && number > count) {
                return;
            }
            shell.out()
                    .println(output == OutputFormat.TABLE ? printer.forPeople(webhook) : printer.forScripts(webhook));
            if (webhook.signature() != Outcome.VALID) {
                unverified.incrementAndGet();
            }
            if (count != null && number == count) {
                stop.request();
            }
        })) {
            int actualPort = receiver.listen(port);
            if (secret == null) {
                listenSubscribed(receiver, actualPort, stop);
            } else {
                receiver.verifyWith(new WebhookVerifier(List.of(parse(secret))));
                say("Listening on http://127.0.0.1:" + actualPort + "/. Ctrl-C ends it.");
                stop.await();
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
        return unverified.get() == 0 ? ExitCode.OK : ExitCode.FAILED;
    }

    private void listenSubscribed(Receiver receiver, int actualPort, StopSignal stop) {
        ApiClient client = api.client(shell);
        SubscriptionsApi subscriptions = new SubscriptionsApi(client);
        String url = "http://127.0.0.1:" + actualPort + "/";
        JsonNode created = subscribe(subscriptions, "listen-" + actualPort, url);
        String id = created.path("id").asText();
        try {
            receiver.verifyWith(
                    new WebhookVerifier(List.of(parse(created.path("secret").asText()))));
            say("Listening on " + url + ", subscribed to " + String.join(", ", types) + " as " + id + " (tenant "
                    + client.tenant() + " at " + client.base() + "). Ctrl-C ends it and unsubscribes.");
            stop.await();
        } finally {
            stop.started();
            unsubscribe(subscriptions, id);
        }
    }

    private JsonNode subscribe(SubscriptionsApi subscriptions, String id, String url) {
        ObjectNode body = Json.TOPIC
                .createObjectNode()
                .put("id", id)
                .put("url", url)
                .put(
                        "description",
                        "fanfare listen, process " + ProcessHandle.current().pid());
        ArrayNode eventTypes = body.putArray("eventTypes");
        types.forEach(type -> eventTypes.add(type.strip()));
        try {
            return subscriptions.create(body);
        } catch (CommandFailure e) {
            if (!subscriptions.deleteIfThere(id)) {
                throw e;
            }
            // The port is ours now, so whoever listened there before was killed and left its subscription behind.
            return subscriptions.create(body);
        }
    }

    private void unsubscribe(SubscriptionsApi subscriptions, String id) {
        try {
            subscriptions.deleteIfThere(id);
            say("Unsubscribed " + id + ".");
        } catch (CommandFailure e) {
            say("The subscription " + id + " stays behind (" + e.getMessage() + "). When Fanfare runs again: "
                    + shell.command() + " subscriptions delete " + id);
        }
    }

    private Answering answering() {
        int failures = fail == null ? 500 : fail;
        if (failures < 300 || failures > 599) {
            throw CommandFailure.usage("--fail: " + failures + " is no failure: choose a status from 300 to 599");
        }
        int first = failFirst != null ? failFirst : fail != null ? Integer.MAX_VALUE : 0;
        return new Answering(204, failures, first);
    }

    private static VerifyingKey parse(String text) {
        try {
            return VerifyingKey.parse(text);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage("--secret: " + e.getMessage());
        }
    }

    private void say(String sentence) {
        shell.err().println(sentence);
    }
}
