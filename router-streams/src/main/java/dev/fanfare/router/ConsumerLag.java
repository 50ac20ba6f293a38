package dev.fanfare.router;

import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/** What consumers have yet to read, by their own metrics. */
final class ConsumerLag {
    private ConsumerLag() {}

    /** Records of a topic; 0 where nothing is known of it. */
    static double of(Map<MetricName, ? extends Metric> metrics, String topic) {
        double lag = 0;
        for (Metric metric : metrics.values()) {
            MetricName name = metric.metricName();
            if (name.name().equals("records-lag")
                    && topic.equals(name.tags().get("topic"))
                    && metric.metricValue() instanceof Double records
                    && !records.isNaN()) {
                lag += records;
            }
        }
        return lag;
    }
}
