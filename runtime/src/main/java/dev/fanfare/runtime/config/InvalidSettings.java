package dev.fanfare.runtime.config;

import java.util.List;

/** Settings that can't be used. The message lists every fault at once, one a line. */
public final class InvalidSettings extends RuntimeException {
    private final transient List<String> faults;

    public InvalidSettings(List<String> faults) {
        super(String.join(System.lineSeparator(), faults), null, false, false);
        this.faults = List.copyOf(faults);
    }

    /** Each in plain words: the key, what is wrong, what would be right. */
    public List<String> faults() {
        return faults;
    }
}
