package dev.fanfare.runtime.metric;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a metric is called, what it means and how it is told apart.
 *
 * @param meterName as Micrometer writes it, such as {@code fanfare.attempts}
 * @param unit      of a gauge, where it isn't a plain number; timers are in seconds
 * @param tags      what tells its series apart
 * @param buckets   upper bounds of a histogram; seconds in a timer's
 * @param help      what is measured, in a sentence without a full stop
 * @param occasion  when it appears, where that isn't always; null where it is
 */
public record Definition(
        String meterName,
        Kind kind,
        @Nullable String unit,
        List<TagKey> tags,
        List<Double> buckets,
        String help,
        @Nullable String occasion) {
    private static final PrometheusNamingConvention PROMETHEUS = new PrometheusNamingConvention();

    /** What sort of number it is. */
    public enum Kind {
        /** Only grows. */
        COUNTER(Meter.Type.COUNTER),
        /** Goes up and down. */
        GAUGE(Meter.Type.GAUGE),
        /** A histogram of durations. */
        TIMER(Meter.Type.TIMER),
        /** A histogram of plain numbers. */
        SUMMARY(Meter.Type.DISTRIBUTION_SUMMARY);

        private final Meter.Type type;

        Kind(Meter.Type type) {
            this.type = type;
        }
    }

    /**
     * A tag.
     *
     * @param meaning its values, or what they are
     */
    public record TagKey(String name, String meaning) {}

    public Definition {
        tags = List.copyOf(tags);
        buckets = List.copyOf(buckets);
    }

    /** Counts something. */
    public static Definition counter(String meterName, String help) {
        return new Definition(meterName, Kind.COUNTER, null, List.of(), List.of(), help, null);
    }

    /** Shows how many there are. */
    public static Definition gauge(String meterName, String help) {
        return new Definition(meterName, Kind.GAUGE, null, List.of(), List.of(), help, null);
    }

    /** Shows a duration, in seconds; the unit is no part of the name here. */
    public static Definition seconds(String meterName, String help) {
        return new Definition(meterName, Kind.GAUGE, "seconds", List.of(), List.of(), help, null);
    }

    /** Measures durations; the unit is no part of the name here. */
    public static Definition timer(String meterName, String help, Duration... buckets) {
        List<Double> seconds =
                Arrays.stream(buckets).map(bound -> bound.toNanos() / 1e9).toList();
        return new Definition(meterName, Kind.TIMER, null, List.of(), seconds, help, null);
    }

    /** Measures plain numbers. */
    public static Definition summary(String meterName, String help, double... buckets) {
        return new Definition(
                meterName,
                Kind.SUMMARY,
                null,
                List.of(),
                Arrays.stream(buckets).boxed().toList(),
                help,
                null);
    }

    /** With one more tag. */
    public Definition tag(String name, String meaning) {
        List<TagKey> more = new ArrayList<>(tags);
        more.add(new TagKey(name, meaning));
        return new Definition(meterName, kind, unit, more, buckets, help, occasion);
    }

    /** Appears only sometimes. */
    public Definition only(String when) {
        return new Definition(meterName, kind, unit, tags, buckets, help, when);
    }

    /** As Prometheus sees it, such as {@code fanfare_attempts_total}; a histogram's without {@code _bucket} and so on. */
    public String prometheusName() {
        // the registry adds these itself, and has the convention leave them out
        String name = PROMETHEUS.name(meterName, kind.type, unit);
        return kind == Kind.COUNTER ? name + "_total" : meterName.endsWith(".info") ? name + "_info" : name;
    }

    Definition of(Kind wanted) {
        if (kind != wanted) {
            throw new IllegalArgumentException(meterName + " is a " + kind + ", no " + wanted);
        }
        return this;
    }

    Tags tags(String... values) {
        if (values.length != tags.size()) {
            throw new IllegalArgumentException(meterName + " has " + tags.size() + " tags, not " + values.length);
        }
        List<Tag> pairs = new ArrayList<>(values.length);
        for (int i = 0; i < values.length; i++) {
            pairs.add(Tag.of(tags.get(i).name(), values[i]));
        }
        return Tags.of(pairs);
    }
}
