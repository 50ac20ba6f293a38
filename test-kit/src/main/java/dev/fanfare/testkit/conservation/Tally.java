package dev.fanfare.testkit.conservation;

/**
 * Where the deliveries are: {@code accepted = delivered + waiting + parked + dead + discarded + cancelled + lost}.
 *
 * @param accepted accepted events times matching subscriptions
 * @param repeats  requests that were accepted beyond the first of each delivery
 */
public record Tally(
        long accepted,
        long delivered,
        long waiting,
        long parked,
        long dead,
        long discarded,
        long cancelled,
        long lost,
        long repeats) {
    static final Tally NONE = new Tally(0, 0, 0, 0, 0, 0, 0, 0, 0);

    Tally plus(Tally other) {
        return new Tally(
                accepted + other.accepted,
                delivered + other.delivered,
                waiting + other.waiting,
                parked + other.parked,
                dead + other.dead,
                discarded + other.discarded,
                cancelled + other.cancelled,
                lost + other.lost,
                repeats + other.repeats);
    }

    @Override
    public String toString() {
        return accepted + " accepted = " + delivered + " delivered + " + waiting + " waiting + " + parked + " parked + "
                + dead + " dead + " + discarded + " discarded + " + cancelled + " cancelled + " + lost + " lost; "
                + repeats + " repeats";
    }
}
