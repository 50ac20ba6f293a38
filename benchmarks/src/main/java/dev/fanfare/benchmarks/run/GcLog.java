package dev.fanfare.benchmarks.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A JVM's own account of its heap (JEP 271, {@code -Xlog:gc}): the same lines whichever the collector, and next to no cost.
 */
public final class GcLog {
    private static final Pattern PAUSE =
            Pattern.compile("\\[(\\d+)ms].* Pause (\\w+).* (\\d+)M->(\\d+)M\\(\\d+M\\) .*");
    private static final double MIB = 1024 * 1024;

    private record Pause(long millis, boolean full, long before, long after) {}

    private final List<Pause> pauses = new ArrayList<>();

    private GcLog() {}

    /** The option that has a JVM write it. */
    public static String option(Path file) {
        return "-Xlog:gc:file=" + file + ":timemillis:filecount=0";
    }

    public static GcLog read(Path file) {
        GcLog log = new GcLog();
        try {
            for (String line : Files.readAllLines(file)) {
                Matcher matcher = PAUSE.matcher(line);
                if (matcher.matches()) {
                    log.pauses.add(new Pause(
                            Long.parseLong(matcher.group(1)),
                            matcher.group(2).equals("Full"),
                            Long.parseLong(matcher.group(3)),
                            Long.parseLong(matcher.group(4))));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return log;
    }

    /** The most that was in use, garbage included, in MiB. */
    public long peakMib() {
        return pauses.stream().mapToLong(Pause::before).max().orElse(0);
    }

    /** The most that was in use after a collection, in MiB: what is really held, as far as the collector looked. */
    public long liveMib() {
        return pauses.stream().mapToLong(Pause::after).max().orElse(0);
    }

    /** What was in use after each full collection of a time, Unix milliseconds, in MiB: what is really held. */
    public List<Long> heldMib(long fromMillis, long toMillis) {
        return pauses.stream()
                .filter(pause -> pause.full() && pause.millis() >= fromMillis && pause.millis() <= toMillis)
                .map(Pause::after)
                .toList();
    }

    /**
     * Bytes allocated in a time, Unix milliseconds: as many in each of them as between its first collection and its last;
     * null where there are too few.
     */
    public @Nullable Double allocatedBytes(long fromMillis, long toMillis) {
        List<Pause> inside = pauses.stream()
                .filter(pause -> pause.millis() >= fromMillis && pause.millis() <= toMillis)
                .toList();
        if (inside.size() < 2) {
            return null;
        }
        long span = inside.get(inside.size() - 1).millis() - inside.get(0).millis();
        return span <= 0 ? null : allocatedMib(inside) * MIB * (toMillis - fromMillis) / span;
    }

    private static double allocatedMib(List<Pause> inside) {
        double allocatedMib = 0;
        for (int i = 1; i < inside.size(); i++) {
            allocatedMib += inside.get(i).before() - inside.get(i - 1).after();
        }
        return allocatedMib;
    }

    /** Bytes allocated per request, from the first collection in the window to the last; null where there are too few. */
    public @Nullable Double allocatedPerRequest(Samples samples, Samples.Window window) {
        List<Pause> inside = pauses.stream()
                .filter(pause -> pause.millis() >= window.from().millis()
                        && pause.millis() <= window.to().millis())
                .toList();
        if (inside.size() < 3) {
            return null;
        }
        double requests = samples.receivedAt(inside.get(inside.size() - 1).millis())
                - samples.receivedAt(inside.get(0).millis());
        return requests <= 0 ? null : allocatedMib(inside) * MIB / requests;
    }
}
