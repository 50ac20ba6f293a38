package dev.fanfare.router;

import dev.fanfare.contract.ObjectName;
import dev.fanfare.contract.topic.Topics;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads which topics belong to which tenant, as {@code router.tenant-of-topic} says. */
final class TenantTopicRules {
    private static final String KEY = "router.tenant-of-topic";
    /** As Kafka has it; {@code .} and {@code ..} are none. */
    private static final Pattern TOPIC = Pattern.compile("(?!\\.{1,2}$)[a-zA-Z0-9._-]{1,249}");

    private TenantTopicRules() {}

    /**
     * Reads {@code topic=tenant} entries with commas between.
     *
     * @param faults is told of each entry that can't be used
     * @return tenants by topic, in the order of the text
     */
    static Map<String, String> read(String text, List<String> faults) {
        Map<String, String> tenantByTopic = new LinkedHashMap<>();
        for (String entry : text.split(",", -1)) {
            String[] parts = entry.strip().split("=", -1);
            String fault = parts.length == 2
                    ? fault(parts[0].strip(), parts[1].strip())
                    : "write TOPIC=TENANT, such as orders-events=acme";
            if (fault == null && tenantByTopic.containsKey(parts[0].strip())) {
                fault = "the topic stands there already: it belongs to one tenant";
            }
            if (fault == null) {
                tenantByTopic.put(parts[0].strip(), parts[1].strip());
            } else {
                faults.add(KEY + ": '" + entry.strip() + "' can't be used: " + fault);
            }
        }
        return Collections.unmodifiableMap(tenantByTopic);
    }

    private static @Nullable String fault(String topic, String tenant) {
        if (!TOPIC.matcher(topic).matches()) {
            return "'" + topic + "' is not a topic's name: 1 to 249 letters, digits, dots, hyphens and underscores";
        }
        if (Topics.isOurs(topic) || topic.startsWith("__")) {
            return "'" + topic + "' is not a topic of one tenant, but Fanfare's or Kafka's own";
        }
        return ObjectName.isValid(tenant) ? null : "'" + tenant + "' is not a tenant's name: " + ObjectName.RULE;
    }
}
