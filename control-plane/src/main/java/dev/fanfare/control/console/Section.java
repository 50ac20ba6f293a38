package dev.fanfare.control.console;

import dev.fanfare.runtime.http.Caller;

/** A part of the console. Those of a tenant stand in its menu, in this order. */
public enum Section {
    OVERVIEW("", "Overview", Who.ALL),
    SUBSCRIPTIONS("/subscriptions", "Subscriptions", Who.ALL),
    EVENTS("/events", "Trace", Who.ALL),
    DEAD_LETTERS("/dead-letters", "Dead letters", Who.ALL),
    EVENT_TYPES("/event-types", "Event types", Who.ALL),
    KEYS("/keys", "API keys", Who.KEY_HOLDERS),
    AUDIT("/audit", "Audit", Who.KEY_HOLDERS),
    /** Of no tenant. */
    TENANTS("", "Tenants", Who.ADMINISTRATORS),
    /** Where something failed. */
    NONE("", "", Who.ALL);

    private enum Who {
        ALL,
        /** Not who came by a link: it is lent, and must not become something that lasts. */
        KEY_HOLDERS,
        ADMINISTRATORS
    }

    private final String path;
    private final String title;
    private final Who who;

    Section(String path, String title, Who who) {
        this.path = path;
        this.title = title;
        this.who = who;
    }

    /** Below the tenant's own path. */
    public String path() {
        return path;
    }

    /** As the menu names it. */
    public String title() {
        return title;
    }

    /** Whether it is for such a visitor. */
    boolean isFor(Visitor visitor) {
        Caller caller = visitor.caller();
        return switch (who) {
            case ALL -> true;
            case KEY_HOLDERS -> !visitor.isGuest();
            case ADMINISTRATORS -> !visitor.isGuest() && caller.tenant() == null;
        };
    }
}
