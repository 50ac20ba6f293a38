package dev.fanfare.testkit.conservation;

/**
 * One broken promise.
 *
 * @param words which delivery it is, of which event for which subscription, and what happened to it
 */
public record Finding(Fault fault, String words) {
    @Override
    public String toString() {
        return fault.name() + ": " + words;
    }
}
