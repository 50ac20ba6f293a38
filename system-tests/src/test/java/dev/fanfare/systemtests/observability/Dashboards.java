package dev.fanfare.systemtests.observability;

import static dev.fanfare.systemtests.observability.Panel.Unit.BYTES;
import static dev.fanfare.systemtests.observability.Panel.Unit.COUNT;
import static dev.fanfare.systemtests.observability.Panel.Unit.PER_SECOND;
import static dev.fanfare.systemtests.observability.Panel.Unit.REQUESTS_PER_SECOND;
import static dev.fanfare.systemtests.observability.Panel.Unit.SECONDS;
import static dev.fanfare.systemtests.observability.Panel.Unit.SHARE;
import static dev.fanfare.systemtests.observability.Panel.heat;
import static dev.fanfare.systemtests.observability.Panel.lines;
import static dev.fanfare.systemtests.observability.Panel.number;
import static dev.fanfare.systemtests.observability.Panel.table;

import dev.fanfare.systemtests.observability.Dashboard.Variable;
import java.util.List;

/**
 * What {@code deploy/observability/grafana/dashboards} is made of. {@link DashboardsTest} compares, and writes the files
 * anew when it is asked to.
 */
final class Dashboards {
    private static final Variable JOB = new Variable("job", "fanfare_ready", false);

    private static final String FAILED = """
            sum(rate(fanfare_attempts_total{verdict!~"delivered|cancelled"}[$__rate_interval])) \
            / sum(rate(fanfare_attempts_total{verdict!="cancelled"}[$__rate_interval]))""";

    private Dashboards() {}

    static List<Dashboard> all() {
        return List.of(overview(), dispatcher(), router(), retries(), subscription());
    }

