package dev.fanfare.runtime.metric;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.ToDoubleFunction;

/**
 * Something that is measured. Each module has one enum of them, from which {@code docs/reference/metrics.md} is made:
 * what is not defined there is not measured. Names and tags are public API.
 *
 * <p>The methods make, or find, the meter of one combination of tag values. That takes a look-up: who counts often keeps
 * what it is given.
 */
public interface Metric {
    /** Its name, tags and meaning. */
    Definition definition();

    /**
     * Its counter in a registry.
     *
     * @param values one for each tag, in their order
     */
    default Counter counter(MeterRegistry registry, String... values) {
        Definition definition = definition().of(Definition.Kind.COUNTER);
        return Counter.builder(definition.meterName())
                .description(definition.help())
                .tags(definition.tags(values))
                .register(registry);
    }

    /** Its counter, of what an object counts by itself; otherwise as {@link #gauge}. */
    default <T> void counts(MeterRegistry registry, T of, ToDoubleFunction<T> value, String... values) {
        Definition definition = definition().of(Definition.Kind.COUNTER);
        FunctionCounter.builder(definition.meterName(), of, value)
                .description(definition.help())
                .tags(definition.tags(values))
                .register(registry);
    }

    /** Its timer in a registry, as a histogram; otherwise as {@link #counter}. */
    default Timer timer(MeterRegistry registry, String... values) {
        Definition definition = definition().of(Definition.Kind.TIMER);
        return Timer.builder(definition.meterName())
                .description(definition.help())
                .tags(definition.tags(values))
                .serviceLevelObjectives(definition.buckets().stream()
                        .map(seconds -> Duration.ofNanos(Math.round(seconds * 1e9)))
                        .toArray(Duration[]::new))
                .register(registry);
    }

    /** Its histogram of plain numbers; otherwise as {@link #counter}. */
    default DistributionSummary summary(MeterRegistry registry, String... values) {
        Definition definition = definition().of(Definition.Kind.SUMMARY);
        return DistributionSummary.builder(definition.meterName())
                .description(definition.help())
                .tags(definition.tags(values))
                .serviceLevelObjectives(definition.buckets().stream()
                        .mapToDouble(Double::doubleValue)
                        .toArray())
                .register(registry);
    }

    /**
     * Shows a number of an object for as long as the registry lives; asked at each scrape, from any thread.
     *
     * @param values one for each tag, in their order
     */
    default <T> Gauge gauge(MeterRegistry registry, T of, ToDoubleFunction<T> value, String... values) {
        Definition definition = definition().of(Definition.Kind.GAUGE);
        return Gauge.builder(definition.meterName(), of, value)
                .description(definition.help())
                .baseUnit(definition.unit())
                .tags(definition.tags(values))
                .strongReference(true)
                .register(registry);
    }
}
