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
            "Attempts that are not in the index yet, transactions' markers included"));

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