    private static Dashboard overview() {
        return new Dashboard(
                        "overview",
                        "overview",
                        "Is everything well? What comes in, what goes out, what waits.",
                        List.of(JOB),
                        List.of())
                .with(
                        "Now",
                        number("Alerts", COUNT, "Alerts of Fanfare that fire. Zero is good.")
                                .query(
                                        "count(ALERTS{alertname=~\"Fanfare.*\", alertstate=\"firing\"}) or vector(0)",
                                        "")
                                .redFrom(1),
                        number("Events", PER_SECOND, "Events that the routers read.")
                                .query("sum(rate(fanfare_router_events_total{}[$__rate_interval]))", ""),
                        number("Delivered", PER_SECOND, "Deliveries that were answered with 2xx.")
                                .query("sum(rate(fanfare_deliveries_delivered_total{}[$__rate_interval]))", ""),
                        number("Failing attempts", SHARE, "Of all attempts, those not answered with 2xx.")
                                .query(FAILED, "")
                                .yellowFrom(0.05)
                                .redFrom(0.2),
                        number("Endpoints down", SHARE, "Of those sent to lately, those that are left alone.")
                                .query("sum(fanfare_breakers_open{}) / sum(fanfare_lanes{})", "")
                                .yellowFrom(0.02)
                                .redFrom(0.1),
                        number("Due now", COUNT, "Deliveries that are due and have no outcome yet.")
                                .query("sum(fanfare_backlog{})", ""),
                        number("Dead letters", COUNT, "Neither replayed nor discarded.")
                                .query("sum(fanfare_dead_letters_outstanding{})", "")
                                .yellowFrom(1),
                        number("Not ready", COUNT, "Roles of processes that can't do their work now.")
                                .query("sum(1 - fanfare_ready{})", "")
                                .redFrom(1))
                .with(
                        "Flow",
                        lines("From events to deliveries", PER_SECOND, "How many go through each step.")
                                .query(
                                        "sum(rate(fanfare_events_accepted_total{}[$__rate_interval]))",
                                        "accepted over HTTP")
                                .query("sum(rate(fanfare_router_events_total{}[$__rate_interval]))", "events routed")
                                .query(
                                        "sum(rate(fanfare_deliveries_routed_total{}[$__rate_interval]))",
                                        "deliveries made of them")
                                .query(
                                        "sum(rate(fanfare_deliveries_delivered_total{}[$__rate_interval]))",
                                        "deliveries that arrived"),
                        lines("Attempts by verdict", REQUESTS_PER_SECOND, "What HTTP requests came to.")
                                .query(
                                        "sum by (verdict) (rate(fanfare_attempts_total{}[$__rate_interval])) > 0",
                                        "{{verdict}}")
                                .ofOneWhole(),
                        lines("Requests refused at ingest", PER_SECOND, "Why producers were not answered with 202.")
                                .query(
                                        "sum by (reason) (rate(fanfare_events_rejected_total{}[$__rate_interval])) > 0",
                                        "{{reason}}")
                                .emptyAtTimes())
                .with(
                        "Time",
                        lines(
                                        "From acceptance to delivery",
                                        SECONDS,
                                        "How long after their event deliveries arrive, retries included.")
                                .quantiles("fanfare_delivery_latency_seconds_bucket{}"),
                        lines("Attempts", SECONDS, "How long endpoints take, name lookup and connecting included.")
                                .quantiles("fanfare_attempt_duration_seconds_bucket{}"),
                        lines("Ingest", SECONDS, "From a request's head to its 202.")
                                .quantiles("fanfare_ingest_request_duration_seconds_bucket{}"))
                .with(
                        "What waits",
                        lines("For a router or a dispatcher", COUNT, "Not read yet, and due without an outcome.")
                                .query("sum by (topic) (fanfare_consumer_lag{})", "not read of {{topic}}")
                                .query("sum(fanfare_backlog{})", "due"),
                        lines("For a retry, or a resume", COUNT, "In the tiers, and parked for paused subscriptions.")
                                .query("sum by (tier) (fanfare_retry_waiting{})", "tier {{tier}}")
                                .query("sum(fanfare_parked_outstanding{})", "parked")
                                .ofOneWhole(),
                        lines("For a human", COUNT, "Dead letters that are outstanding.")
                                .query("sum by (reason) (fanfare_dead_letters_outstanding{}) > 0", "{{reason}}")
                                .ofOneWhole()
                                .emptyAtTimes())
                .with(
                        "Processes",
                        table("Alerts that fire", "Each has a page in docs/operating/runbooks.")
                                .query(
                                        "count by (alertname, severity, instance, role)"
                                                + " (ALERTS{alertname=~\"Fanfare.*\", alertstate=\"firing\"})",
                                        "")
                                .emptyAtTimes(),
                        lines("Ready", COUNT, "Roles that can do their work, over all processes.")
                                .query("sum by (role) (fanfare_ready{})", "{{role}}"),
                        lines("Heap in use", BYTES, "By process.")
                                .query("sum by (instance) (jvm_memory_used_bytes{area=\"heap\"})", "{{instance}}"),
                        lines("Processor", SHARE, "Of all cores of its machine, by process.")
                                .query("max by (instance) (process_cpu_usage{})", "{{instance}}"));
    }

