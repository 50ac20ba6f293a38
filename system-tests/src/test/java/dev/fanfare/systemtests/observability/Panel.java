package dev.fanfare.systemtests.observability;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * One panel of a dashboard: what it shows, and how Grafana writes that down.
 *
 * @param queries    what is asked; each selector is written with its braces, and the dashboard puts its own conditions in
 * @param thresholds where the colour changes, from the smallest on
 */
record Panel(
        Kind kind,
        String title,
        String description,
        Unit unit,
        List<Query> queries,
        List<Threshold> thresholds,
        boolean stacked,
        boolean mayBeEmpty) {

    /** What a panel looks like, and how high it is in Grafana's grid. */
    enum Kind {
        LINES("timeseries", 8),
        NUMBER("stat", 4),
        HEAT("heatmap", 8),
        TABLE("table", 7);

        private final String type;
        private final int height;

        Kind(String type, int height) {
            this.type = type;
            this.height = height;
        }

        int height() {
            return height;
        }
    }

    /** How numbers are written, by Grafana's names. */
    enum Unit {
        COUNT("short"),
        PER_SECOND("cps"),
        REQUESTS_PER_SECOND("reqps"),
        SHARE("percentunit"),
        SECONDS("s"),
        BYTES("bytes");

        private final String id;

        Unit(String id) {
            this.id = id;
        }
    }

    /**
     * One query.
     *
     * @param legend the name of a series, with {@code {{label}}} for the value of a label
     */
    record Query(String expression, String legend) {}

    /** From this value on a number is shown in this colour. */
    record Threshold(double from, String colour) {}

    static Panel lines(String title, Unit unit, String description) {
        return of(Kind.LINES, title, unit, description);
    }

    static Panel number(String title, Unit unit, String description) {
        return of(Kind.NUMBER, title, unit, description);
    }

    /** Of the buckets of a histogram. */
    static Panel heat(String title, Unit unit, String description) {
        return of(Kind.HEAT, title, unit, description);
    }

    static Panel table(String title, String description) {
        return of(Kind.TABLE, title, Unit.COUNT, description);
    }

    private static Panel of(Kind kind, String title, Unit unit, String description) {
        return new Panel(kind, title, description, unit, List.of(), List.of(), false, false);
    }

    Panel query(String expression, String legend) {
        List<Query> more = new ArrayList<>(queries);
        more.add(new Query(expression, legend));
        return new Panel(kind, title, description, unit, List.copyOf(more), thresholds, stacked, mayBeEmpty);
    }

    /** The median, and how long all but one in twenty and one in a hundred take. */
    Panel quantiles(String buckets) {
        return quantile("0.5", buckets, "half within")
                .quantile("0.95", buckets, "95 % within")
                .quantile("0.99", buckets, "99 % within");
    }

    private Panel quantile(String share, String buckets, String legend) {
        return query(
                "histogram_quantile(%s, sum by (le) (rate(%s[$__rate_interval])))".formatted(share, buckets), legend);
    }

    Panel yellowFrom(double value) {
        return threshold(value, "yellow");
    }

    Panel redFrom(double value) {
        return threshold(value, "red");
    }

    private Panel threshold(double from, String colour) {
        List<Threshold> more = new ArrayList<>(thresholds);
        more.add(new Threshold(from, colour));
        return new Panel(kind, title, description, unit, queries, List.copyOf(more), stacked, mayBeEmpty);
    }

    /** One series upon the other: their sum is of interest too. */
    Panel ofOneWhole() {
        return new Panel(kind, title, description, unit, queries, thresholds, true, mayBeEmpty);
    }

    /** Where nothing is to be seen while all is well, or until something happens. */
    Panel emptyAtTimes() {
        return new Panel(kind, title, description, unit, queries, thresholds, stacked, true);
    }

    /** Writes all but place and id. */
    void write(ObjectNode panel, String conditions) {
        panel.put("type", kind.type).put("title", title).put("description", description);
        datasource(panel);
        fields(panel.putObject("fieldConfig"));
        options(panel.putObject("options"));
        ArrayNode targets = panel.putArray("targets");
        for (int i = 0; i < queries.size(); i++) {
            ObjectNode target = targets.addObject();
            target.put("refId", String.valueOf((char) ('A' + i)));
            datasource(target);
            target.put("editorMode", "code");
            target.put("expr", Selectors.withConditions(queries.get(i).expression(), conditions));
            target.put("legendFormat", queries.get(i).legend());
            boolean instant = kind == Kind.TABLE;
            target.put("instant", instant).put("range", !instant);
            target.put("format", kind == Kind.TABLE ? "table" : kind == Kind.HEAT ? "heatmap" : "time_series");
        }
    }

    static void datasource(ObjectNode of) {
        of.putObject("datasource").put("type", "prometheus").put("uid", "${datasource}");
    }

    private void fields(ObjectNode config) {
        ObjectNode defaults = config.putObject("defaults");
        defaults.put("unit", unit.id);
        if (kind == Kind.LINES) {
            defaults.put("min", 0);
            ObjectNode custom = defaults.putObject("custom");
            custom.put("drawStyle", "line").put("lineWidth", 1).put("fillOpacity", stacked ? 30 : 8);
            custom.put("showPoints", "never").put("spanNulls", false);
            custom.putObject("stacking").put("group", "A").put("mode", stacked ? "normal" : "none");
            custom.putObject("thresholdsStyle").put("mode", thresholds.isEmpty() ? "off" : "line");
        }
        defaults.putObject("color").put("mode", kind == Kind.NUMBER ? "thresholds" : "palette-classic");
        ObjectNode colours = defaults.putObject("thresholds");
        ArrayNode steps = colours.put("mode", "absolute").putArray("steps");
        steps.addObject().put("color", "green").putNull("value");
        thresholds.forEach(each -> steps.addObject().put("color", each.colour()).put("value", each.from()));
        config.putArray("overrides");
    }

    private void options(ObjectNode options) {
        switch (kind) {
            case LINES -> {
                ObjectNode legend = options.putObject("legend");
                legend.put("displayMode", "list").put("placement", "bottom").put("showLegend", true);
                legend.putArray("calcs");
                options.putObject("tooltip").put("mode", "multi").put("sort", "desc");
            }
            case NUMBER -> {
                ObjectNode reduce = options.putObject("reduceOptions");
                reduce.putArray("calcs").add("lastNotNull");
                reduce.put("fields", "").put("values", false);
                options.put("colorMode", "value").put("graphMode", "area").put("justifyMode", "auto");
                options.put("orientation", "auto").put("textMode", "auto");
            }
            case HEAT -> {
                options.put("calculate", false).put("cellGap", 1);
                ObjectNode colour = options.putObject("color");
                colour.put("mode", "scheme").put("scheme", "Blues").put("steps", 64);
                colour.put("scale", "exponential").put("exponent", 0.5).put("reverse", false);
                // without it all that is zero is painted too
                options.putObject("filterValues").put("le", 1e-9);
                options.putObject("yAxis").put("unit", unit.id).put("axisPlacement", "left");
                options.putObject("rowsFrame").put("layout", "auto");
                options.putObject("tooltip").put("mode", "single").put("yHistogram", true);
                options.putObject("legend").put("show", true);
            }
            case TABLE -> options.put("showHeader", true).put("cellHeight", "sm");
        }
    }
}
