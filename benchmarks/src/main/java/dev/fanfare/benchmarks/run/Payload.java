package dev.fanfare.benchmarks.run;

import dev.fanfare.contract.event.Event;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** What the webhooks of a benchmark carry. */
public final class Payload {
    public static final String TENANT = "bench";
    public static final String EVENT_TYPE = "order.created";
    public static final String SOURCE = "/benchmark";

    private Payload() {}

    /** JSON of exactly that size that hardly compresses, as an adversary would have it. */
    public static byte[] body(int bytes, Random random) {
        byte[] noise = new byte[bytes];
        random.nextBytes(noise);
        String text = Base64.getEncoder().encodeToString(noise);
        String frame = "{\"noise\":\"\"}";
        int room = Math.max(0, bytes - frame.length());
        return ("{\"noise\":\"" + text.substring(0, room) + "\"}").getBytes(StandardCharsets.US_ASCII);
    }

    /** The CloudEvents attributes of an event, but for the version. */
    public static Map<String, String> attributes(String eventId) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put(Event.ID, eventId);
        attributes.put(Event.SOURCE, SOURCE);
        attributes.put(Event.TYPE, EVENT_TYPE);
        attributes.put(Event.TENANT, TENANT);
        return attributes;
    }
}
