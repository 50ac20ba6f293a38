package dev.fanfare.cli.output;

import java.util.Locale;

/** What a list is printed as. */
public enum OutputFormat {
    /** For people. */
    TABLE,
    /** One JSON array. */
    JSON,
    /** One JSON object a line. */
    JSONL,
    /** YAML: one document a list, or one a result. */
    YAML;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
