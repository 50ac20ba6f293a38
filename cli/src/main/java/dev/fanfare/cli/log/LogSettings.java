package dev.fanfare.cli.log;

import dev.fanfare.runtime.config.InvalidSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;

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

    /**
     * Says what can't be.
     *
     * @throws InvalidSettings where less than none is to be logged
     */
    static void check(LogSettings settings) {
        if (settings.repeatsPerMinute() < 0) {
            throw new InvalidSettings(List.of("log.repeats-per-minute: " + settings.repeatsPerMinute()
                    + " must be a number of lines, or 0 for all of them"));
        }
    }
}
