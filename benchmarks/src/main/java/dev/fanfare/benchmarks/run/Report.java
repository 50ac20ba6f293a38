package dev.fanfare.benchmarks.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.Json;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All runs of a benchmark, their medians, and the ratios that it is about. Confined to one thread. */
public final class Report {
    private final Map<String, List<Map<Figure, Double>>> runs = new LinkedHashMap<>();
    private final Map<String, List<Double>> ratios = new LinkedHashMap<>();

    public void run(String name, Map<Figure, Double> figures) {
        runs.computeIfAbsent(name, absent -> new ArrayList<>()).add(figures);
    }

    /** Of the latest runs of both: only those of one round are compared, as the machine's speed drifts. */
    public void ratio(String name, Figure figure, String of, String to) {
        ratios.computeIfAbsent(name, absent -> new ArrayList<>()).add(latest(of, figure) / latest(to, figure));
    }

    private double latest(String run, Figure figure) {
        List<Map<Figure, Double>> all = runs.getOrDefault(run, List.of());
        return all.get(all.size() - 1).getOrDefault(figure, Double.NaN);
    }

    public static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static Map<Figure, Double> medians(List<Map<Figure, Double>> runs) {
        Map<Figure, Double> medians = new EnumMap<>(Figure.class);
        for (Figure figure : Figure.values()) {
            List<Double> values = runs.stream()
                    .filter(run -> run.containsKey(figure))
                    .map(run -> run.get(figure))
                    .toList();
            if (!values.isEmpty()) {
                medians.put(figure, median(values));
            }
        }
        return medians;
    }

    /** The names of what was run, in that order. */
    public Set<String> names() {
        return Collections.unmodifiableSet(runs.keySet());
    }

    /** Of all rounds of that name; null where none has the figure. */
    public @Nullable Double median(String name, Figure figure) {
        return medians(runs.getOrDefault(name, List.of())).get(figure);
    }

    /** Prints those figures only. */
    public void printTable(PrintWriter out, Set<Figure> wanted) {
        Set<Figure> columns = EnumSet.noneOf(Figure.class);
        runs.values().forEach(all -> all.forEach(run -> columns.addAll(run.keySet())));
        columns.retainAll(wanted);
        List<List<String>> lines = new ArrayList<>();
        List<String> header = new ArrayList<>(List.of("MEDIAN OF " + rounds()));
        columns.forEach(column -> header.add(column.title));
        lines.add(header);
        runs.forEach((name, all) -> {
            Map<Figure, Double> medians = medians(all);
            List<String> line = new ArrayList<>(List.of(name));
            for (Figure column : columns) {
                Double value = medians.get(column);
                line.add(value == null ? "-" : column.text(value));
            }
            lines.add(line);
        });
        int[] widths = new int[header.size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder(pad(line.get(0), -widths[0]));
            for (int i = 1; i < widths.length; i++) {
                text.append("  ").append(pad(line.get(i), widths[i]));
            }
            out.println(text);
        }
        out.println();
        ratios.forEach((name, values) -> out.printf(
                Locale.ROOT,
                "%s: %.2f (rounds: %s)%n",
                name,
                median(values),
                String.join(
                        ", ",
                        values.stream()
                                .map(value -> String.format(Locale.ROOT, "%.2f", value))
                                .toList())));
        out.flush();
    }

    private int rounds() {
        return runs.values().stream().mapToInt(List::size).max().orElse(0);
    }

    private static String pad(String text, int width) {
        return String.format(Locale.ROOT, "%" + width + "s", text);
    }

    /** All runs, their medians, and the ratios. */
    public ObjectNode toJson() {
        ObjectNode root = Json.TOPIC.createObjectNode();
        ObjectNode runsNode = root.putObject("runs");
        runs.forEach((name, all) -> {
            ObjectNode node = runsNode.putObject(name);
            ObjectNode medianNode = node.putObject("median");
            medians(all).forEach((figure, value) -> medianNode.put(figure.key(), value));
            var rounds = node.putArray("rounds");
            all.forEach(run -> {
                ObjectNode round = rounds.addObject();
                run.forEach((figure, value) -> round.put(figure.key(), value));
            });
        });
        ObjectNode ratiosNode = root.putObject("ratios");
        ratios.forEach((name, values) -> {
            ObjectNode node = ratiosNode.putObject(name);
            node.put("median", median(values));
            var rounds = node.putArray("rounds");
            values.forEach(rounds::add);
        });
        return root;
    }
}
