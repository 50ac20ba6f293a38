package dev.fanfare.systemtests.observability;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * One Grafana dashboard: rows of panels that share the width, one row below the other.
 *
 * @param name      of its file, and the end of its uid
 * @param variables what its reader chooses beside the data source
 */
record Dashboard(String name, String title, String description, List<Variable> variables, List<Row> rows) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int WIDTH = 24;
    /** Of Grafana 10 and 11; newer ones bring it up to date by themselves. */
    private static final int SCHEMA_VERSION = 39;

    /**
     * Something its reader chooses: a value of a label.
     *
     * @param of     the metric whose label it is, with what was chosen before
     * @param single whether just one is chosen
     */
    record Variable(String label, String of, boolean single) {}

    /** Panels beside each other, below a heading. */
    record Row(String title, List<Panel> panels) {
        Row(String title, Panel... panels) {
            this(title, List.of(panels));
        }
    }

    Dashboard with(String heading, Panel... panels) {
        List<Row> more = new ArrayList<>(rows);
        more.add(new Row(heading, panels));
        return new Dashboard(name, title, description, variables, List.copyOf(more));
    }

    List<Panel> panels() {
        return rows.stream().flatMap(row -> row.panels().stream()).toList();
    }

    /** What is put into each selector: the choices of its reader. */
    String conditions() {
        return String.join(
                ", ",
                variables.stream()
                        .map(variable ->
                                variable.label() + (variable.single() ? "=" : "=~") + "\"$" + variable.label() + "\"")
                        .toList());
    }

    /** As Grafana reads it, ending in a line feed. */
    String json() {
        ObjectNode dashboard = JSON.createObjectNode();
        dashboard
                .put("uid", "fanfare-" + name)
                .put("title", "Fanfare: " + title)
                .put("description", description);
        dashboard.putArray("tags").add("fanfare");
        dashboard.put("schemaVersion", SCHEMA_VERSION).put("editable", true).put("graphTooltip", 1);
        dashboard.put("refresh", "30s").put("timezone", "browser");
        dashboard.putObject("time").put("from", "now-3h").put("to", "now");
        dashboard.putObject("annotations").putArray("list");
        links(dashboard.putArray("links"));
        variables(dashboard.putObject("templating").putArray("list"));
        place(dashboard.putArray("panels"));
        try {
            DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
            return JSON.writer(new DefaultPrettyPrinter()
                                    .withObjectIndenter(indenter)
                                    .withArrayIndenter(indenter))
                            .writeValueAsString(dashboard)
                    + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private void place(ArrayNode panels) {
        int y = 0;
        for (Row row : rows) {
            ObjectNode heading = panels.addObject();
            heading.put("type", "row").put("title", row.title()).put("collapsed", false);
            y += at(heading, panels.size(), 0, y, WIDTH, 1);
            heading.putArray("panels");
            int x = 0;
            int height = 0;
            for (int i = 0; i < row.panels().size(); i++) {
                Panel panel = row.panels().get(i);
                int width = (WIDTH - x) / (row.panels().size() - i);
                ObjectNode node = panels.addObject();
                height = Math.max(
                        height,
                        at(node, panels.size(), x, y, width, panel.kind().height()));
                panel.write(node, conditions());
                x += width;
            }
            y += height;
        }
    }

    private static int at(ObjectNode panel, int id, int x, int y, int width, int height) {
        panel.put("id", id);
        panel.putObject("gridPos").put("x", x).put("y", y).put("w", width).put("h", height);
        return height;
    }

    private static void links(ArrayNode links) {
        ObjectNode link = links.addObject();
        link.put("type", "dashboards").put("title", "Fanfare").put("asDropdown", false);
        link.putArray("tags").add("fanfare");
        link.put("includeVars", true).put("keepTime", true).put("targetBlank", false);
    }

    private void variables(ArrayNode list) {
        ObjectNode source = list.addObject();
        source.put("type", "datasource").put("name", "datasource").put("label", "Data source");
        source.put("query", "prometheus").put("refresh", 1).put("hide", 0);
        source.put("multi", false).put("includeAll", false);
        for (Variable variable : variables) {
            ObjectNode node = list.addObject();
            node.put("type", "query").put("name", variable.label()).put("label", variable.label());
            Panel.datasource(node);
            String query = "label_values(" + variable.of() + ", " + variable.label() + ")";
            node.put("definition", query);
            node.putObject("query").put("query", query).put("refId", variable.label());
            node.put("refresh", 2).put("sort", 1).put("hide", 0);
            node.put("multi", !variable.single()).put("includeAll", !variable.single());
            if (!variable.single()) {
                node.put("allValue", ".+");
                node.putObject("current")
                        .put("selected", true)
                        .put("text", "All")
                        .put("value", "$__all");
            }
        }
    }
}
