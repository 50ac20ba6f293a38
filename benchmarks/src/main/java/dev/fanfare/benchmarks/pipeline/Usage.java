package dev.fanfare.benchmarks.pipeline;

import dev.fanfare.benchmarks.run.Child;
import dev.fanfare.benchmarks.run.Figure;
import dev.fanfare.benchmarks.run.GcLog;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the processes of a run had used at a moment.
 *
 * @param millis     Unix milliseconds
 * @param cpuSeconds of each role, of the broker where it is ours, and of this process, which sends and receives
 */
record Usage(long millis, Map<String, Double> cpuSeconds) {
    static final String BROKER = "broker";
    static final String LOAD = "load";

    static Usage now(Map<String, Child> processes) {
        Map<String, Double> cpu = new LinkedHashMap<>();
        processes.forEach((name, process) -> cpu.put(name, process.cpuSeconds()));
        cpu.put(
                LOAD,
                ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                                .getProcessCpuTime()
                        / 1e9);
        return new Usage(System.currentTimeMillis(), cpu);
    }

    /** CPU seconds of each since an earlier moment, for a thousand of what was done meanwhile. */
    Map<String, Double> perThousandSince(Usage before, long done) {
        Map<String, Double> each = new LinkedHashMap<>();
        cpuSeconds.forEach((name, seconds) ->
                each.put(name, (seconds - before.cpuSeconds.getOrDefault(name, 0.0)) * 1_000 / done));
        return each;
    }

    /** Puts what Fanfare used beside what others did. */
    static void figures(Map<String, Double> cpuPerThousand, Map<Figure, Double> into) {
        double roles = 0;
        for (Map.Entry<String, Double> each : cpuPerThousand.entrySet()) {
            switch (each.getKey()) {
                case BROKER -> into.put(Figure.BROKER_CPU_PER_1000, each.getValue());
                case LOAD -> into.put(Figure.LOAD_CPU_PER_1000, each.getValue());
                case OwnFanfare.ALL -> roles += each.getValue();
                default -> {
                    // dispatcher-1, dispatcher-2 …
                    into.merge(Figure.ofRole(each.getKey().split("-", 2)[0]), each.getValue(), Double::sum);
                    roles += each.getValue();
                }
            }
        }
        if (cpuPerThousand.size() > 1) {
            into.put(Figure.CPU_PER_1000, roles);
        }
    }

    /** Puts what the roles' heaps took; nothing where a role collected too seldom to tell. */
    static void allocated(OwnFanfare fanfare, Usage from, Usage to, long done, Map<Figure, Double> into) {
        double bytes = 0;
        for (String role : fanfare.roles().keySet()) {
            Double own = GcLog.read(fanfare.gcLog(role)).allocatedBytes(from.millis, to.millis);
            bytes += own == null ? 0 : own;
        }
        if (bytes > 0) {
            into.put(Figure.ALLOCATED_MB_PER_1000, bytes / 1e6 * 1_000 / done);
        }
    }
}
