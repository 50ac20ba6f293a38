package dev.fanfare.cli.top;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What processes said of themselves at one moment, all together: Prometheus' text format (0.0.4). Immutable.
 *
 * @param samples every sample of every process
 */
record Scrape(List<Sample> samples) {
    static final Scrape NOTHING = new Scrape(List.of());

    private static final Pattern LINE = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? (\\S+)(?: \\d+)?");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]\\w*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** One number that a process tells again and again. */
    record Series(String process, String name, Map<String, String> labels) {}

    /** What it is now. */
    record Sample(Series series, double value) {
        String name() {
            return series.name();
        }

        Map<String, String> labels() {
            return series.labels();
        }
    }

    Scrape {
        samples = List.copyOf(samples);
    }

    /** Of one process, by its address; lines that are none of the format are passed over. */
    static Scrape parse(String process, String text) {
        List<Sample> samples = new ArrayList<>();
        text.lines().filter(line -> line.startsWith("fanfare_")).forEach(line -> {
            Matcher match = LINE.matcher(line);
            if (match.matches()) {
                Map<String, String> labels = new TreeMap<>();
                if (match.group(2) != null) {
                    Matcher label = LABEL.matcher(match.group(2));
                    while (label.find()) {
                        labels.put(label.group(1), label.group(2));
                    }
                }
                double value = number(match.group(3));
                if (!Double.isNaN(value)) {
                    samples.add(new Sample(new Series(process, match.group(1), labels), value));
                }
            }
        });
        return new Scrape(samples);
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> {
                try {
                    yield Double.parseDouble(text);
                } catch (NumberFormatException e) {
                    yield Double.NaN;
                }
            }
        };
    }

    static Scrape together(List<Scrape> scrapes) {
        return new Scrape(
                scrapes.stream().flatMap(scrape -> scrape.samples.stream()).toList());
    }

    /**
     * What these series began at, where they are looked at from an earlier scrape on: nothing where they are new or their
     * process began anew, and what they are now where it didn't answer then, for nobody knows.
     */
    Scrape began(Scrape earlier) {
        Set<String> answered = new HashSet<>();
        Map<Series, Double> then = new HashMap<>();
        for (Sample sample : earlier.samples) {
            answered.add(sample.series.process());
            then.put(sample.series, sample.value);
        }
        List<Sample> began = new ArrayList<>(samples.size());
        for (Sample sample : samples) {
            double known = then.getOrDefault(sample.series, 0.0);
            double value = known <= sample.value ? known : 0;
            began.add(new Sample(sample.series, answered.contains(sample.series.process()) ? value : sample.value));
        }
        return new Scrape(began);
    }

    /** Whether anybody has it. */
    boolean has(String name) {
        return samples.stream().anyMatch(sample -> sample.name().equals(name));
    }

    /** The sum over all that have it. */
    double sum(String name) {
        return samples.stream()
                .filter(sample -> sample.name().equals(name))
                .mapToDouble(Sample::value)
                .sum();
    }

    /** The greatest of all that have it; 0 where nobody does. */
    double max(String name) {
        return samples.stream()
                .filter(sample -> sample.name().equals(name))
                .mapToDouble(Sample::value)
                .max()
                .orElse(0);
    }

    /** The sum for each value of a label. */
    Map<String, Double> sums(String name, String label) {
        Map<String, Double> sums = new TreeMap<>();
        for (Sample sample : samples) {
            String value = sample.labels().get(label);
            if (sample.name().equals(name) && value != null) {
                sums.merge(value, sample.value, Double::sum);
            }
        }
        return sums;
    }

    /**
     * Below which a share of what was observed lies; NaN where nothing was observed, infinite where it is beyond the last
     * bound.
     *
     * @param share such as 0.99
     * @param began what it was before: see {@link #began}
     */
    double quantile(String name, double share, Scrape began) {
        TreeMap<Double, Double> buckets = new TreeMap<>();
        add(name, buckets, 1);
        began.add(name, buckets, -1);
        double all = buckets.isEmpty() ? 0 : buckets.lastEntry().getValue();
        if (all <= 0) {
            return Double.NaN;
        }
        double below = 0;
        double bound = 0;
        for (Map.Entry<Double, Double> bucket : buckets.entrySet()) {
            if (bucket.getValue() >= share * all) {
                double within = (share * all - below) / Math.max(1e-9, bucket.getValue() - below);
                return Double.isInfinite(bucket.getKey())
                        ? Double.POSITIVE_INFINITY
                        : bound + (bucket.getKey() - bound) * within;
            }
            below = bucket.getValue();
            bound = bucket.getKey();
        }
        return bound;
    }

    private void add(String name, Map<Double, Double> buckets, int sign) {
        for (Sample sample : samples) {
            String bound = sample.labels().get("le");
            if (bound != null && sample.name().equals(name + "_bucket")) {
                buckets.merge(number(bound), sign * sample.value, Double::sum);
            }
        }
    }
}
