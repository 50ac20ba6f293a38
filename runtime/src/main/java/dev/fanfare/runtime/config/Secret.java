package dev.fanfare.runtime.config;

/** A setting that no log and no error may show. */
public record Secret(String reveal) {
    @Override
    public String toString() {
        return "[hidden]";
    }
}
