package dev.fanfare.torture;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What is broken, on whose side, and for how long at most. */
public enum FaultKind {
    ROLE_KILLED(Side.ROLES, 3),
    ROLES_KILLED_IN_TURN(Side.ROLES, 12),
    ROLES_KILLED_AT_ONCE(Side.ROLES, 3),
    ROLE_RESTARTED(Side.ROLES, 1),
    ROLE_FROZEN(Side.ROLES, 12),
    ROLES_FROZEN_AT_ONCE(Side.ROLES, 20),
    ROLE_DISK_FULL(Side.ROLES, 8),
    ROLE_CLOCK_SET(Side.ROLES, 8),
    ROLE_CUT_OFF(Side.ROLES, 8),
    ROLE_UNHEARD(Side.ROLES, 15),
    REBALANCE_STORM(Side.ROLES, 8),
    ROUTER_STORM(Side.ROLES, 12),
    ROLE_DOUBLED(Side.ROLES, 20),
    PARTITIONS_GROWN(Side.ROLES, 6),
    KEYSET_LOST(Side.ROLES, 8),
    /** Only where there is another build. */
    ROLES_SWAPPED(Side.ROLES, 2),
    BROKER_KILLED(Side.BROKERS, 8),
    BROKER_RESTARTED(Side.BROKERS, 3),
    BROKER_FROZEN(Side.BROKERS, 8),
    BROKER_SLOW(Side.BROKERS, 12),
    BROKER_DISK_FULL(Side.BROKERS, 8),
    BROKER_DISK_LOST(Side.BROKERS, 5),
    LEADERS_MOVED(Side.BROKERS, 10),
    TOPIC_NARROWED(Side.BROKERS, 8),
    ALL_BROKERS_DOWN(Side.BROKERS, 60),
    ALL_BROKERS_FROZEN(Side.BROKERS, 20),
    ENDPOINT_FLAPPING(Side.ENDPOINTS, 6),
    ENDPOINT_MISBEHAVING(Side.ENDPOINTS, 10),
    ENDPOINT_CUT_OFF(Side.ENDPOINTS, 8),
    ENDPOINT_UNHEARD(Side.ENDPOINTS, 8),
    ENDPOINT_MOVED(Side.ENDPOINTS, 6),
    SUBSCRIPTION_PAUSED(Side.ENDPOINTS, 6),
    SUBSCRIPTION_MADE_ANEW(Side.ENDPOINTS, 4),
    SUBSCRIPTION_CHANGED(Side.ENDPOINTS, 8),
    DEAD_LETTERS_REPLAYED(Side.ENDPOINTS, 6);

    /** Each side has its own troublemaker: one fault of each side at a time. */
    public enum Side {
        ROLES,
        BROKERS,
        ENDPOINTS
    }

    private final Side side;
    private final int longestSeconds;

    FaultKind(Side side, int longestSeconds) {
        this.side = side;
        this.longestSeconds = longestSeconds;
    }

    /** All that can be with these versions, on brokers that are ours, or somebody else's. */
    public static Set<FaultKind> allWith(Versions versions, boolean ownBrokers) {
        Set<FaultKind> all = EnumSet.allOf(FaultKind.class);
        if (versions.otherBuild().isEmpty()) {
            all.remove(ROLES_SWAPPED);
        }
        all.removeIf(kind -> !ownBrokers && kind.needsOwnBrokers());
        return all;
    }

    /** Whether it takes brokers that are ours, our cables to them, or that roles know no name but those of endpoints. */
    boolean needsOwnBrokers() {
        return side == Side.BROKERS || this == ROLE_CUT_OFF || this == ROLE_UNHEARD || this == ENDPOINT_MOVED;
    }

    Side side() {
        return side;
    }

    /** Whether it is what operators do every day: of a role that ends in order nothing may come twice. */
    boolean isPlanned() {
        return this == ROLE_RESTARTED || this == ROLES_SWAPPED;
    }

    /** Whether an answer may not come before a role that is told to end has to go without it. */
    boolean holdsAnswersBack() {
        return this == ENDPOINT_MISBEHAVING || this == ENDPOINT_CUT_OFF || this == ENDPOINT_UNHEARD;
    }

    /** Whether an endpoint's answer may get lost. */
    boolean losesAnswers() {
        return side == Side.ENDPOINTS && this != SUBSCRIPTION_CHANGED;
    }

    int longestSeconds() {
        return longestSeconds;
    }

    /** As on the command line and in reports. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
