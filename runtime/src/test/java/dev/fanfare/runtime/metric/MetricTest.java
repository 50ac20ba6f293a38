package dev.fanfare.runtime.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MetricTest {
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    @Test
    void eachKindIsShownUnderTheNameThatItsDefinitionTells() {
        Metric counter = metric(Definition.counter("a.things", "Things").tag("kind", "x, y"));
        Metric gauge = metric(Definition.gauge("a.depth", "Depth"));
        Metric seconds = metric(Definition.seconds("a.wait", "Wait"));
        Metric timer = metric(Definition.timer("a.work", "Work", Duration.ofMillis(250), Duration.ofSeconds(1)));
        Metric summary = metric(Definition.summary("a.tries", "Tries", 1, 5));
        counter.counter(meters, "x").increment(3);
        gauge.gauge(meters, new AtomicInteger(7), AtomicInteger::doubleValue);
        seconds.gauge(meters, new AtomicInteger(2), AtomicInteger::doubleValue);
        timer.timer(meters).record(Duration.ofMillis(300));
        summary.summary(meters).record(4);

        assertThat(meters.scrape())
                .contains("\n" + counter.definition().prometheusName() + "{kind=\"x\"} 3.0\n")
                .contains("\n" + gauge.definition().prometheusName() + " 7.0\n")
                .contains("\n" + seconds.definition().prometheusName() + " 2.0\n")
                .contains("\n" + timer.definition().prometheusName() + "_bucket{le=\"0.25\"} 0\n")
                .contains("\n" + timer.definition().prometheusName() + "_bucket{le=\"1.0\"} 1\n")
                .contains("\n" + summary.definition().prometheusName() + "_bucket{le=\"1.0\"} 0\n")
                .contains("\n" + summary.definition().prometheusName() + "_bucket{le=\"5.0\"} 1\n");
        assertThat(counter.definition().prometheusName()).isEqualTo("a_things_total");
        assertThat(seconds.definition().prometheusName()).isEqualTo("a_wait_seconds");
        assertThat(timer.definition().prometheusName()).isEqualTo("a_work_seconds");
    }

    @Test
    void whatIsCountedElsewhereIsShownAsACounter() {
        metric(Definition.counter("b.things", "Things"))
                .counts(meters, new AtomicInteger(9), AtomicInteger::doubleValue);
        assertThat(meters.scrape()).contains("\nb_things_total 9.0\n");
    }

    @Test
    void aMetricIsNotTakenForAnotherKindNorWithoutItsTags() {
        Metric counter = metric(Definition.counter("a.things", "Things").tag("kind", "x, y"));
        assertThatThrownBy(() -> counter.counter(meters)).hasMessageContaining("a.things has 1 tags");
        assertThatThrownBy(() -> counter.timer(meters, "x")).hasMessageContaining("a.things is a COUNTER");
    }

    private static Metric metric(Definition definition) {
        return () -> definition;
    }
}