    private static Dashboard dispatcher() {
        return new Dashboard(
                        "dispatcher",
                        "dispatcher",
                        "How deliveries are sent: attempts, lanes, breakers, and what limits them.",
                        List.of(JOB, new Variable("instance", "fanfare_backlog{job=~\"$job\"}", false)),
                        List.of())
                .with(
                        "Attempts",
                        lines("By verdict", REQUESTS_PER_SECOND, "What attempts came to.")
                                .query(
                                        "sum by (verdict) (rate(fanfare_attempts_total{}[$__rate_interval])) > 0",
                                        "{{verdict}}")
                                .ofOneWhole(),
                        lines(
                                        "By status",
                                        REQUESTS_PER_SECOND,
                                        "What endpoints answered; none: a time-out, no connection.")
                                .query(
                                        "sum by (status) (rate(fanfare_attempts_total{}[$__rate_interval])) > 0",
                                        "{{status}}")
                                .ofOneWhole(),
                        lines("Share that fails", SHARE, "Of all attempts, those not answered with 2xx.")
                                .query(FAILED, "failing")
                                .redFrom(0.2))
                .with(
                        "Time",
                        heat("Attempts", SECONDS, "How long endpoints take.")
                                .query(
                                        "sum by (le) (increase(fanfare_attempt_duration_seconds_bucket{}[$__rate_interval]))",
                                        "{{le}}"),
                        lines("Attempts", SECONDS, "How long endpoints take.")
                                .quantiles("fanfare_attempt_duration_seconds_bucket{}"),
                        lines("From acceptance to delivery", SECONDS, "Retries included.")
                                .quantiles("fanfare_delivery_latency_seconds_bucket{}"))
                .with(
                        "What is under way",
                        lines("Attempts under way", COUNT, "dispatcher.max-in-flight (512) is the limit.")
                                .query("sum by (instance) (fanfare_in_flight{})", "{{instance}}"),
                        lines("Deliveries in memory", COUNT, "Queued in lanes and under way.")
                                .query("sum by (instance) (fanfare_lanes_held{})", "{{instance}}"),
                        lines("Due", COUNT, "Due and without an outcome. When it grows for minutes: scale out.")
                                .query("sum by (instance) (fanfare_backlog{})", "{{instance}}"),
                        lines("Deepest lane", COUNT, "Deliveries queued for the one subscription that has most.")
                                .query("max by (instance) (fanfare_lane_depth_max{})", "{{instance}}"))
                .with(
                        "Endpoints",
                        lines("Lanes and breakers", COUNT, "Subscriptions sent to lately, and those left alone.")
                                .query("sum(fanfare_lanes{})", "lanes")
                                .query("sum(fanfare_breakers_open{})", "breakers open"),
                        lines("Not sent now", PER_SECOND, "Deferred: lane full or broken. Parked: subscription paused.")
                                .query("sum(rate(fanfare_deferrals_total{}[$__rate_interval]))", "deferred")
                                .query("sum(rate(fanfare_parked_total{}[$__rate_interval]))", "parked"),
                        lines("Connections open", COUNT, "To endpoints.")
                                .query("sum by (instance) (fanfare_http_connections{})", "{{instance}}"),
                        lines("Connections opened", PER_SECOND, "Many of them: endpoints don't keep connections alive.")
                                .query(
                                        "sum by (instance) (rate(fanfare_http_connections_opened_total{}[$__rate_interval]))",
                                        "{{instance}}"))
                .with(
                        "Kafka",
                        lines("Outcomes not committed", SECONDS, "Age of the oldest. Half a second is usual.")
                                .query("max by (instance) (fanfare_uncommitted_seconds{})", "{{instance}}"),
                        lines("Not read yet", COUNT, "Records of fanfare.deliveries.")
                                .query(
                                        "sum by (instance) (fanfare_consumer_lag{topic=\"fanfare.deliveries\"})",
                                        "{{instance}}"),
                        lines("Kafka is silent", SECONDS, "How long it has not answered.")
                                .query("max by (instance) (fanfare_kafka_silence_seconds{})", "{{instance}}"))
                .with("Process", process());
    }

