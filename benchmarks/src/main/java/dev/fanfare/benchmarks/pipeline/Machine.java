package dev.fanfare.benchmarks.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.Json;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What was measured on (proc(5)).
 *
 * @param load runnable threads over the last minute, before anything began: more than next to none says that others work
 *             on the machine too
 */
record Machine(String processor, int processors, long memoryMib, String system, String java, double load) {
    static Machine here() {
        return new Machine(
                value(Path.of("/proc/cpuinfo"), "model name", "unknown processor"),
                Runtime.getRuntime().availableProcessors(),
                Long.parseLong(value(Path.of("/proc/meminfo"), "MemTotal", "0").replaceAll("\\D", "")) / 1_024,
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.version"),
                Math.max(0, ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
    }

    private static String value(Path file, String key, String otherwise) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(otherwise);
        } catch (IOException e) {
            return otherwise;
        }
    }

    ObjectNode toJson() {
        return Json.TOPIC.valueToTree(this);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d × %s, %,d MiB, %s, %s; load before it began %.2f",
                processors,
                processor,
                memoryMib,
                system,
                java,
                load);
    }
}
