package dev.fanfare.cli.output;

import dev.fanfare.cli.shell.Shell;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rows in columns, as wide as they need to be; on a terminal the last column is cut so that no line wraps. */
public final class Table {
    private static final String GAP = "  ";

    private final List<String> header;
    private final List<List<String>> rows = new ArrayList<>();
    private final Set<Integer> rightAligned = new HashSet<>();

    public Table(String... header) {
        this.header = List.of(header);
    }

    /** Adds a row; null prints as {@code -}. */
    public void add(@Nullable Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(Printable.line(cell == null ? null : cell.toString()));
        }
        rows.add(row);
    }

    /** Numbers read better when they end together. */
    public void alignRight(int column) {
        rightAligned.add(column);
    }

    /** How many rows there are. */
    public int size() {
        return rows.size();
    }

    /** Prints the header and all rows. */
    public void print(Shell shell) {
        int last = header.size() - 1;
        int[] widths = new int[header.size()];
        for (int column = 0; column <= last; column++) {
            widths[column] = header.get(column).length();
            for (List<String> row : rows) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        Style style = Style.of(shell);
        shell.out().println(style.bold(line(header, widths, shell)));
        rows.forEach(row -> shell.out().println(line(row, widths, shell)));
        shell.out().flush();
    }

    private String line(List<String> cells, int[] widths, Shell shell) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < cells.size(); column++) {
            String cell = cells.get(column);
            String room = " ".repeat(widths[column] - cell.length());
            line.append(rightAligned.contains(column) ? room + cell : cell + room);
            line.append(column < cells.size() - 1 ? GAP : "");
        }
        String text = line.toString().stripTrailing();
        return shell.outIsTerminal() && text.length() > shell.columns()
                ? text.substring(0, shell.columns() - 1) + "…"
                : text;
    }
}