    private static Dashboard router() {
        return new Dashboard(
                        "router",
                        "router",
                        "How events become deliveries: matching, fan-out, lag, and what can't be routed.",
                        List.of(JOB, new Variable("instance", "fanfare_router_subscriptions{job=~\"$job\"}", false)),
                        List.of())
                .with(
                        "Events",
                        lines("By what became of them", PER_SECOND, "Events read.")
                                .query(
                                        "sum by (outcome) (rate(fanfare_router_events_total{}[$__rate_interval])) > 0",
                                        "{{outcome}}")
                                .ofOneWhole(),
                        lines("Deliveries made", PER_SECOND, "Of new events, and by replays of past ones.")
                                .query(
                                        "sum by (source) (rate(fanfare_deliveries_routed_total{}[$__rate_interval]))",
                                        "{{source}}"),
                        lines("Deliveries of an event", COUNT, "How many subscriptions want one, on average.")
                                .query(
                                        "sum(rate(fanfare_deliveries_routed_total{source=\"event\"}[$__rate_interval]))"
                                                + " / sum(rate(fanfare_router_events_total{outcome=\"routed\"}[$__rate_interval]))",
                                        "mean"))
                .with(
                        "Lag",
                        lines("Not read yet", COUNT, "Records of fanfare.events.")
                                .query(
                                        "sum by (instance) (fanfare_consumer_lag{topic=\"fanfare.events\"})",
                                        "{{instance}}"),
                        lines("Behind", SECONDS, "How long what is not read yet takes at the present speed.")
                                .query(
                                        "sum(fanfare_consumer_lag{topic=\"fanfare.events\"})"
                                                + " / sum(rate(fanfare_router_events_total{}[$__rate_interval]))",
                                        "behind"),
                        lines(
                                        "Wait for subscriptions",
                                        SECONDS,
                                        "How long a batch waits for changes promised before it.")
                                .quantiles("fanfare_router_read_index_seconds_bucket{}"),
                        lines("Went without", PER_SECOND, "Batches routed with subscriptions that may be out of date.")
                                .query(
                                        "sum by (instance) (rate(fanfare_router_read_index_given_up_total{}[$__rate_interval]))",
                                        "{{instance}}"))
                .with(
                        "Subscriptions",
                        lines("Known", COUNT, "They should be equally many everywhere.")
                                .query("max by (instance) (fanfare_router_subscriptions{})", "{{instance}}"),
                        lines("Filters that fail", PER_SECOND, "On an event's body, or in SQL: they did not match.")
                                .query(
                                        "sum by (reason) (rate(fanfare_router_filter_failures_total{}[$__rate_interval]))",
                                        "{{reason}}"),
                        lines("Shares of large fan-outs", PER_SECOND, "Chunks of events that very many want.")
                                .query("sum(rate(fanfare_router_chunks_total{}[$__rate_interval]))", "chunks"))
                .with("Process", process());
    }

    private static Dashboard retries() {
        return new Dashboard(
                        "retries",
                        "retries and dead letters",
                        "What failed and waits: the tiers, how late they are, dead letters, parked deliveries.",
                        List.of(JOB),
                        List.of())
                .with(
                        "Tiers",
                        lines("Waiting", COUNT, "Deliveries in each tier.")
                                .query("sum by (tier) (fanfare_retry_waiting{})", "{{tier}}")
                                .ofOneWhole(),
                        lines("Gone back", PER_SECOND, "Deliveries whose time had come.")
                                .query(
                                        "sum by (tier) (rate(fanfare_retry_relayed_total{}[$__rate_interval]))",
                                        "{{tier}}"),
                        lines("Gone on to another tier", PER_SECOND, "For delays longer than one tier's.")
                                .query(
                                        "sum by (tier) (rate(fanfare_retry_hopped_total{}[$__rate_interval]))",
                                        "{{tier}}"))
                .with(
                        "Lateness",
                        lines("99 of 100 are back within", SECONDS, "After they were due. Promised are 2 s.")
                                .query(
                                        "histogram_quantile(0.99, sum by (tier, le)"
                                                + " (rate(fanfare_retry_lateness_seconds_bucket{}[$__rate_interval])))",
                                        "{{tier}}")
                                .redFrom(2),
                        heat("All tiers", SECONDS, "How long after they were due.")
                                .query(
                                        "sum by (le) (increase(fanfare_retry_lateness_seconds_bucket{}[$__rate_interval]))",
                                        "{{le}}"))
                .with(
                        "Attempts it took",
                        lines("Retries of what was delivered", COUNT, "Attempts after the first.")
                                .quantiles("fanfare_delivery_retries_bucket{ended=\"delivered\"}"),
                        lines("Delivered at the first attempt", SHARE, "Of all that was delivered.")
                                .query(
                                        "sum(rate(fanfare_delivery_retries_bucket{ended=\"delivered\", le=\"0.5\"}[$__rate_interval]))"
                                                + " / sum(rate(fanfare_delivery_retries_count{ended=\"delivered\"}[$__rate_interval]))",
                                        "at the first"))
                .with(
                        "Dead letters",
                        lines("Outstanding", COUNT, "Neither replayed nor discarded.")
                                .query("sum by (reason) (fanfare_dead_letters_outstanding{}) > 0", "{{reason}}")
                                .ofOneWhole()
                                .emptyAtTimes(),
                        lines("New", PER_SECOND, "By why they were given up.")
                                .query(
                                        "sum by (reason) (rate(fanfare_dead_letters_total{}[$__rate_interval])) > 0",
                                        "{{reason}}")
                                .ofOneWhole()
                                .emptyAtTimes(),
                        number("Age of the oldest", SECONDS, "Kafka deletes it after 30 days.")
                                .query("max(fanfare_dead_letters_oldest_age_seconds{})", "")
                                .yellowFrom(10 * 86_400)
                                .redFrom(20 * 86_400))
                .with(
                        "Parked for paused subscriptions",
                        lines("Outstanding", COUNT, "They go back when their subscription is resumed.")
                                .query("sum(fanfare_parked_outstanding{})", "parked"),
                        lines("Parked and gone back", PER_SECOND, "")
                                .query("sum(rate(fanfare_parked_total{}[$__rate_interval]))", "parked")
                                .query("sum(rate(fanfare_unparked_total{}[$__rate_interval]))", "gone back"));
    }

