package dev.fanfare.benchmarks.pipeline;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A bar a scenario, as SVG, with a stroke where the machine's own limit is. Readable on light and dark pages. */
final class Chart {
    private static final int ROW = 26;
    private static final int LEFT = 130;
    private static final int WIDTH = 560;
    private static final int RIGHT = 170;
    private static final int TOP = 54;

    /**
     * One bar.
     *
     * @param limit what the machine could do at best; null: it isn't known
     */
    record Bar(String name, double perSecond, @Nullable Double limit) {
        double longest() {
            return limit == null ? perSecond : Math.max(perSecond, limit);
        }
    }

    private Chart() {}

    /** Draws it; bars are to one scale. */
    static String draw(String title, String machine, List<Bar> bars) {
        double most = bars.stream().mapToDouble(Bar::longest).max().orElse(1);
        int height = TOP + bars.size() * ROW + 30;
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" font-family=\"sans-serif\""
                        + " font-size=\"12\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n",
                LEFT + WIDTH + RIGHT,
                height,
                LEFT + WIDTH + RIGHT));
        text(svg, 10, 20, "start", "#111111", title);
        text(svg, 10, 38, "start", "#555555", machine);
        for (int i = 0; i < bars.size(); i++) {
            bar(svg, bars.get(i), TOP + i * ROW, WIDTH / most);
        }
        text(svg, LEFT, height - 10, "start", "#555555", "bar: a second; stroke: bare HTTP client, same receiver");
        return svg.append("</svg>\n").toString();
    }

    private static void bar(StringBuilder svg, Bar bar, int y, double scale) {
        text(svg, LEFT - 8, y + 14, "end", "#111111", bar.name());
        svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"#2f6fab\"/>%n",
                LEFT,
                y,
                bar.perSecond() * scale,
                ROW - 8));
        Double limit = bar.limit();
        if (limit != null) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect class=\"limit\" x=\"%.1f\" y=\"%d\" width=\"2\" height=\"%d\" fill=\"#b5482a\"/>%n",
                    LEFT + limit * scale,
                    y - 2,
                    ROW - 4));
        }
        text(
                svg,
                LEFT + (int) (bar.longest() * scale) + 8,
                y + 14,
                "start",
                "#111111",
                String.format(Locale.ROOT, "%,.0f/s", bar.perSecond())
                        + (limit == null ? "" : String.format(Locale.ROOT, " (%.2f)", bar.perSecond() / limit)));
    }

    private static void text(StringBuilder svg, int x, int y, String anchor, String colour, String text) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" fill=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                colour,
                text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")));
    }
}
