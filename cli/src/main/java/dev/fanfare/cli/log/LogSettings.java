package dev.fanfare.cli.log;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** In which form a role logs, and how much of the same. */
@ConfigMapping(prefix = "log")
public interface LogSettings {
    /** The form of a line. */
    enum Format {
        TEXT,
        JSON
    }

    /** {@code text} for people, or {@code json}: one object a line, the {@code key=value} pairs its members. */
    @WithDefault("text")
    Format format();

    /**
     * How often a minute the same warning or error is logged; what comes beyond is counted, and the number logged. 0 for
     * all of them. Ten: enough to see what they are about, and not a disk filled by one fault.
     */
    @WithDefault("10")
    int repeatsPerMinute();
}
