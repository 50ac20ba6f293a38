package dev.fanfare.systemtests.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The Prometheus rules: that they parse, fire when they must, ask for what there is, and say what to do. */
class AlertRulesTest {
    @Test
    void promtoolAcceptsTheRulesAndTheExampleOfAConfiguration() throws Exception {
        PromTool.accepts(Observability.PROMETHEUS, "check", "config", "prometheus.yml");
    }

    @Test
    void eachAlertFiresWhenItMustAndNoneFiresWhenItMustNot() throws Exception {
        PromTool.accepts(Observability.PROMETHEUS, "test", "rules", "alerts.test.yml", "slow-alerts.test.yml");
    }

    @Test
    void eachAlertIsExpectedToFireInATestOfItsOwn() throws IOException {
        String tests = Files.readString(Observability.PROMETHEUS.resolve("alerts.test.yml"))
                + Files.readString(Observability.PROMETHEUS.resolve("slow-alerts.test.yml"));
        assertThat(Observability.alertNames()).hasSizeGreaterThan(15).allSatisfy(name -> assertThat(tests)
                .contains("alertname=\"" + name + "\""));
    }

    @Test
    void whatTheRulesAskForExists() throws IOException {
        Set<String> recorded = Observability.recorded();
        for (JsonNode rule : Observability.rules()) {
            String expression = rule.path("expr").asText();
            assertThat(Observability.undocumented(expression))
                    .as("not in docs/reference/metrics.md: %s", expression)
                    .isEmpty();
            assertThat(recorded).as(expression).containsAll(Selectors.recorded(expression));
        }
    }
}
