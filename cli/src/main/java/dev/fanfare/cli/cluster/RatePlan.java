package dev.fanfare.cli.cluster;

import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.topic.TopicLayout;
import java.util.Locale;

/**
 * Partitions for a rate. A partition is the smallest share of the work that an instance can take, so there must be enough
 * of them for the instances that the rate needs, and room to grow: those of deliveries can only be changed while nothing
 * is under way.
 *
 * @param layout as planned, with the copies and tiers of the settings
 */
record RatePlan(double eventsPerSecond, double deliveriesPerSecond, double diskBytesADay, TopicLayout layout) {
    /** A router task routes several times as many (docs/reference/benchmarks.md); this leaves room for bursts. */
    private static final double EVENTS_A_PARTITION = 5_000;

    /** A dispatcher on two cores sends about 10,000/s at best: five partitions keep one busy. */
    private static final double DELIVERIES_A_PARTITION = 2_000;

    /** Divides well among 2, 3, 4 and 6 instances. */
    private static final int STEP = 6;

    private static final int MOST = 6_000;

    static RatePlan of(double eventsPerSecond, double fanOut, long eventBytes, TopicLayout settings) {
        if (!(fanOut > 0) || eventBytes < 0) {
            throw CommandFailure.usage("--fan-out must be above 0, --event-bytes 0 or more");
        }
        double deliveries = eventsPerSecond * fanOut;
        if (deliveries / DELIVERIES_A_PARTITION > MOST || eventsPerSecond / EVENTS_A_PARTITION > MOST) {
            throw CommandFailure.usage(
                    "that is more than one cluster can take: split the tenants over several installations");
        }
        TopicLayout layout = new TopicLayout(
                steps(eventsPerSecond / EVENTS_A_PARTITION),
                steps(deliveries / DELIVERIES_A_PARTITION),
                settings.replicationFactor(),
                settings.tiers());
        double day = 86_400.0 * (eventBytes + 512) * settings.replicationFactor();
        return new RatePlan(eventsPerSecond, deliveries, day * (eventsPerSecond + deliveries), layout);
    }

    private static int steps(double partitions) {
        return Math.max(STEP, STEP * (int) Math.ceil(partitions / STEP));
    }

    void print(Shell shell) {
        say(
                shell,
                "%,.0f events/s make %,.0f deliveries/s: about %,.1f GiB a day on the brokers' disks, all copies, before"
                        + " compression, while events are kept for 7 days and deliveries for 3.",
                eventsPerSecond,
                deliveriesPerSecond,
                diskBytesADay / (1L << 30));
        say(
                shell,
                "topics.event-partitions: %d       at most %,.0f events/s each; so many routers can share the work",
                layout.eventPartitions(),
                EVENTS_A_PARTITION);
        say(
                shell,
                "topics.delivery-partitions: %d    at most %,.0f deliveries/s each; so many dispatchers can share the work",
                layout.deliveryPartitions(),
                DELIVERIES_A_PARTITION);
        shell.out().println();
    }

    private static void say(Shell shell, String form, Object... values) {
        shell.out().println(String.format(Locale.ROOT, form, values));
    }
}
