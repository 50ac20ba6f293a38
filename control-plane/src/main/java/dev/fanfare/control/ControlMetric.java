package dev.fanfare.control;

import dev.fanfare.runtime.metric.Definition;
import dev.fanfare.runtime.metric.Metric;

/** What the control plane measures. */
public enum ControlMetric implements Metric {
    /** Of all tenants. */
    SUBSCRIPTIONS(Definition.gauge("fanfare.subscriptions", "Subscriptions there are")
            .tag("state", "active, paused, disabled")),
    /** Until then they are not found in the console and by the API. */
    ATTEMPTS_BEHIND(Definition.gauge(
            "fanfare.control.attempts.behind",
            "Attempts that are not in the index yet, transactions' markers included")),
    /** At 0 everywhere older keys may be removed. */
    SECRETS_LEFT(Definition.gauge(
            "fanfare.control.secrets.left",
            "Subscriptions with a secret that is not sealed with the keyset's primary key"));

    @SuppressWarnings("ImmutableEnumChecker") // a record, whose lists are copies
    private final Definition definition;

    ControlMetric(Definition definition) {
        this.definition = definition;
    }

    @Override
    public Definition definition() {
        return definition;
    }
}
