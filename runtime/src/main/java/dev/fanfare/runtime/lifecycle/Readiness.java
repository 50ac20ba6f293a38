package dev.fanfare.runtime.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * Whether a role can do its work now.
 *
 * @param reason why not, in words; null where it is ready
 */
public record Readiness(@Nullable String reason) {
    public static final Readiness READY = new Readiness(null);

    /** Not ready, because. */
    public static Readiness notReady(String reason) {
        return new Readiness(reason);
    }

    public boolean isReady() {
        return reason == null;
    }
}
