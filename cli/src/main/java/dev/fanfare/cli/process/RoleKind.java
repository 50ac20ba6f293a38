package dev.fanfare.cli.process;

import dev.fanfare.control.ControlRole;
import dev.fanfare.dispatcher.DispatcherRole;
import dev.fanfare.ingest.IngestRole;
import dev.fanfare.retry.RetryRole;
import dev.fanfare.router.RouterRole;
import dev.fanfare.runtime.lifecycle.Role;
import dev.fanfare.runtime.lifecycle.RoleContext;
import java.util.Locale;

/** The roles, in the order in which they start: the way of a delivery backwards, so that nothing arrives too early. */
public enum RoleKind {
    CONTROL("Management API, attempts, console."),
    ROUTER("Events to deliveries: who subscribed to what."),
    DISPATCHER("Sends webhooks: signed, attempt by attempt."),
    RETRY("Brings waiting deliveries back when they are due."),
    INGEST("Takes events over HTTP.");

    private final String description;

    RoleKind(String description) {
        this.description = description;
    }

    /** As in the command. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** In one line. */
    public String description() {
        return description;
    }

    /** A new one, not yet started. */
    Role make(RoleContext context) {
        return switch (this) {
            case CONTROL -> new ControlRole(context);
            case ROUTER -> new RouterRole(context);
            case DISPATCHER -> new DispatcherRole(context);
            case RETRY -> new RetryRole(context);
            case INGEST -> new IngestRole(context);
        };
    }
}
