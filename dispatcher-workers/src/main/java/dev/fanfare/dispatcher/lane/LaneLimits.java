package dev.fanfare.dispatcher.lane;

/**
 * What all lanes together, and each by itself, may hold.
 *
 * @param queuedPerLane records that one lane queues at most
 * @param inFlight attempts in flight at most, all lanes together. More than (lanes that may fail at once) × (their cap):
 *     failing lanes fall to a cap of 1
 * @param heldRecords records admitted and not yet ended or dropped, all lanes together
 * @param heldBytes their bytes, as told to {@link Lanes#offer}
 */
public record LaneLimits(int queuedPerLane, int inFlight, int heldRecords, long heldBytes) {
    public LaneLimits {
        atLeastOne("queuedPerLane", queuedPerLane);
        atLeastOne("inFlight", inFlight);
        atLeastOne("heldRecords", heldRecords);
        atLeastOne("heldBytes", heldBytes);
    }

    private static void atLeastOne(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + "=" + value + ": must be at least 1");
        }
    }
}
