package dev.fanfare.systemtests.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.systemtests.DevProcess;
import dev.fanfare.testkit.Answer;
import dev.fanfare.testkit.FaultyReceiver;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules and dashboards as an operator meets them: a real Prometheus scrapes a pipeline that runs. */
class AlertsIT {
    /** A look that fails under load has an alert begin anew: it may take some goes. */
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @TempDir
    Path folder;

    private DevProcess dev;
    private int sent;

    @Test
    void anAlertFiresWhileAnEndpointIsDownAndClearsWhenItIsMendedAndNoPanelIsEmpty() throws Exception {
        PromTool.requires("prometheus");
        try (FaultyReceiver receiver = FaultyReceiver.start();
                DevProcess started = DevProcess.start(
                        folder,
                        "--retry-tiers=1s,2s",
                        "--set=dispatcher.breaker-first-rest=1s",
                        "--set=dispatcher.breaker-longest-rest=1s",
                        "--set=dispatcher.subscription-metrics=10");
                RunningPrometheus prometheus =
                        RunningPrometheus.start(Files.createDirectory(folder.resolve("prometheus")), started.port())) {
            dev = started;
            receiver.on("/sick", Answer.status(500));
            subscribe("well", receiver.url("/well"));
            subscribe("sick", receiver.url("/sick"));

            await("FanfareBreakersOpen fires").until(() -> {
                send();
                return prometheus.firing().contains("FanfareBreakersOpen");
            });
            receiver.on("/sick", Answer.status(204));
            await("it is over").until(() -> {
                send();
                boolean mended = !prometheus
                        .query("job:fanfare_breakers_open:ratio == 0")
                        .isEmpty();
                return mended && !prometheus.firing().contains("FanfareBreakersOpen");
            });
            await("every panel that should shows something, and rules find what they ask for")
                    .untilAsserted(() -> {
                        send();
                        assertThat(emptyPanels(prometheus)).isEmpty();
                        assertThat(missing(prometheus)).isEmpty();
                    });
        }
    }

    private static ConditionFactory await(String what) {
        return Awaitility.await(what).atMost(PATIENCE).pollInterval(Duration.ofMillis(100));
    }

    private Set<String> emptyPanels(RunningPrometheus prometheus) {
        Set<String> empty = new TreeSet<>();
        for (Dashboard dashboard : Dashboards.all()) {
            // as if all were chosen
            String conditions = "job=\"fanfare\"";
            for (Panel panel : dashboard.panels()) {
                for (Panel.Query query : panel.queries()) {
                    String expression = Selectors.withConditions(query.expression(), conditions)
                            .replace("$__rate_interval", "5s");
                    // asked in any case: so it is valid
                    if (prometheus.query(expression).isEmpty() && !panel.mayBeEmpty()) {
                        empty.add(dashboard.name() + ", " + panel.title() + ": " + expression);
                    }
                }
            }
        }
        return empty;
    }

    private static Set<String> missing(RunningPrometheus prometheus) throws IOException {
        Set<String> missing = new TreeSet<>();
        for (JsonNode rule : Observability.rules()) {
            for (String metric : Selectors.metrics(rule.path("expr").asText())) {
                if (prometheus.query(metric).isEmpty()) {
                    missing.add(metric);
                }
            }
        }
        return missing;
    }

    private void subscribe(String id, String url) {
        String body = "{\"id\":\"%s\",\"url\":\"%s\",\"eventTypes\":[\"*\"]}".formatted(id, url);
        HttpResponse<String> response = dev.send(
                "POST", "/v1/tenants/default/subscriptions", "application/json", body.getBytes(StandardCharsets.UTF_8));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
    }

    private void send() {
        String event = "{\"id\":\"e-%d\",\"type\":\"alert.test\",\"data\":{}}".formatted(sent++);
        HttpResponse<String> response = dev.send(
                "POST", "/v1/tenants/default/events", "application/json", event.getBytes(StandardCharsets.UTF_8));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    }
}