    private static Dashboard subscription() {
        return new Dashboard(
                        "subscription",
                        "one subscription",
                        "One endpoint in detail. Needs dispatcher.subscription-metrics to be more than 0: so many subscriptions, the"
                                + " busiest ones, have series of their own.",
                        List.of(
                                JOB,
                                new Variable(
                                        "subscription", "fanfare_subscription_attempts_total{job=~\"$job\"}", true)),
                        List.of())
                .with(
                        "$subscription",
                        number("Attempts", REQUESTS_PER_SECOND, "")
                                .query("sum(rate(fanfare_subscription_attempts_total{}[$__rate_interval]))", ""),
                        number("Failing", SHARE, "Of all attempts, those not answered with 2xx.")
                                .query(
                                        "sum(rate(fanfare_subscription_attempts_total{result=\"failed\"}[$__rate_interval]))"
                                                + " / sum(rate(fanfare_subscription_attempts_total{}[$__rate_interval]))",
                                        "")
                                .yellowFrom(0.05)
                                .redFrom(0.2),
                        number("Queued", COUNT, "Deliveries in its lane.")
                                .query("sum(fanfare_subscription_queued{})", ""))
                .with(
                        "In time",
                        lines("Attempts", REQUESTS_PER_SECOND, "Answered with 2xx, and not.")
                                .query(
                                        "sum by (result) (rate(fanfare_subscription_attempts_total{}[$__rate_interval]))",
                                        "{{result}}")
                                .ofOneWhole(),
                        lines("Queued", COUNT, "Deliveries in its lane, by the dispatcher that has it.")
                                .query("sum by (instance) (fanfare_subscription_queued{})", "{{instance}}"));
    }

    /** The JVM of each instance. */
    private static Panel[] process() {
        return new Panel[] {
            lines("Heap in use", BYTES, "")
                    .query("sum by (instance) (jvm_memory_used_bytes{area=\"heap\"})", "{{instance}}"),
            lines("Garbage collection", SHARE, "Of all time, what collections take.")
                    .query("sum by (instance) (rate(jvm_gc_pause_seconds_sum{}[$__rate_interval]))", "{{instance}}"),
            lines("Processor", SHARE, "Of all cores.").query("max by (instance) (process_cpu_usage{})", "{{instance}}")
        };
    }
}
