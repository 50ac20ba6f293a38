package dev.fanfare.runtime.trace;

import io.opentelemetry.api.common.AttributeKey;

/**
 * What spans say beside their names. Those of others are OpenTelemetry's semantic conventions (CloudEvents, messaging,
 * HTTP); ours begin with {@code fanfare.}. Public API: dashboards rely on them.
 */
public final class SpanAttributes {
    public static final AttributeKey<String> EVENT_ID = AttributeKey.stringKey("cloudevents.event_id");
    public static final AttributeKey<String> EVENT_TYPE = AttributeKey.stringKey("cloudevents.event_type");
    public static final AttributeKey<String> EVENT_SOURCE = AttributeKey.stringKey("cloudevents.event_source");
    public static final AttributeKey<String> MESSAGING_SYSTEM = AttributeKey.stringKey("messaging.system");
    public static final AttributeKey<String> MESSAGING_DESTINATION =
            AttributeKey.stringKey("messaging.destination.name");
    public static final AttributeKey<String> MESSAGING_OPERATION = AttributeKey.stringKey("messaging.operation.type");
    public static final AttributeKey<String> HTTP_METHOD = AttributeKey.stringKey("http.request.method");
    public static final AttributeKey<Long> HTTP_STATUS = AttributeKey.longKey("http.response.status_code");
    public static final AttributeKey<String> SERVER_ADDRESS = AttributeKey.stringKey("server.address");
    public static final AttributeKey<Long> SERVER_PORT = AttributeKey.longKey("server.port");
    public static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

    public static final AttributeKey<String> TENANT = AttributeKey.stringKey("fanfare.tenant");
    /** How many subscriptions wanted an event. */
    public static final AttributeKey<Long> MATCHES = AttributeKey.longKey("fanfare.matches");

    /** What became of an event in the router: {@code routed}, {@code unmatched}, {@code duplicate}, {@code too_large}. */
    public static final AttributeKey<String> ROUTED = AttributeKey.stringKey("fanfare.routed");

    public static final AttributeKey<String> SUBSCRIPTION = AttributeKey.stringKey("fanfare.subscription");
    public static final AttributeKey<String> DELIVERY_ID = AttributeKey.stringKey("fanfare.delivery");
    /** Which attempt in all, from 1. */
    public static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("fanfare.attempt");

    /** How often the delivery was put off before it, without an attempt. */
    public static final AttributeKey<Long> DEFERRALS = AttributeKey.longKey("fanfare.deferrals");

    public static final AttributeKey<String> VERDICT = AttributeKey.stringKey("fanfare.verdict");

    private SpanAttributes() {}
}
